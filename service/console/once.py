"""Forms that do what they do once: a double click, the back button and a lost answer find what the first one did."""

import hashlib
import secrets

from service.domain.replay import Replay
from service.web.call import Call
from service.web.exchange import BODY
from service.web.own_address import local_path


def new_once() -> str:
    """What a form holds so that its second arrival is known."""
    return secrets.token_urlsafe(16)


def replay_of_form(call: Call) -> Replay:
    """Where the first answer to a form is kept: one that was changed before it was sent again is another."""
    sent = hashlib.sha256(call.request.get(BODY, b"")).hexdigest()
    digest = call.desk.vault.digest(call.known_caller.token_id, local_path(call.request), call.body["once"], sent)
    return Replay(digest, sent)
