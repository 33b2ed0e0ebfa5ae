"""Everybody who uses a site."""

from tests.model.authors import Authors
from tests.model.bulks import Bulks
from tests.model.lists import Lists
from tests.model.moderators import Moderators
from tests.model.readers import Readers
from tests.model.repeats import Repeats


class Everybody(Readers, Moderators, Authors, Bulks, Lists, Repeats):
    """Whatever any of them asks for, in any order."""
