"""The rules of a site: from a submission to which of them it meets. Pure functions; what only the store knows of is
told to it."""
