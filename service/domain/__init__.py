"""The words of moderation and its rules: values that do not change, and pure functions. No I/O."""
