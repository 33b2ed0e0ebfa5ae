"""The Idempotency-Key of a request: where the first answer to it is kept."""

import hashlib

from service.domain.replay import NO_REPLAY, Replay
from service.errors import InvalidFieldsError
from service.web.admission import address_of
from service.web.call import Call
from service.web.own_address import local_path

MAX_IDEMPOTENCY_KEY_CHARS = 255


def replay_of(call: Call, raw: bytes) -> Replay:
    """The key's own place, to its sender and address; InvalidFieldsError for what can be no key.

    Strangers behind one address are one sender: the body is part of theirs, so that none meets another's key.
    """
    request = call.request
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return NO_REPLAY
    if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY_CHARS or not key.isprintable() or not key.isascii():
        raise InvalidFieldsError(errors={"Idempotency-Key": ["1-255 printable ASCII characters."]})
    fingerprint = hashlib.sha256(raw).hexdigest()
    sender = (call.caller.token_id,) if call.caller else (f"reader {address_of(request, call.context)}", fingerprint)
    digest = call.desk.vault.digest(*sender, local_path(request), key)
    return Replay(digest, fingerprint)
