"""A claim as it is stored: who holds a comment, and until when."""

from service.domain.caller import Caller
from service.domain.comment import Claim


def pack_holder(caller: Caller) -> str:
    """The member_id, his name and the token_id, with newlines between; the last is left out where it is the member's.
    Scripts read the member_id alone."""
    own = [] if caller.token_id == caller.member_id else [caller.token_id]
    return "\n".join([caller.member_id, caller.name, *own])


def unpack_claim(holder: bytes, expires_ms: bytes) -> Claim:
    """The claim of a holder that `pack_holder` gave. A version before members wrote a token_id and a name."""
    member_id, _, rest = holder.decode().partition("\n")
    name, _, token_id = rest.partition("\n")
    return Claim(member_id, token_id or member_id, name, int(expires_ms))
