"""Who asks: the holder of a token, and what he may do."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    WEBSITE = "website"
    MODERATOR = "moderator"
    OPERATOR = "operator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a token's holder. The administrator has no site and may act on any."""

    token_id: str
    name: str
    role: Role
    site: str | None
