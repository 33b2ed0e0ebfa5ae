"""Sites, tokens and members in memory: every request asks for them, and they change rarely.

Each process reads them all, and reads them again when the store's stream of changes says so, so that no request
waits for Redis to know who asks.
"""

import asyncio
import hmac
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress

import structlog

from service.domain.caller import ADMIN, EVERY_SITE, Caller
from service.domain.directory import Directory
from service.domain.event import MACHINE, EventKind
from service.domain.policy import Policy, RateLimit
from service.domain.site import DEFAULT_SITE, DEMO_SITE, Site
from service.errors import RequestError, SiteExistsError, SiteNotFoundError, StartError
from service.link.link import Link
from service.people import People
from service.store import keys, sites
from service.store.records import Records
from service.store.upgrade_progress import UpgradeProgress
from service.upkeep import installation, processes, upgrade
from service.upkeep.processes import Presence
from service.vault import Vault

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

EVENTS_AT_ONCE = 100
_KINDS, _SUBJECT = (keys.EVENT_FIELDS[name].encode() for name in ("kinds", "subject"))
_OF_SITES = {
    *(EventKind.SITE_CREATED, EventKind.SITE_CHANGED, EventKind.SITE_REASONS_CHANGED, EventKind.POLICY_CHANGED),
}
_OF_TOKENS = {EventKind.TOKEN_CREATED, EventKind.TOKEN_REVOKED}
_OF_MEMBERS = {EventKind.MEMBER_CREATED, EventKind.MEMBER_CHANGED}

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
        self._sites = Records(link, keys.SITES, sites.unpack_site, kind="site")
        self._site_names = Directory()
        self.sites: Mapping[str, Site] = self._sites.values
        self.people = People(link)
        self.is_loaded = False
        self.problem = ""
        self.is_upgrading = False

    async def refresh(self) -> None:
        """Reads all sites, tokens and members; makes our own sites where they are missing."""
        changed = await self._sites.read_all()
        missing = [
            site for site in self.own_sites if site.site not in self.sites.keys() | self._sites.unreadable.keys()
        ]
        for site in missing:
            with suppress(SiteExistsError):
                await sites.create(self._link, site, actor=MACHINE, now_ms=time.time_ns() // 1_000_000)
        if missing:
            changed |= await self._sites.read_all()
        if changed:
            self._site_names = Directory(self.sites)
        await self.people.read_all()
        self.is_loaded = True

    async def read_site(self, site: str) -> None:
        """Reads one site that was made or changed."""
        await self._sites.read(site)
        if site in self.sites:
            self._site_names.add(site)
        else:
            self._site_names.remove(site)

    def site(self, site: str) -> Site:
        """The site, or SiteNotFoundError."""
        found = self.sites.get(site)
        if found is None:
            raise SiteNotFoundError
        return found

    def sites_among(self, wanted: Collection[str]) -> list[str]:
        """Those of these sites that there are, in their order; with EVERY_SITE among them all."""
        return [site for site in self._site_names if site in wanted or EVERY_SITE in wanted]

    def page_of_sites(self, after: str, limit: int) -> tuple[list[Site], str | None]:
        """Up to `limit` sites by name, behind the name given, and the last of these names where others follow."""
        names, last = self._site_names.page(after, limit)
        return [self.sites[name] for name in names], last

    def caller(self, token: str, now_ms: int) -> Caller | None:
        """Whose token this is, or None for an unknown, revoked or expired one."""
        if hmac.compare_digest(token.encode("utf-8", "replace"), self._admin_token):
            return ADMIN
        return self.people.holder(self._vault.token_digest(token), now_ms)

    def holder(self, digest: str, now_ms: int) -> Caller | None:
        """Who holds the token of this digest, the administrator's of the settings too; None as `caller` does."""
        if digest == self._vault.token_digest(self._admin_token.decode()):
            return ADMIN
        return self.people.holder(digest, now_ms)

    async def digest_of(self, token_id: str) -> str:
        """The keyed hash of a token, also of one that was made a moment ago by another process. TokenNotFoundError."""
        if token_id == ADMIN.token_id:
            return self._vault.token_digest(self._admin_token.decode())
        await self.people.read_token(token_id)
        return self.people.token(token_id).digest

    def name_of(self, actor: str) -> str | None:
        """The name of whose acts these are; None for nobody that there is now."""
        return self.people.name_of(actor)

    def note_seen(self, caller: Caller, now_ms: int) -> None:
        """The caller asked for something that he may; it is told by his `last_seen_at`."""
        self.people.seen.note(caller.member_id, now_ms)

    def open(self) -> None:
        self._watcher = asyncio.create_task(self._watch())

    async def close(self) -> None:
        for task in (self._watcher, self._upgrader):
            if task:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        await self.people.seen.close()
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
                await self._follow_changes(newest[0][0] if newest else b"0-0")
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

    async def _follow_changes(self, seen: bytes) -> None:
        """Reads what changes after the event that was seen, one by one. Returns after `RELOAD_SECONDS`, or where all
        has to be read again."""
        deadline = asyncio.get_running_loop().time() + RELOAD_SECONDS
        while asyncio.get_running_loop().time() < deadline:
            if not await self._listener.wait_up(RELOAD_SECONDS):
                return
            wanted = ("COUNT", EVENTS_AT_ONCE, "BLOCK", BLOCK_MS, "STREAMS", keys.CHANGES, seen)
            for _, events in await self._listener.call("XREAD", *wanted) or ():
                for event_id, flat in events:
                    if not await self._is_followed(dict(zip(flat[::2], flat[1::2], strict=True))):
                        return
                    seen = event_id

    async def _is_followed(self, event: Mapping[bytes, bytes]) -> bool:
        """Whether all that an event tells of has been read: it is about one site, token or member."""
        kind, subject = event.get(_KINDS, b"").decode(), event.get(_SUBJECT, b"").decode()
        if not subject:
            return False
        if kind in _OF_SITES:
            await self.read_site(subject)
        elif kind in _OF_TOKENS:
            await self.people.read_token(subject)
        elif kind in _OF_MEMBERS:
            await self.people.read_member(subject)
        elif kind == EventKind.MEMBER_REVOKED:
            await self.people.read_revoked(subject)
        return kind in _OF_SITES | _OF_TOKENS | _OF_MEMBERS | {EventKind.MEMBER_REVOKED}
