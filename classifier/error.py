"""What can go wrong with a model.

ModelError
    a damaged, missing or mismatching model file; the message names the file and says why
"""


class ModelError(Exception):
    """A model file cannot be used; the message says which file and why."""
