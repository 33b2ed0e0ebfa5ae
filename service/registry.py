"""Sites and tokens in memory: every request asks for them, and they change rarely.

Each process reads them all, and reads them again when the store's stream of changes says so, so that no request
waits for Redis to know who asks.
"""

import asyncio
import hmac
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import structlog

from schemas.fields import SITE_PATTERN
from service import keys
from service.domain import DEFAULT_SITE, DEMO_SITE, Caller, Mode, Policy, RateLimit, Role, Site
from service.errors import RecordExistsError, RequestError, SiteNotFoundError, StartError
from service.likeness import skeleton, skeletons
from service.store import instant, processes
from service.store import registry as stored
from service.store.comments import NO_REPLAY
from service.store.link import Link
from service.store.processes import Presence
from service.vault import Vault

ADMIN = Caller("admin", "administrator", Role.ADMIN, None)
DEFAULT = Site(DEFAULT_SITE)
DEMO = Site(
    DEMO_SITE,
    "The demo article",
    policy=Policy(reader_rate=RateLimit(6, 5), site_rate=RateLimit(60, 100)),
    is_demo=True,
)
"""The demo's own site. It takes nothing without a token: the page alone does, for those who see it."""
BLOCK_MS = 500
"""Less than a link waits for any answer: a wait for changes that takes longer would be given up as a late one."""
PROGRESS_SECONDS = 5
"""Between two lines in the log while the store is upgraded."""
RELOAD_SECONDS = 30
"""All is read again this often in any case: a change told while the connection was away is not missed for longer."""

log = structlog.get_logger(__name__)
T = TypeVar("T")


class Registry:
    """What `refresh` read last. `is_loaded` is False until it did once. The listener is a link of its own, because a
    blocking read holds it."""

    def __init__(
        self, link: Link, listener: Link, vault: Vault, admin_token: str, own_sites: Sequence[Site] = (DEFAULT,)
    ) -> None:
        """`own_sites` are made where there are none of their names."""
        self._link = link
        self._listener = listener
        self._vault = vault
        self.own_sites = own_sites
        self._admin_token = admin_token.encode()
        self._process = secrets.token_hex(8)
        self._watcher: asyncio.Task[None] | None = None
        self.sites: dict[str, Site] = {}
        self.tokens: dict[str, stored.Record] = {}
        self._callers: dict[str, tuple[Caller, int | None]] = {}
        self._refused: set[tuple[str, str]] = set()
        self._staff: dict[str, frozenset[str]] = {}
        self.is_loaded = False
        self.problem = ""

    async def refresh(self) -> None:
        """Reads all sites and tokens; makes our own sites where they are missing."""
        sites = await stored.read_all(self._link, keys.SITES)
        missing = [site for site in self.own_sites if site.site not in sites]
        for site in missing:
            with suppress(RecordExistsError):
                await stored.create(self._link, keys.SITES, site.site, site_record(site), NO_REPLAY)
        if missing:
            sites = await stored.read_all(self._link, keys.SITES)
        self.sites = self._readable("site", sites, site_of)
        tokens = await stored.read_all(self._link, keys.TOKENS)
        callers = self._readable("token", tokens, caller_of)
        self.tokens = {token_id: tokens[token_id] for token_id in callers}
        self._callers = {tokens[token_id]["digest"]: caller for token_id, caller in callers.items()}
        self._staff = _staff(self.sites, self.tokens, time.time() * 1000)
        self.is_loaded = True

    def _readable(
        self, what: str, records: Mapping[str, stored.Record], read: Callable[[str, stored.Record], T]
    ) -> dict[str, T]:
        """What can be read of these. A record of a newer version, or of nobody's, is left out and told once: all others
        must go on being read, and a token that was revoked be none."""
        found: dict[str, T] = {}
        for name, record in records.items():
            try:
                found[name] = read(name, record)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                if (what, name) not in self._refused:
                    self._refused.add((what, name))
                    log.error("record_not_read", kind=what, name=name[:100], reason=repr(error))  # noqa: TRY400
        return found

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
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._admin_token):
            return ADMIN
        digest = self._vault.token_digest(token)
        caller, expires_ms = self._callers.get(digest, (None, None))
        return None if expires_ms is not None and expires_ms <= now_ms else caller

    def open(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        if self._watcher:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)
        await self._listener.close()
        if self._link.is_up:
            with suppress(RequestError):
                await processes.leave(self._link, self._process)

    async def load(self) -> None:
        """First reading, after the store proved to be ours; StartError when it is not. A store of an older format is
        left to `open`, which upgrades it while `/readyz` tells so."""
        if await stored.check_installation(self._link, self._vault) == stored.FORMAT:
            await self.refresh()

    async def _upgrade(self) -> None:
        """Returns when the store is of our format."""
        if await stored.check_installation(self._link, self._vault) == stored.FORMAT:
            return
        self.is_loaded = False
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
                await self._upgrade()
                await self.refresh()
                await self._announce()
                self.problem = ""
                await self._next_change(newest[0][0] if newest else b"0-0")
            except StartError as error:
                self.problem, self.is_loaded = str(error), False
                log.error("store_refused", reason=str(error))  # noqa: TRY400 the reason says it all
                await asyncio.sleep(5)
            except RequestError as error:
                log.warning("registry_not_read", error=str(error))
                await asyncio.sleep(0.2)
            except Exception:  # whatever it is: were this to end, tokens that are revoked would live on
                log.exception("registry_not_read")
                await asyncio.sleep(5)

    async def _announce(self) -> None:
        """On the connection of all requests, behind what was sealed with the secret that was in force until now."""
        with suppress(RequestError):  # a store that is full takes none; no more than a rotation would miss us
            presence = Presence(self._vault.checks, self._vault.check)
            await processes.announce(self._link, self._process, presence)

    async def _next_change(self, seen: bytes) -> None:
        """Returns at a change after the one seen, or after `RELOAD_SECONDS`."""
        deadline = asyncio.get_running_loop().time() + RELOAD_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._listener.wait_up(RELOAD_SECONDS):
                return
            if await self._listener.call("XREAD", "COUNT", 1, "BLOCK", BLOCK_MS, "STREAMS", keys.CHANGES, seen):
                return


