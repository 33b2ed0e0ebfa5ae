"""What a reader sent."""

from typing import NamedTuple

from service.domain.event import READER
from service.domain.state import State


class Submission(NamedTuple):
    """What a reader sent, validated: NFC text, trimmed; `email` in the clear, for the vault only. `is_stranger` when he
    sent it himself, and no website vouches for him; `actor` is the member_id of the website that does. `wants_proof`
    asks for a receipt by which the author can ask for the comment's state later. `is_author_verified` when the website
    knows that the email is the author's own."""

    name: str
    email: str
    body: str
    website: str = ""
    parent_id: str = ""
    article_title: str = ""
    article_url: str = ""
    client_ip: str = ""
    user_agent: str = ""
    referrer: str = ""
    is_stranger: bool = False
    actor: str = READER
    wants_proof: bool = False
    is_author_verified: bool = False


class Receipt(NamedTuple):
    """What became of a submission: the same again for a repeat. `proof` is what its author can ask with later, "" where
    that is not wanted."""

    comment_id: str
    state: State
    is_new: bool
    proof: str = ""
