"""How policies and their versions look on the wire."""

from typing import Any

from service.domain.policy import Policy, fields_of
from service.domain.policy_version import VersionNote
from service.domain.times import rfc3339


def policy_json(version: int, policy: Policy) -> dict[str, Any]:
    """A policy as `schemas.administration.PolicySchema` has it."""
    return {"version": version, **fields_of(policy)}


def version_json(note: VersionNote) -> dict[str, Any]:
    """A version as `schemas.policies.PolicyVersionNoteSchema` has it."""
    return {
        "version": note.version,
        "at": rfc3339(note.at_ms),
        "member_id": note.member_id or None,
        "name": note.name or None,
        "changed": list(note.changed),
        "restored": note.restored,
    }
