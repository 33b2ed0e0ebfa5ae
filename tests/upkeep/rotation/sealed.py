"""Stores with emails in them, sealed with one secret or another, and what opens them."""

import base64
from contextlib import suppress

from service.domain.replay import Replay
from service.link.link import Link
from service.store import json_records, key_kinds, keys, scripts
from service.store.record import unpack_private
from service.store.tokens import MADE
from service.upkeep import installation, rotation
from service.vault import UNNUMBERED, SealBrokenError, Vault
from tests.servers import client_of
from tests.store.desk import CHANGE, NOW, Store, new_comment
from tests.upkeep.backup.content import TOKEN

OLD, NEW, THIRD = (f"the {which} secret of these tests, long enough" for which in ("old", "new", "third"))
ANSWERS = (Replay("numbered", "f" * 32), Replay("unnumbered", "f" * 32))


def nothing(_: object) -> None:
    """Hears of progress."""


async def fill(link: Link, vault: Vault, comments: int = 12) -> dict[str, str]:
    """Comments on a store that is of this secret, every third sealed as before numbers; the email of each."""
    await installation.check_installation(link, vault)
    store, emails = Store(link), {}
    for number in range(comments):
        new = new_comment(f"article-{number % 3}", f"author-{number % 5}")
        email = f"reader{number}@example.org"
        sealed = vault.seal(email, new.comment_id)
        if number % 3 == 0:
            sealed = bytes((UNNUMBERED,)) + sealed[1:]
        await store.submit(new._replace(sealed_email=sealed), now=NOW + number)
        emails[new.comment_id] = email
    for replay in ANSWERS:
        sealed = vault.seal_text("a token", MADE)
        if replay.digest == "unnumbered":
            sealed = base64.b64encode(base64.b64decode(sealed[1:])[1:])
        await json_records.create(link, keys.TOKENS, replay.digest, TOKEN, change=CHANGE, replay=replay, answer=sealed)
    return emails


def opened(url: str, vault: Vault) -> dict[str, str]:
    """Every email of the store that the vault opens."""
    found: dict[str, str] = {}
    with client_of(url) as client:
        for name in client.scan_iter("cd:{*}:comment:*"):
            comment_id = key_kinds.parts_of(name).name
            private = client.hget(name, keys.COMMENT_FIELDS["private"])
            with suppress(SealBrokenError):
                found[comment_id] = vault.open(unpack_private(private).email, comment_id)
    return found


async def opened_answers(link: Link, vault: Vault) -> int:
    """How many of the answers that show a token the vault opens."""
    count = 0
    for replay in ANSWERS:
        (answer,) = await scripts.REPLACE_ANSWER.run(link, [keys.installation_idempotency(replay.digest)], "", "")
        with suppress(SealBrokenError):
            assert vault.open_text(answer, MADE) == "a token"
            count += 1
    return count


async def rotate(link: Link, vault: Vault) -> int:
    """All steps of the command; how many were sealed anew."""
    assert await rotation.is_begun(link, vault)
    await rotation.put_in_force(link, vault, nothing)
    total = 0
    while sealed := (await rotation.reseal_all(link, vault, nothing)).sealed:
        total += sealed
    await rotation.end(link, vault)
    return total
