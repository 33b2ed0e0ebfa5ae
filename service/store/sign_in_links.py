"""One-time links in Redis: under a keyed hash of the link's secret, until they are used or end by themselves."""

from enum import Enum, auto

import orjson

from service.domain.sign_in_link import KNOWN_AS_USED_MS, LIVES_MS, SignInLink
from service.link.link import Link
from service.store import keys, scripts

_USED = b"used"


class Gone(Enum):
    """A link that signs nobody in: it was used before, or is not known, or not any more."""

    USED = auto()
    UNKNOWN = auto()


async def make(link: Link, digest: str, made: SignInLink, now_ms: int) -> None:
    """Writes a link; one of the digest that is there, or was used, stays as it is."""
    names = [keys.sign_in_link(digest), keys.CHANGES]
    await scripts.MAKE_LINK.run(link, names, orjson.dumps(made._asdict()), LIVES_MS, made.member_id, made.actor, now_ms)


async def is_known(link: Link, digest: str) -> bool:
    """Whether there is such a link, or was a day ago."""
    return bool(await link.call("EXISTS", keys.sign_in_link(digest)))


async def take(link: Link, digest: str) -> SignInLink | Gone:
    """Uses a link. Of two who open it at once one is signed in."""
    (told,) = await scripts.TAKE_LINK.run(link, [keys.sign_in_link(digest)], KNOWN_AS_USED_MS)
    if told == _USED:
        return Gone.USED
    return SignInLink(**orjson.loads(told)) if told else Gone.UNKNOWN