def site_record(site: Site) -> stored.Record:
    """A site as it is stored; the demo's has its mark, so that no publisher's site of that name is taken for it."""
    policy = site.policy
    mark = {"is_demo": True} if site.is_demo else {}
    return mark | {
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
        "stranger_rate_per_minute": policy.stranger_rate.per_minute or None,
        "stranger_burst": policy.stranger_rate.burst,
    }


def policy_of(record: dict[str, Any]) -> Policy:
    """The policy of a record; one of an older format has no limit for strangers."""
    return Policy(
        Mode(record["mode"]),
        record["publish_below"],
        record["reject_above"],
        RateLimit(record["reader_rate_per_minute"] or 0, record["reader_burst"]),
        RateLimit(record["site_rate_per_minute"] or 0, record["site_burst"]),
        RateLimit(record.get("stranger_rate_per_minute") or 0, record.get("stranger_burst", 1)),
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


def site_of(name: str, record: stored.Record) -> Site:
    """A site as it was stored; ValueError, TypeError, KeyError or AttributeError when it is none of ours."""
    site = Site(
        name,
        record["title"],
        record["public_submission"],
        tuple(record["allowed_origins"]),
        policy_of(record["policy"]),
        record["created_ms"],
        record.get("is_demo") is True,
    )
    _demand(re.match(SITE_PATTERN, name), "name")
    _demand(type(site.title) is str and type(site.public_submission) is bool, "title or public_submission")
    _demand(all(type(each) is str for each in site.allowed_origins), "allowed_origins")
    _demand(_is_count(site.created_ms), "created_ms")
    _check_policy(site.policy)
    return site


def _check_policy(policy: Policy) -> None:
    thresholds = (policy.publish_below, policy.reject_above)
    _demand(all(type(each) in (int, float) and 0 <= each <= 1 for each in thresholds), "thresholds")
    for rate in (policy.reader_rate, policy.site_rate, policy.stranger_rate):
        _demand(_is_count(rate.per_minute) and _is_count(rate.burst) and rate.burst > 0, "rates")


def caller_of(token_id: str, record: stored.Record) -> tuple[Caller, int | None]:
    """Who has a token, and when it expires; the same errors as `site_of`."""
    caller = Caller(token_id, record["name"], Role(record["role"]), record["site"])
    _demand(type(record["digest"]) is str and type(caller.name) is str, "digest or name")
    _demand(type(caller.site) is str or (caller.site is None and caller.role is Role.ADMIN), "site")
    _demand(record["expires_ms"] is None or _is_count(record["expires_ms"]), "expires_ms")
    _demand(_is_count(record["created_ms"]), "created_ms")
    return caller, record["expires_ms"]


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _demand(is_right: object, what: str) -> None:
    if not is_right:
        raise ValueError(f"{what} cannot be so")
