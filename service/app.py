"""The composition root: the parts, and the application made of them. Tests build it here too."""

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
from service.desk import Desk, clock_ms
from service.domain.site import Audience
from service.errors import RequestError, StartError
from service.link.address import make_link
from service.link.link import Link
from service.metrics import RequestMeasures
from service.pages import demo
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.platform.embedded import EmbeddedServer, room_of
from service.platform.folder import make_folder
from service.platform.kept_secret import SECRET_KEY_FILE, kept_secret, known_previous_secret
from service.registry import DEFAULT, DEMO, Registry
from service.routes import API, PAGES_WITH_DEMO, PAGES_WITHOUT_DEMO
from service.scoring import Scorer
from service.settings import TOKEN_PREFIX, Settings
from service.store import scripts
from service.store.comments import Comments
from service.store.queue import Queue
from service.store.readiness import OK, check_store, fsync_of
from service.store.salts import DaySalts
from service.store.submissions import Submissions
from service.tracing import Tracing, start_tracing
from service.vault import Vault
from service.version import own_version
from service.web.access import is_known
from service.web.dispatch import Dispatch
from service.web.openapi import describe
from service.web.operation import ProcessContext

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
    counts: Counters | None = None,
    acceptor: Acceptor | None = None,
    is_first: bool = True,
) -> Service:
    """The service, connected. StartError when it cannot start; Redis being away is no reason.

    `counts` are those that it shares with other workers, of which the first tells what is to be told once; `acceptor`
    is where its connections come in.
    """
    counts = counts or Counters()
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
    comments = Comments(desk_link)
    desk = Desk(
        desk_link,
        registry,
        vault,
        scorer=scorer,
        submissions=Submissions(desk_link, comments),
        comments=comments,
        queue=Queue(desk_link, comments),
        salts=DaySalts(link),
        now_ms=now_ms,
    )
    context = ProcessContext(
        RequestMeasures(counts),
        counts,
        acceptor or Acceptor(),
        settings.trusted_proxies,
        settings.metrics_token,
        settings.hosts,
        lambda: describe(API, own_version()),
        settings.demo,
    )

    routes = API + (PAGES_WITH_DEMO if has_demo else PAGES_WITHOUT_DEMO)
    is_believed = partial(is_known, desk=desk, trusted=context.trusted_proxies)
    dispatch = Dispatch(routes, desk, context, partial(tracing.handler, is_believed=is_believed) if tracing else None)

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
