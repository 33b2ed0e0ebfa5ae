"""How the escalations of a comment are packed: a line each, oldest first, a JSON array of the fields of `Escalation`.

Scripts find whose one is by how its line begins, see `lib/escalation.lua`.
"""

import orjson

from service.domain.escalation import Escalation


def pack_escalation(escalation: Escalation) -> bytes:
    """One line, without its end."""
    return orjson.dumps([*(escalation if escalation.note else escalation[:-1])])


def unpack_escalations(lines: bytes) -> tuple[Escalation, ...]:
    """Those of a comment, oldest first; none for b""."""
    return tuple(Escalation(*orjson.loads(line)) for line in lines.split(b"\n") if line)
