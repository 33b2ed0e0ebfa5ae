"""The composition root: the route table, the parts, and the application made of them. Tests build it here too."""

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog

from classifier import Classifier, ModelError
from schemas.settings import PREFIX, SECRET_CHARS
from service.counts import Counts
from service.desk import Desk, clock_ms
from service.domain import Audience, Role
from service.door import Door
from service.embedded import EmbeddedServer, room_of
from service.errors import RequestError, StartError
from service.folder import make_folder
from service.handlers import administrators, demo, moderators, pages, readers, watchers
from service.metrics import RequestMeasures
from service.registry import DEFAULT, DEMO, Registry
from service.salts import DaySalts
from service.scoring import Scorer
from service.settings import SECRET_KEY_FILE, TOKEN_PREFIX, Settings, kept_secret, known_previous_secret
from service.store import scripts
from service.store.address import make_link
from service.store.link import Link
from service.store.readiness import OK, check_store, fsync_of
from service.store.submissions import Submissions
from service.tracing import Tracing, start_tracing
from service.vault import Vault
from service.web.access import is_known
from service.web.dispatch import Dispatch
from service.web.openapi import describe
from service.web.operation import House, Route, open_route, reader_route, route, watcher_route

WEBSITE, MODERATOR, OPERATOR = Role.WEBSITE, Role.MODERATOR, Role.OPERATOR
SITE = "/v1/sites/{site}"
THREAD = SITE + "/threads/{thread}"
COMMENT = SITE + "/comments/{comment_id}"

API: tuple[Route, ...] = (
    # Readers and websites
    reader_route("POST", THREAD + "/comments", readers.submit, WEBSITE),
    open_route("GET", THREAD + "/comments", readers.read_thread),
    open_route("GET", SITE + "/counts", readers.count_published),
    route("GET", THREAD, readers.read_thread_settings, WEBSITE, MODERATOR, OPERATOR),
    route("PUT", THREAD, readers.set_thread, WEBSITE, MODERATOR, OPERATOR),
    # Moderators
    route("GET", SITE + "/queue", moderators.list_queue, MODERATOR),
    route("POST", SITE + "/claims", moderators.claim, MODERATOR),
    route("DELETE", SITE + "/claims", moderators.release_all, MODERATOR),
    route("DELETE", SITE + "/claims/{comment_id}", moderators.release, MODERATOR),
    route("GET", COMMENT, moderators.read_comment, MODERATOR),
    route("POST", COMMENT + "/decisions", moderators.decide, MODERATOR),
    route("POST", COMMENT + "/undo", moderators.undo, MODERATOR),
    route("POST", SITE + "/decisions", moderators.decide_all, MODERATOR),
    # Operators
    route("GET", SITE + "/policy", administrators.read_policy, OPERATOR),
    route("PUT", SITE + "/policy", administrators.set_policy, OPERATOR),
    # Administrators
    route("GET", "/v1/sites", administrators.list_sites),
    route("POST", "/v1/sites", administrators.create_site),
    route("GET", SITE, administrators.read_site),
    route("PATCH", SITE, administrators.change_site),
    route("GET", "/v1/tokens", administrators.list_tokens),
    route("POST", "/v1/tokens", administrators.create_token),
    route("DELETE", "/v1/tokens/{token_id}", administrators.revoke_token),
    # Machines that watch
    open_route("GET", "/healthz", watchers.health),
    open_route("GET", "/readyz", watchers.readiness),
    watcher_route("GET", "/metrics", watchers.read_metrics),
)
PAGES: tuple[Route, ...] = (
    open_route("GET", "/docs", pages.read_docs),
    open_route("GET", "/openapi.json", pages.read_openapi),
    open_route("GET", readers.RECEIVED, pages.read_received),
    open_route("GET", "/favicon.ico", pages.read_favicon),
    open_route("GET", "/static/pages.css", pages.read_style),
    open_route("GET", "/static/harbour.svg", pages.read_picture),
)
PAGES_WITH_DEMO: tuple[Route, ...] = (
    *PAGES,
    open_route("GET", "/", demo.go_home),
    open_route("GET", demo.DEMO, demo.read_demo),
    open_route("POST", demo.DEMO, demo.submit_demo),
)
PAGES_WITHOUT_DEMO: tuple[Route, ...] = (*PAGES, open_route("GET", "/", pages.go_to_docs))

log = structlog.get_logger(__name__)

FIRST_CONNECTION_SECONDS = 10.0
"""How long a start waits for Redis before it goes on without: `/readyz` then tells."""


@dataclass(frozen=True, slots=True)
class Secrets:
    admin_token: str = field(repr=False)
    secret_key: str = field(repr=False)
    previous_secret_key: str | None = field(repr=False)


