"""What can go wrong with a model, and with a text.

ModelError
    a damaged, missing or mismatching model file; the message names the file and says why
TimeUsedError
    a batch of texts took all the time that it was given
"""


class ModelError(Exception):
    """A model file cannot be used; the message says which file and why."""


class TimeUsedError(Exception):
    """The time that a batch of texts was given is used."""
