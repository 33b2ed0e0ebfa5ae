"""Forms that are sent twice, by a double click or the back button: what they do is done once."""

import hashlib
import secrets

from service.domain.replay import NO_REPLAY, Replay
from service.web.call import Call
from service.web.exchange import BODY
from service.web.own_address import local_path

_KEY_BYTES = 16


def new_key() -> str:
    """A key for the forms of a page; each form is told from the others by its address and what it sends."""
    return secrets.token_urlsafe(_KEY_BYTES)


def replay_of_form(call: Call) -> Replay:
    """Where the first answer to a form is kept, by the `key` that it has from its page. The same page may send several
    forms, so that what was sent is part of the name: another decision is another act."""
    key = call.body["key"]
    if not key:
        return NO_REPLAY
    fingerprint = hashlib.sha256(call.request[BODY]).hexdigest()
    digest = call.desk.vault.digest(call.known_caller.token_id, local_path(call.request), key, fingerprint)
    return Replay(digest, fingerprint)
