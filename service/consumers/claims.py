"""Ends the claims of tokens that were revoked, where whoever revoked one did not come to it."""

from typing import ClassVar

from service.consumers.consumer import Consumer
from service.desk import Desk
from service.domain.event import MACHINE, Event, EventKind
from service.store.json_records import record_of
from service.store.tokens import site_of
from service.use_cases.claims import end_claims


class ClaimsOfRevokedTokens(Consumer):
    """Ends them all again for each token that was revoked: mostly there is none left, as the revocation ends them
    itself. A process that died in between has left some, and so has one of an older version."""

    name: ClassVar[str] = "claims"
    reads_sites: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle(self, site: str, event: Event) -> None:  # noqa: ARG002 it is the installation's
        if EventKind.TOKEN_REVOKED in event.kinds:
            of_site = site_of(record_of(event.before.encode()))
            await end_claims(self._desk, event.subject, of_site, actor=event.actor or MACHINE)
