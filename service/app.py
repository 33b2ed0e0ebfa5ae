"""The composition root: the parts, and the application made of them. Tests build it here too."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import structlog
from aiohttp import web

from classifier import Classifier, ModelError
from schemas.settings import PREFIX, SECRET_CHARS
from service.api.page_cache import PAGES, PageCache
from service.api.wire_live import encode_news
from service.console.wrong import write_page
from service.consumers.background import at_work
from service.consumers.claims import ClaimsOfRevokedTokens
from service.consumers.consumer import MakeConsumer
from service.desk import Desk, clock_ms
from service.domain.site import Audience
from service.errors import RequestError, StartError
from service.html.compilation import compile_all
from service.link.address import make_link
from service.link.link import Link
from service.live.feeds import Feeds, ListenerLimits
from service.metrics import RequestMeasures
from service.pages import demo
from service.pages.fragment_cache import FRAGMENTS, FragmentCache
from service.platform.acceptor import Acceptor
from service.platform.counters import Counters
from service.platform.embedded import EmbeddedServer
from service.platform.folder import make_folder
from service.platform.kept_secret import SECRET_KEY_FILE, kept_secret, known_previous_secret
from service.platform.memory import memory_limit_of
from service.registry import DEFAULT, DEMO, Registry
from service.routes import API, PAGES_WITH_DEMO, PAGES_WITHOUT_DEMO
from service.rules.disposable import disposable_domains
from service.rules.prepared import PreparedRules
from service.scoring import Scorer
from service.settings import TOKEN_PREFIX, Settings, reader_of_redis_url
from service.store import scripts
from service.store.bulks import Bulks
from service.store.comments import Comments
from service.store.format_3 import ThreadUpgrades
from service.store.lists import Lists
from service.store.queue import Queue
from service.store.readiness import OK, check_store, fsync_of
from service.store.salts import DaySalts
from service.store.search import Search
from service.store.site_queues import SiteQueues
from service.store.submissions import Submissions
from service.store.turned_down import TurnedDown
from service.tracing import Tracing, start_tracing
from service.upkeep.chain_watch import ChainWatch
from service.vault import Vault
from service.version import own_version
from service.web.access import is_known
from service.web.application import make_application
from service.web.call import ProcessContext
from service.web.dispatch import Dispatch
from service.web.openapi import describe
from service.web.refusal_writer import PAGE_WRITER, PageWriter

log = structlog.get_logger(__name__)

CONSUMERS: tuple[MakeConsumer, ...] = (ClaimsOfRevokedTokens,)
"""What reads the streams of events, in the first of the workers."""
FIRST_CONNECTION_SECONDS = 10.0
"""How long a start waits for Redis before it goes on without: `/readyz` then tells."""


@dataclass(frozen=True, slots=True)
class Secrets:
    admin_token: str = field(repr=False)
    secret_key: str = field(repr=False)
    previous_secret_key: str | None = field(repr=False)


SETTINGS = web.AppKey("settings", Settings)
SECRETS = web.AppKey("secrets", Secrets)
CONTEXT = web.AppKey("context", ProcessContext)
NOW_MS: web.AppKey[Callable[[], int]] = web.AppKey("now_ms")
IS_FIRST = web.AppKey("is_first", bool)
MODEL = web.AppKey("model", Classifier)
TRACING: web.AppKey[Tracing | None] = web.AppKey("tracing")
STORE_URL = web.AppKey("store_url", str)
MAKE_CONSUMERS: web.AppKey[Sequence[MakeConsumer]] = web.AppKey("make_consumers")
DESK = web.AppKey("desk", Desk)
"""Once the application is open."""


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


async def _warn_unless_ready(link: Link) -> None:
    checks = await check_store(link)
    if checks["durability"] != OK:
        log.warning("store_not_durable", reason=checks["durability"])
    if checks["redis"] != OK:
        log.error("store_not_ready", redis=checks["redis"])
    fsync = await fsync_of(link)
    if fsync:
        log.warning("store_acknowledges_before_disk", appendfsync=fsync, advice="set appendfsync always")


def _warn_unless_the_demo_has_its_place(registry: Registry) -> None:
    site = registry.sites.get(DEMO.site)
    if DEMO in registry.own_sites and site is not None and not site.is_demo:
        log.warning("demo_not_served", reason=str(demo.PLACE_TAKEN))


def make_service(
    settings: Settings,
    now_ms: Callable[[], int] = clock_ms,
    *,
    counts: Counters | None = None,
    acceptor: Acceptor | None = None,
    is_first: bool = True,
    consumers: Sequence[MakeConsumer] = CONSUMERS,
) -> web.Application:
    """The whole service but for its connections, as an application that its runner opens and closes. StartError, here
    or there, when it cannot start; Redis being away is no reason.

    `counts` are those that it shares with other workers, of which the first tells what is to be told once, and runs the
    consumers of events; `acceptor` is where its connections come in.
    """
    if is_first:
        _warn_of_short_secrets(settings)
    counts = counts or Counters()
    context = ProcessContext(
        RequestMeasures(counts),
        counts,
        acceptor or Acceptor(),
        trusted_proxies=settings.trusted_proxies,
        public_url=settings.public_url,
        metrics_token=settings.metrics_token,
        hosts=settings.hosts,
        openapi=lambda: describe(API, own_version()),
        demo=settings.demo,
        embedded_dir=settings.embedded_dir,
    )
    service = make_application(context, now_ms)
    service[SETTINGS], service[SECRETS], service[CONTEXT] = settings, find_secrets(settings), context
    service[NOW_MS], service[IS_FIRST], service[MODEL] = now_ms, is_first, load_model()
    service[MAKE_CONSUMERS] = consumers
    service[PAGES], service[FRAGMENTS] = PageCache(), FragmentCache()
    service.cleanup_ctx.extend((_trace, _run_server, _open_desk, _work_in_background, _compile_templates))
    service.on_startup.append(_add_routes)
    return service


async def _trace(service: web.Application) -> AsyncIterator[None]:
    """Traces where they are asked for."""
    tracing = service[TRACING] = start_tracing(os.environ)
    yield
    if tracing:
        await tracing.close()


async def _run_server(service: web.Application) -> AsyncIterator[None]:
    """The embedded server, unless a Redis is named."""
    settings = service[SETTINGS]
    if settings.redis_url:
        service[STORE_URL] = settings.redis_url
        yield
        return
    server = await EmbeddedServer.open(settings.data_dir, memory_limit_of(settings), counts=service[CONTEXT].counts)
    service[STORE_URL] = server.url
    yield
    await server.close()


async def _open_desk(service: web.Application) -> AsyncIterator[None]:
    """What use cases work with, connected, or connecting while Redis is away."""
    settings, secrets, tracing, url = service[SETTINGS], service[SECRETS], service[TRACING], service[STORE_URL]
    model, counts = service[MODEL], service[CONTEXT].counts
    read_url = reader_of_redis_url(settings)
    link = make_link(url, scripts.ALL, settings.wait_replicas, read_url=read_url)
    vault = Vault(secrets.secret_key, secrets.previous_secret_key)
    own_sites = (DEFAULT,) if settings.demo is Audience.NOBODY else (DEFAULT, DEMO)
    registry = Registry(link, make_link(url, (), read_url=read_url), vault, secrets.admin_token, own_sites)
    scorer = tracing.scorer(model, counts) if tracing else Scorer(model, counts)
    desk_link = tracing.link(link) if tracing else link
    salts, comments = DaySalts(link), Comments(desk_link)
    lists = Lists(desk_link)
    feeds = _make_feeds(service, desk_link, registry)
    turned_down = TurnedDown(desk_link)
    chains = ChainWatch(desk_link, service[NOW_MS])
    service[DESK] = Desk(
        desk_link,
        registry,
        vault,
        scorer=scorer,
        submissions=Submissions(desk_link, comments),
        comments=comments,
        bulks=Bulks(desk_link),
        turned_down=turned_down,
        queue=Queue(desk_link, comments),
        site_queues=SiteQueues(desk_link, comments),
        lists=lists,
        search=Search(desk_link, lists),
        salts=salts,
        rules=PreparedRules(
            model.fold,
            disposable_domains(settings.disposable_domains),
            on_unreadable=partial(_tell_unreadable, service[CONTEXT].measures),
        ),
        thread_upgrades=ThreadUpgrades(desk_link),
        feeds=feeds,
        chains=chains,
        near_duplicates=settings.near_duplicates,
        now_ms=service[NOW_MS],
    )
    try:
        link.open()
        await _read_registry(link, registry, is_first=service[IS_FIRST])
        registry.open()
        yield
    finally:
        await feeds.end()
        await salts.close()
        await turned_down.close()
        await chains.close()
        await registry.close()
        await link.close()


def _make_feeds(service: web.Application, link: Link, registry: Registry) -> Feeds:
    settings = service[SETTINGS]
    limits = ListenerLimits(
        settings.event_listeners_per_token, settings.event_listeners_per_address, settings.event_listeners
    )
    encode = partial(encode_news, name_of=registry.name_of)
    return Feeds(link, encode, service[NOW_MS], counts=service[CONTEXT].counts, limits=limits)


def _tell_unreadable(measures: RequestMeasures, rules: Sequence[str]) -> None:
    log.error("rules_unreadable", rules=rules, advice="set the policy again: what they concern is held until then")
    measures.count_unreadable_rules(len(rules))


async def _work_in_background(service: web.Application) -> AsyncIterator[None]:
    """What works beside the requests, in the first of the workers."""
    if not service[IS_FIRST]:
        yield
        return
    async with at_work(service[DESK], service[MAKE_CONSUMERS], service[SETTINGS].audit_days):
        yield


async def _compile_templates(_service: web.Application) -> AsyncIterator[None]:
    """Those of pages, in every worker."""
    task = asyncio.create_task(compile_all())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _read_registry(link: Link, registry: Registry, *, is_first: bool) -> None:
    """The first reading, if Redis is there in time; the registry goes on by itself where it is not."""
    if not await link.wait_up(FIRST_CONNECTION_SECONDS):
        return
    with suppress(RequestError):
        if is_first:
            await _warn_unless_ready(link)
        await registry.load()
        if is_first:
            _warn_unless_the_demo_has_its_place(registry)


async def _add_routes(service: web.Application) -> None:
    settings, desk, context, tracing = service[SETTINGS], service[DESK], service[CONTEXT], service[TRACING]
    page_writer: PageWriter = partial(write_page, desk=desk, context=context)
    service[PAGE_WRITER] = page_writer
    routes = API + (PAGES_WITHOUT_DEMO if settings.demo is Audience.NOBODY else PAGES_WITH_DEMO)
    is_believed = partial(is_known, desk=desk, trusted=context.trusted_proxies)
    wrap = partial(tracing.handler, is_believed=is_believed) if tracing else None
    dispatch = Dispatch(routes, desk, context, wrap)
    service.router.register_resource(dispatch)
    service.on_response_prepare.append(dispatch.speak_for_aiohttp)
