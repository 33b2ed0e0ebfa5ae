"""Ends what tokens and members who were revoked have left, where whoever revoked one did not come to it."""

from typing import ClassVar

from service.consumers.consumer import Consumer
from service.desk import Desk
from service.domain.caller import EVERY_SITE
from service.domain.event import MACHINE, Event, EventKind
from service.store.json_records import record_of
from service.store.tokens import readable
from service.use_cases.bulk import stop_bulks_of
from service.use_cases.claims import end_all_claims, end_claims
from service.use_cases.members import forget_tokens
from service.use_cases.sessions import end_all_sessions


class ClaimsOfRevokedTokens(Consumer):
    """Ends all claims again for each token and each member that was revoked: mostly there is none left, as the
    revocation ends them itself. A process that died in between has left some, and so has one of an older version. Of a
    member it also ends sessions and bulks, and removes tokens that were made while he was revoked, by which nobody can
    ask."""

    name: ClassVar[str] = "claims"
    reads_sites: ClassVar[bool] = False

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle(self, site: str, event: Event) -> None:  # noqa: ARG002 it is the installation's
        actor = event.actor or MACHINE
        if EventKind.TOKEN_REVOKED in event.kinds:
            # No event has a token's digest.
            token = readable(event.subject, {"digest": ""} | record_of(event.before.encode()))
            member_id, sites = (token.member_id, token.sites) if token else (event.subject, {EVERY_SITE})
            await end_claims(self._desk, member_id, sites, actor=actor)
        if EventKind.MEMBER_REVOKED in event.kinds:
            await forget_tokens(self._desk, event.subject)
            await end_all_sessions(self._desk, event.subject, actor=actor)
            await stop_bulks_of(self._desk, event.subject, actor=actor)
            await end_all_claims(self._desk, event.subject, actor=actor)
