"""What a text is scored by: hashed n-grams and words in windows, named features of structure, and its language."""
