"""Sites and tokens in memory: every request asks for them, and they change rarely.

Each process reads them all, and reads them again when the store's stream of changes says so, so that no request
waits for Redis to know who asks.
"""

import asyncio
import hmac
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import product

import structlog

from service.domain.caller import Caller, Role
from service.domain.directory import Directory
from service.domain.event import MACHINE
from service.domain.likeness import skeleton, skeletons
from service.domain.policy import Policy, RateLimit
from service.domain.site import DEFAULT_SITE, DEMO_SITE, Site
from service.domain.token import Token, TokenFilter
from service.errors import RequestError, SiteExistsError, SiteNotFoundError, StartError
from service.link.link import Link
from service.store import keys, sites, tokens
from service.store.upgrade_progress import UpgradeProgress
from service.upkeep import installation, processes, upgrade
from service.upkeep.processes import Presence
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
REFUSED_SECONDS = 5.0
"""Between two looks at a store that was refused, or that could not be understood."""
RETRY_SECONDS = 0.2
"""Between two attempts to read sites and tokens while Redis is away."""
PROGRESS_SECONDS = 30
"""Between two lines in the log while the store is upgraded."""
RELOAD_SECONDS = 30
"""All is read again this often in any case: a change told while the connection was away is not missed for longer."""

_NONE = Directory()

log = structlog.get_logger(__name__)


