"""What operators' machines ask: whether the service can serve, and how it does."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from service.desk import Desk
from service.domain.store_growth import Size, StoreSizes
from service.errors import RequestError
from service.store.consumers import INSTALLATION, StreamMeasures, measure_stream
from service.store.measures import StoreMeasures, measure_store
from service.store.readiness import OK, check_store
from service.store.sizes import read_sizes
from service.store.totals import SiteMeasures, measure_site
from service.store.upgrade_progress import UpgradeProgress, read_progress

_NEEDED = ("redis", "durability", "registry", "model")


class Readiness(NamedTuple):
    """Whether the service can serve; `checks` has for each part "ok" or what is wrong with it, and may name servers."""

    is_ready: bool
    checks: Mapping[str, str]


class Measures(NamedTuple):
    """What is measured of the store, its sites and their streams of events; nothing while Redis is away."""

    sites: Mapping[str, SiteMeasures]
    streams: Mapping[str, StreamMeasures]
    store: StoreMeasures | None
    is_redis_up: bool


async def check_readiness(desk: Desk) -> Readiness:
    """Ready when Redis answers, takes writes and keeps what it acknowledges, sites and tokens are read, and the model
    is loaded. A cluster with a part away is ready: the other sites are served. So is a store without memory for new
    comments: all others are read and decided; and one of an older format, which is upgraded meanwhile."""
    checks = await check_store(desk.link)
    checks["registry"] = OK if desk.registry.is_loaded else desk.registry.problem or "not read yet"
    checks["model"] = OK if desk.scorer.model else "not loaded"
    checks |= await _check_upgrade(desk)
    return Readiness(all(checks[name] == OK for name in _NEEDED), checks)


async def _check_upgrade(desk: Desk) -> dict[str, str]:
    """How far the upgrade is; nothing when none is under way."""
    progress: UpgradeProgress | None = None
    if desk.registry.is_upgrading:
        with suppress(RequestError):
            progress = await read_progress(desk.link)
    if progress is None:
        return {}
    return {"upgrade": f"older formats are rewritten: {progress.looked_at} of {progress.total} keys were looked at"}


async def read_store_sizes(desk: Desk) -> StoreSizes:
    """How much memory the store takes, may take, and took before."""
    measured = await measure_store(desk.link)
    kept = await read_sizes(desk.link, desk.now_ms())
    return StoreSizes(measured.used_bytes, measured.max_bytes, [Size(*each) for each in kept])


async def measure(desk: Desk, now_ms: int) -> Measures:
    """Measures all sites at once, the streams of events, and the store."""
    names = list(desk.registry.sites)
    sites: dict[str, SiteMeasures] = {}
    streams: dict[str, StreamMeasures] = {}
    try:
        measured = await asyncio.gather(*(measure_site(desk.link, name, now_ms) for name in names))
        sites = dict(zip(names, measured, strict=True))
        names.append(INSTALLATION)
        of_streams = await asyncio.gather(*(measure_stream(desk.link, name, now_ms) for name in names))
        streams = dict(zip(names, of_streams, strict=True))
        return Measures(sites, streams, await measure_store(desk.link), desk.link.is_up)
    except RequestError:
        return Measures(sites, streams, None, is_redis_up=False)
