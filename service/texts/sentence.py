"""Sentences whose reader's language is not known yet where they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


def marked(message: str) -> str:
    """The message itself. The call tells the extraction of messages that a translation is looked up elsewhere."""
    return message


class Plural(NamedTuple):
    """A message for one thing and for several; `%(count)s` is how many."""

    one: str
    several: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message with the values of its placeholders. As a string it is English."""

    message: str
    values: Mapping[str, object]

    def __str__(self) -> str:
        return self.message % self.values


def sentence(message: str, /, **values: object) -> Sentence:
    """A message whose placeholders, such as `%(most)s`, take these values."""
    return Sentence(message, values)