class Registry:
    """What `refresh` read last. `is_loaded` is False until it did once, and when the store is not ours any more;
    `problem` says why. While `is_upgrading` the store may hold what is of an older format. The listener is a link of
    its own, because a blocking read holds it."""

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
        self._upgrader: asyncio.Task[None] | None = None
        self.sites: dict[str, Site] = {}
        self.tokens: dict[str, Token] = {}
        self._by_digest: dict[str, Token] = {}
        self._callers: dict[str, Caller] = {}
        self._refused: set[tuple[str, str]] = set()
        self._staff: dict[str, frozenset[str]] = {}
        self._site_names = Directory()
        self._token_ids: dict[TokenFilter, Directory] = {}
        self.is_loaded = False
        self.problem = ""
        self.is_upgrading = False

    async def refresh(self) -> None:
        """Reads all sites and tokens; makes our own sites where they are missing."""
        found, unreadable = await sites.read_all(self._link)
        missing = [site for site in self.own_sites if site.site not in found and site.site not in unreadable]
        for site in missing:
            with suppress(SiteExistsError):
                await sites.create(self._link, site, actor=MACHINE, now_ms=time.time_ns() // 1_000_000)
        if missing:
            found, unreadable = await sites.read_all(self._link)
        self.sites = found
        self._tell_unreadable("site", unreadable)
        self.tokens, unreadable = await tokens.read_all(self._link)
        self._tell_unreadable("token", unreadable)
        self._by_digest = {token.digest: token for token in self.tokens.values()}
        self._callers = {token.digest: token.caller for token in self.tokens.values()}
        self._staff = _staff(self.sites, self.tokens.values(), time.time() * 1000)
        self._site_names = Directory(self.sites)
        self._token_ids = _token_ids(self.tokens)
        self.is_loaded = True

    def _tell_unreadable(self, kind: str, reasons: Mapping[str, str]) -> None:
        """Logs once what was left out: a record of a newer version, or of nobody's. All others must go on being read,
        and a token that was revoked be none."""
        for name, reason in reasons.items():
            if (kind, name) not in self._refused:
                self._refused.add((kind, name))
                log.error("record_not_read", kind=kind, name=name[:100], reason=reason)

    def is_like_staff(self, site: str, name: str) -> bool:
        """Whether a name looks like that of somebody who moderates the site, when sites and tokens were read last."""
        return skeleton(name) in self._staff.get(site, ())

    def site(self, site: str) -> Site:
        """The site, or SiteNotFoundError."""
        found = self.sites.get(site)
        if found is None:
            raise SiteNotFoundError
        return found

    def page_of_sites(self, after: str, limit: int) -> tuple[list[Site], str | None]:
        """Up to `limit` sites by name, behind the name given, and the last of these names where others follow."""
        names, last = self._site_names.page(after, limit)
        return [self.sites[name] for name in names], last

    def page_of_tokens(self, wanted: TokenFilter, after: str, limit: int) -> tuple[list[Token], str | None]:
        """The same of the tokens that a filter lets through, by id."""
        ids, last = self._token_ids.get(wanted, _NONE).page(after, limit)
        return [self.tokens[token_id] for token_id in ids], last

    def caller(self, token: str, now_ms: int) -> Caller | None:
        """Whose token this is, or None for an unknown, revoked or expired one."""
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._admin_token):
            return ADMIN
        digest = self._vault.token_digest(token)
        found = self._by_digest.get(digest)
        return self._callers[digest] if found is not None and found.is_valid(now_ms) else None

    def open(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        for task in (self._watcher, self._upgrader):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self._listener.close()
        if self._link.is_up:
            with suppress(RequestError):
                await processes.leave(self._link, self._process)

    async def load(self) -> None:
        """First reading, after the store proved to be ours; StartError when it is not. One of an older format is served
        from now on, and `open` brings it to ours."""
        await self._adopt_store()
        await self.refresh()

    async def _adopt_store(self) -> None:
        """The store proved to be ours, and everything is written in our format from now on; StartError."""
        oldest = await installation.check_installation(self._link, self._vault)
        self.is_upgrading = oldest < installation.FORMAT
        if self.is_upgrading:
            await installation.begin_upgrade(self._link)

    async def _upgrade(self) -> None:
        """Returns when all of the store is of our format."""
        logged = time.monotonic()

        def on_progress(progress: UpgradeProgress) -> None:
            nonlocal logged
            if time.monotonic() - logged >= PROGRESS_SECONDS:
                logged = time.monotonic()
                log.info("store_upgrading", format=installation.FORMAT, **progress._asdict())

        log.info("store_upgrading", format=installation.FORMAT)
        try:
            await upgrade.upgrade(self._link, on_progress)
        except (
            Exception
        ):  # whatever it is, what is older goes on being read, and the next look at the store tries again
            log.exception("store_not_upgraded")
        else:
            log.info("store_upgraded", format=installation.FORMAT)

    def _upgrade_in_background(self) -> None:
        if self.is_upgrading and (self._upgrader is None or self._upgrader.done()):
            self._upgrader = asyncio.create_task(self._upgrade())

    def _refuse_store(self, error: StartError) -> None:
        """What we would write into it could not be read by whoever it belongs to."""
        self.problem, self.is_loaded = str(error), False
        if self._upgrader:
            self._upgrader.cancel()
        log.error("store_refused", reason=str(error))

    async def _watch(self) -> None:
        """Reads all again at each change and every `RELOAD_SECONDS`."""
        self._listener.open()
        while True:
            try:
                if not await self._link.wait_up(RELOAD_SECONDS):
                    continue
                newest = await self._link.call("XREVRANGE", keys.CHANGES, "+", "-", "COUNT", 1)
                await self._adopt_store()
                await self.refresh()
                await self._announce()
                self._upgrade_in_background()
                self.problem = ""
                await self._next_change(newest[0][0] if newest else b"0-0")
            except StartError as error:
                self._refuse_store(error)
                await asyncio.sleep(REFUSED_SECONDS)
            except RequestError as error:
                log.warning("registry_not_read", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # whatever it is: were this to end, tokens that are revoked would live on
                log.exception("registry_not_read")
                await asyncio.sleep(REFUSED_SECONDS)

    async def _announce(self) -> None:
        """On the connection of all requests, behind what was sealed with the secret that was in force until now."""
        with suppress(RequestError):  # a store that is full takes none; no more than a rotation would miss us
            presence = Presence(self._vault.checks, self._vault.check, installation.FORMAT)
            await processes.announce(self._link, self._process, presence)

    async def _next_change(self, seen: bytes) -> None:
        """Returns at a change after the one seen, or after `RELOAD_SECONDS`."""
        deadline = asyncio.get_running_loop().time() + RELOAD_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._listener.wait_up(RELOAD_SECONDS):
                return
            if await self._listener.call("XREAD", "COUNT", 1, "BLOCK", BLOCK_MS, "STREAMS", keys.CHANGES, seen):
                return


def _token_ids(tokens: Mapping[str, Token]) -> dict[TokenFilter, Directory]:
    """The ids of tokens by every filter that lets one through."""
    ids: dict[TokenFilter, list[str]] = {}
    for token_id, token in tokens.items():
        for site, role in product({None, token.site}, (None, token.role)):
            ids.setdefault(TokenFilter(site, role), []).append(token_id)
    return {wanted: Directory(of_filter) for wanted, of_filter in ids.items()}


def _staff(sites: Iterable[str], tokens: Iterable[Token], now_ms: float) -> dict[str, frozenset[str]]:
    """By site the skeletons of the names that only its staff may have: moderators, operators and administrators."""
    names: dict[str | None, set[str]] = {None: set()}
    for token in tokens:
        if token.is_valid(now_ms) and token.role is not Role.WEBSITE:
            names.setdefault(token.site, set()).add(token.name)
    everywhere = skeletons(names[None])
    return {site: everywhere | skeletons(names[site]) if site in names else everywhere for site in sites}
