"""The store as a whole: copied, examined, repaired, upgraded."""
