"""The training examples: sets of labelled texts, and sentences and authors made for this project."""
