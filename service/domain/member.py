"""Members: the people and programs who act, each by any number of tokens."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """A person or a program. `name` is shown with what he claims and decides; `created_ms` is in ms since 1970, 0 for
    the administrator of the settings."""

    member_id: str
    name: str
    created_ms: int
