"""What people read: sentences in English, as the code has them, and translations, one file a language."""
