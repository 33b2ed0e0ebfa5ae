"""The state of every comment is in the audit log: after any day it is rebuilt from that alone."""

import asyncio
from contextlib import suppress

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.audit.line import entry_of
from service.audit.verification import Verification
from service.consumers.sealer import Sealer
from service.domain.audit_entry import AuditEntry
from service.domain.policy import Mode
from service.errors import RequestError
from service.link.link import Link
from service.store import audit, scripts
from service.upkeep import audit_logs
from service.vault import Vault
from tests.servers import RedisServer
from tests.store.desk import LEASE, Store, connected, new_comment, site_in

SITE = "default"
VAULT = Vault("the secret of these tests, long enough")
OF_STATES = {"submitted", "decided", "undone"}
COMMENTS = st.integers(0, 7)
MODERATORS = st.sampled_from(["ann", "bob"])
ACTS = st.one_of(
    st.tuples(st.just("submit"), st.sampled_from(Mode), st.floats(0, 1)),
    st.tuples(st.just("decide"), COMMENTS, st.sampled_from(["approve", "reject", "spam"]), MODERATORS),
    st.tuples(st.just("undo"), COMMENTS),
    st.tuples(st.just("claim"), MODERATORS),
    st.tuples(st.just("release"), COMMENTS, MODERATORS),
    st.tuples(st.just("escalate"), COMMENTS, MODERATORS),
    st.tuples(st.just("wait")),
    st.tuples(st.just("seal")),
)


class Day:
    """What is done on a day, one act after the other, on the server's own link."""

    def __init__(self, link: Link) -> None:
        self.store = Store(link)
        self.sealer = Sealer(link, VAULT, lambda: (SITE,), lambda: self.store.now)
        self.ids: list[str] = []

    def of(self, number: int) -> str:
        return self.ids[number % len(self.ids)] if self.ids else "none"

    async def do(self, act: str, *how: object) -> None:
        with suppress(RequestError):
            await getattr(self, act)(*how)

    async def submit(self, mode: Mode, risk: float) -> None:
        self.store.site = site_in(mode)
        self.ids.append((await self.store.submit(new_comment(risk=risk))).comment_id)

    async def decide(self, number: int, decision: str, by: str) -> None:
        await self.store.decide(self.of(number), decision, by=by)

    async def undo(self, number: int) -> None:
        await self.store.undo(self.of(number))

    async def claim(self, by: str) -> None:
        await self.store.claim(by, 2)

    async def release(self, number: int, by: str) -> None:
        await self.store.release(self.of(number), by)

    async def escalate(self, number: int, by: str) -> None:
        await self.store.escalate(self.of(number), by)

    async def wait(self) -> None:
        self.store.now += LEASE + 1

    async def seal(self) -> None:
        await self.sealer.look()

    async def entries(self) -> list[AuditEntry]:
        """All entries, of a log that has nothing wrong with it."""
        link = self.store.link
        state = await audit.read_log(link, SITE)
        assert state is not None
        verification = Verification(SITE, state, await audit.read_signers(link))
        lines = []
        async for number, packed in audit_logs.read_segments(link, SITE, state):
            lines += verification.add_segment(number, packed)
        lines += verification.end()
        assert verification.faults == []
        return [entry_of(number, line) for number, line in enumerate(lines)]


def rebuilt(entries: list[AuditEntry]) -> dict[str, tuple[str, int]]:
    """The state and the revision of each comment, by the log alone, whose entries follow from each other."""
    found: dict[str, tuple[str, int]] = {}
    for entry in entries:
        if OF_STATES & {*entry.kinds}:
            assert entry.before == found.get(entry.subject, ("", 0))[0]
            assert entry.revision == found.get(entry.subject, ("", 0))[1] + 1
            found[entry.subject] = (str(entry.after), entry.revision)
    return found


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ACTS, min_size=10, max_size=80))
def test_every_comments_state_is_rebuilt_from_the_log(
    redis_server: RedisServer, acts: list[tuple[str, *tuple[object, ...]]]
) -> None:
    async def live() -> None:
        redis_server.flush()
        link = await connected(redis_server.url, scripts.ALL)
        day = Day(link)
        for act, *how in acts:
            await day.do(act, *how)
        await day.seal()
        stored = {
            comment_id: (found["state"], int(found["revision"]))
            for comment_id in day.ids
            for found in [await day.store.record(comment_id)]
        }
        assert rebuilt(await day.entries()) == stored
        await link.close()

    asyncio.run(live())