def load_model(directory: Path | None = None) -> Classifier:
    """The classifier, or StartError with what is wrong with its files."""
    try:
        return Classifier.load(directory)
    except ModelError as error:
        raise StartError(f"The model cannot be loaded: {error}") from error


def find_secrets(settings: Settings) -> Secrets:
    """The secrets given, or made in the data folder at first start."""
    make_folder(settings.data_dir)
    return Secrets(
        settings.admin_token or kept_secret(settings.data_dir, "admin-token", TOKEN_PREFIX),
        settings.secret_key or kept_secret(settings.data_dir, SECRET_KEY_FILE),
        known_previous_secret(settings),
    )


def _warn_of_short_secrets(settings: Settings) -> None:
    """Shorter ones are taken, so that no installation that has one fails to start."""
    given = {"ADMIN_TOKEN": settings.admin_token, "SECRET_KEY": settings.secret_key}
    for name, secret in (given | {"METRICS_TOKEN": settings.metrics_token}).items():
        if secret is not None and len(secret) < SECRET_CHARS:
            log.warning("secret_too_short", setting=PREFIX + name, advice=f"give it {SECRET_CHARS} characters or more")


async def _warn_unless_durable(link: Link) -> None:
    durability = (await check_store(link))["durability"]
    if durability != OK:
        log.warning("store_not_durable", reason=durability)
    fsync = await fsync_of(link)
    if fsync:
        log.warning("store_acknowledges_before_disk", appendfsync=fsync, advice="set appendfsync always")


def _warn_unless_the_demo_has_its_place(registry: Registry) -> None:
    site = registry.sites.get(DEMO.site)
    if DEMO in registry.own_sites and site is not None and not site.is_demo:
        log.warning("demo_not_served", reason=demo.PLACE_TAKEN)


@dataclass(frozen=True, slots=True)
class Service:
    """The whole service but for its connections: what answers requests, and all that it stands on."""

    desk: Desk
    dispatch: Dispatch
    server: EmbeddedServer | None
    tracing: Tracing | None

    async def close(self) -> None:
        await self.desk.salts.close()
        await self.desk.registry.close()
        await self.desk.link.close()
        if self.server:
            await self.server.stop()
        if self.tracing:
            await self.tracing.close()


async def build(
    settings: Settings,
    now_ms: Callable[[], int] = clock_ms,
    *,
    counts: Counts | None = None,
    door: Door | None = None,
    is_first: bool = True,
) -> Service:
    """The service, connected. StartError when it cannot start; Redis being away is no reason.

    `counts` are those that it shares with other workers, of which the first tells what is to be told once; `door` is
    where its connections come in.
    """
    counts = counts or Counts()
    if is_first:
        _warn_of_short_secrets(settings)
    secrets = find_secrets(settings)
    tracing = start_tracing(os.environ)
    model = load_model()
    scorer = tracing.scorer(model, counts) if tracing else Scorer(model, counts)
    server = None if settings.redis_url else await EmbeddedServer.start(settings.data_dir, room_of(settings))
    url = settings.redis_url or (server.url if server else "")
    link = make_link(url, scripts.ALL, settings.wait_replicas)
    vault = Vault(secrets.secret_key, secrets.previous_secret_key)
    has_demo = settings.demo is not Audience.NOBODY
    own_sites = (DEFAULT, DEMO) if has_demo else (DEFAULT,)
    registry = Registry(link, make_link(url, ()), vault, secrets.admin_token, own_sites)
    desk_link = tracing.link(link) if tracing else link
    desk = Desk(desk_link, registry, vault, scorer, Submissions(desk_link), DaySalts(link), now_ms)
    house = House(
        RequestMeasures(counts),
        counts,
        door or Door(),
        settings.trusted_proxies,
        settings.metrics_token,
        settings.hosts,
        lambda: describe(API, watchers.own_version()),
        settings.demo,
    )

    routes = API + (PAGES_WITH_DEMO if has_demo else PAGES_WITHOUT_DEMO)
    is_believed = partial(is_known, desk=desk, trusted=house.trusted_proxies)
    dispatch = Dispatch(routes, desk, house, partial(tracing.handler, is_believed=is_believed) if tracing else None)

    link.open()
    try:
        if await link.wait_up(FIRST_CONNECTION_SECONDS):
            with suppress(RequestError):
                await registry.load()
                if is_first:
                    _warn_unless_the_demo_has_its_place(registry)
                    await _warn_unless_durable(link)
    except BaseException:
        await asyncio.gather(registry.close(), link.close())
        if server:
            await server.stop()
        raise
    registry.open()
    return Service(desk, dispatch, server, tracing)
