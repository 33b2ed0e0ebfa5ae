"""What can go wrong with a model, and with a text.

Exception
    ModelError        a model file is damaged, missing or of another version
    TimeUsedError     a batch of texts took all the time that it was given
"""


class ModelError(Exception):
    """A model file cannot be used; the message says which file and why."""


class TimeUsedError(Exception):
    """A batch of texts took all the processor time that it was given."""
