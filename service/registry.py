"""Sites and tokens in memory: every request asks for them, and they change rarely.

Each process reads them all, and reads them again when the store's stream of changes says so, so that no request
waits for Redis to know who asks.
"""

import asyncio
import hmac
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any

import structlog

from service import keys
from service.domain import DEFAULT_SITE, Caller, Mode, Policy, RateLimit, Role, Site
from service.errors import RecordExistsError, RequestError, SiteNotFoundError, StartError
from service.likeness import skeleton, skeletons
from service.store import instant
from service.store import registry as stored
from service.store.comments import NO_REPLAY
from service.store.link import Link
from service.vault import Vault

ADMIN = Caller("admin", "administrator", Role.ADMIN, None)
BLOCK_MS = 500
"""Less than a link waits for any answer: a wait for changes that takes longer would be given up as a late one."""
PROGRESS_SECONDS = 5
"""Between two lines in the log while the store is upgraded."""
RELOAD_SECONDS = 30
"""All is read again this often in any case: a change told while the connection was away is not missed for longer."""

log = structlog.get_logger(__name__)


class Registry:
    """What `refresh` read last. `is_loaded` is False until it did once. The listener is a link of its own, because a
    blocking read holds it."""

    def __init__(self, link: Link, listener: Link, vault: Vault, admin_token: str) -> None:
        self._link = link
        self._listener = listener
        self._vault = vault
        self._admin_digest = vault.token_digest(admin_token)
        self._watcher: asyncio.Task[None] | None = None
        self.sites: dict[str, Site] = {}
        self.tokens: dict[str, stored.Record] = {}
        self._callers: dict[str, tuple[Caller, int | None]] = {}
        self._staff: dict[str, frozenset[str]] = {}
        self.is_loaded = False
        self.problem = ""

    async def refresh(self) -> None:
        """Reads all sites and tokens; makes the default site when there is none."""
        sites = await stored.read_all(self._link, keys.SITES)
        if DEFAULT_SITE not in sites:
            record = site_record(Site(DEFAULT_SITE))
            with suppress(RecordExistsError):
                await stored.create(self._link, keys.SITES, DEFAULT_SITE, record, NO_REPLAY)
            sites = await stored.read_all(self._link, keys.SITES)
        self.tokens = await stored.read_all(self._link, keys.TOKENS)
        self.sites = {name: _site(name, record) for name, record in sites.items()}
        self._callers = {
            record["digest"]: (
                Caller(token_id, record["name"], Role(record["role"]), record["site"]),
                record["expires_ms"],
            )
            for token_id, record in self.tokens.items()
        }
        self._staff = _staff(self.sites, self.tokens, time.time() * 1000)
        self.is_loaded = True

    def is_like_staff(self, site: str, name: str) -> bool:
        """Whether a name looks like that of somebody who moderates the site, when sites and tokens were read last."""
        return skeleton(name) in self._staff.get(site, ())

    def site(self, site: str) -> Site:
        """The site, or SiteNotFoundError."""
        found = self.sites.get(site)
        if found is None:
            raise SiteNotFoundError
        return found

    def caller(self, token: str, now_ms: int) -> Caller | None:
        """Whose token this is, or None for an unknown, revoked or expired one."""
        digest = self._vault.token_digest(token)
        if hmac.compare_digest(digest, self._admin_digest):
            return ADMIN
        caller, expires_ms = self._callers.get(digest, (None, None))
        return None if expires_ms is not None and expires_ms <= now_ms else caller

    def open(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watcher:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._listener.close()

    async def load(self) -> None:
        """First reading, after the store proved to be ours; StartError when it is not. A store of an older format is
        left to `open`, which upgrades it while `/readyz` tells so."""
        if await stored.check_installation(self._link, self._vault.check) == stored.FORMAT:
            await self.refresh()

    async def _upgrade(self) -> None:
        """Returns when the store is of our format."""
        if await stored.check_installation(self._link, self._vault.check) == stored.FORMAT:
            return
        self.problem = f"the store is being upgraded to format {stored.FORMAT}"
        begun, total, done, logged = self.problem, await instant.count_all_keys(self._link), 0, time.monotonic()
        log.info("store_upgrading", format=stored.FORMAT, keys=total)

        def tell(count: int) -> None:
            nonlocal done, logged
            done += count
            self.problem = f"{begun}: {done} of {total} keys were looked at"
            if time.monotonic() - logged >= PROGRESS_SECONDS:
                logged = time.monotonic()
                log.info("store_upgrading", looked_at=done, keys=total)

        await stored.upgrade(self._link, tell)
        log.info("store_upgraded", format=stored.FORMAT)

    async def _watch(self) -> None:
        """Reads all again at each change and every `RELOAD_SECONDS`."""
        self._listener.open()
        while True:
            try:
                if not await self._link.wait_up(RELOAD_SECONDS):
                    continue
                newest = await self._link.call("XREVRANGE", keys.CHANGES, "+", "-", "COUNT", 1)
                if not self.is_loaded:
                    await self._upgrade()
                await self.refresh()
                self.problem = ""
                await self._next_change(newest[0][0] if newest else b"0-0")
            except StartError as error:
                self.problem = str(error)
                log.error("store_refused", reason=str(error))  # noqa: TRY400 the reason says it all
                await asyncio.sleep(5)
            except RequestError as error:
                log.warning("registry_not_read", error=str(error))
                await asyncio.sleep(0.2)

    async def _next_change(self, seen: bytes) -> None:
        """Returns at a change after the one seen, or after `RELOAD_SECONDS`."""
        deadline = asyncio.get_running_loop().time() + RELOAD_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._listener.wait_up(RELOAD_SECONDS):
                return
            if await self._listener.call("XREAD", "COUNT", 1, "BLOCK", BLOCK_MS, "STREAMS", keys.CHANGES, seen):
                return


def site_record(site: Site) -> stored.Record:
    """A site as it is stored."""
    policy = site.policy
    return {
        "title": site.title,
        "public_submission": site.public_submission,
        "allowed_origins": list(site.allowed_origins),
        "created_ms": site.created_ms,
        "policy": policy_record(policy),
    }


def policy_record(policy: Policy) -> dict[str, Any]:
    """A policy as it is stored and shown: a rate of null is no limit."""
    return {
        "mode": policy.mode.value,
        "publish_below": policy.publish_below,
        "reject_above": policy.reject_above,
        "reader_rate_per_minute": policy.reader_rate.per_minute or None,
        "reader_burst": policy.reader_rate.burst,
        "site_rate_per_minute": policy.site_rate.per_minute or None,
        "site_burst": policy.site_rate.burst,
    }


def policy_of(record: dict[str, Any]) -> Policy:
    return Policy(
        Mode(record["mode"]),
        record["publish_below"],
        record["reject_above"],
        RateLimit(record["reader_rate_per_minute"] or 0, record["reader_burst"]),
        RateLimit(record["site_rate_per_minute"] or 0, record["site_burst"]),
    )


def _staff(sites: Iterable[str], tokens: Mapping[str, stored.Record], now_ms: float) -> dict[str, frozenset[str]]:
    """By site the skeletons of the names that only its staff may have: moderators, operators and administrators."""
    names: dict[str | None, set[str]] = {None: set()}
    for record in tokens.values():
        is_valid = record["expires_ms"] is None or record["expires_ms"] > now_ms
        if is_valid and record["role"] != Role.WEBSITE:
            names.setdefault(record["site"], set()).add(record["name"])
    everywhere = skeletons(names[None])
    return {site: everywhere | skeletons(names[site]) if site in names else everywhere for site in sites}


def _site(name: str, record: stored.Record) -> Site:
    return Site(
        name,
        record["title"],
        record["public_submission"],
        tuple(record["allowed_origins"]),
        policy_of(record["policy"]),
        record["created_ms"],
    )
