"""Everybody who uses a site."""

from tests.model.moderators import Moderators
from tests.model.readers import Readers
from tests.model.repeats import Repeats


class Everybody(Readers, Moderators, Repeats):
    """Whatever any of them asks for, in any order."""
