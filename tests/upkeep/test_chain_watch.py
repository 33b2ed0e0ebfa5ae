"""What a process knows of the chains of audit logs: found when somebody looks, and no more often than it is worth."""

import asyncio
from typing import Any

import pytest

from service.errors import StoreUnavailableError
from service.upkeep import audit_logs, chain_watch
from service.upkeep.audit_logs import Verified
from service.upkeep.chain_watch import FRESH_MS, ChainWatch


class Logs:
    """Verifies when it is let, in no time or in so many ms; counts how often."""

    def __init__(self) -> None:
        self.now_ms = 1_000_000
        self.takes_ms = 0
        self.times = 0
        self.at_once = 0
        self.is_let = asyncio.Event()
        self.is_let.set()
        self.is_away = False

    async def verify(self, link: Any, site: str, signers: Any) -> Verified | None:
        self.times += 1
        self.at_once += 1
        await self.is_let.wait()
        self.at_once -= 1
        self.now_ms += self.takes_ms
        if self.is_away:
            raise StoreUnavailableError
        return None if site == "empty" else Verified(self.times, 0, self.times)


@pytest.fixture
async def logs(monkeypatch: pytest.MonkeyPatch) -> Logs:
    logs = Logs()

    async def no_signers(link: Any) -> dict[str, Any]:
        return {}

    monkeypatch.setattr(audit_logs, "verify", logs.verify)
    monkeypatch.setattr(chain_watch, "read_signers", no_signers)
    return logs


def watch(logs: Logs) -> ChainWatch:
    link: Any = None
    return ChainWatch(link, lambda: logs.now_ms)


async def test_who_looks_is_told_at_once_and_again_for_a_while(logs: Logs) -> None:
    chains = watch(logs)
    for _ in range(3):
        known = await chains.look("news")
        assert known.state is not None
        assert known.state.verified is not None
        assert not known.is_going_on
    assert logs.times == 1
    logs.now_ms += FRESH_MS
    await chains.look("news")
    await chains.verify("news")
    assert logs.times == 3


async def test_what_took_long_is_not_done_again_soon(logs: Logs) -> None:
    chains = watch(logs)
    logs.takes_ms = FRESH_MS
    await chains.look("news")
    logs.now_ms += 19 * FRESH_MS
    await chains.look("news")
    assert logs.times == 1
    logs.now_ms += FRESH_MS
    await chains.look("news")
    assert logs.times == 2


async def test_a_long_log_keeps_nobody_waiting_and_is_verified_once(
    logs: Logs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain_watch, "PATIENCE_SECONDS", 0.0)
    chains = watch(logs)
    logs.is_let.clear()
    for known in await asyncio.gather(*(chains.verify(site) for site in ("news", "news", "sports"))):
        assert known.state is None
        assert known.is_going_on
    assert logs.at_once == 1
    logs.is_let.set()
    while (await chains.look("sports")).state is None:
        await asyncio.sleep(0)
    assert logs.times == 2


async def test_what_was_found_stays_while_the_store_is_away(logs: Logs) -> None:
    chains = watch(logs)
    before = await chains.look("news")
    logs.is_away = True
    assert await chains.verify("news") == before
    assert (await chains.look("sports")).state is None


async def test_a_log_that_is_not_there_is_known_to_be_none(logs: Logs) -> None:
    known = await watch(logs).look("empty")
    assert known.state is not None
    assert known.state.verified is None


async def test_closing_ends_what_goes_on(logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain_watch, "PATIENCE_SECONDS", 0.0)
    chains = watch(logs)
    logs.is_let.clear()
    await chains.look("news")
    await chains.close()
    assert not (await chains.look("empty")).state
    await chains.close()
