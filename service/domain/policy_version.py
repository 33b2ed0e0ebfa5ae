"""Versions of a site's policy: who changed what, and when."""

from collections.abc import Sequence
from typing import NamedTuple

from service.domain.policy import Policy

FIRST_VERSION = 1
"""Of the policy that a site is made with, or had when its versions were first counted."""


class VersionNote(NamedTuple):
    """One version: who put it in force, under what name, and when; `changed` are the fields that were others before.
    Of the first both are "". `restored` is the older version that it brought back, None for another."""

    version: int
    at_ms: int
    member_id: str = ""
    name: str = ""
    changed: Sequence[str] = ()
    restored: int | None = None


class VersionedPolicy(NamedTuple):
    """A policy and its number."""

    version: int
    policy: Policy


class VersionNotes(NamedTuple):
    """Versions of a policy, the newest first; `last` is the oldest of them where older ones are kept."""

    notes: Sequence[VersionNote]
    last: int | None
