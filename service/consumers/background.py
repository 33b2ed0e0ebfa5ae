"""What works beside the requests, in one process of a service: consumers of events, bulks, the sealer, and what
keeps the sizes of the store."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from service.consumers.bulks import BulkRunner
from service.consumers.consumer import Consumer, MakeConsumer
from service.consumers.runner import Runner
from service.consumers.sealer import Sealer
from service.consumers.store_sizes import StoreSizesKeeper
from service.desk import Desk
from service.registry import Registry
from service.store.consumers import INSTALLATION


@asynccontextmanager
async def at_work(desk: Desk, make_consumers: Sequence[MakeConsumer], audit_days: int) -> AsyncIterator[None]:
    """All of it is at work inside the context; `audit_days` is for how long entries of the audit logs are kept."""
    registry = desk.registry
    consumers = [make(desk) for make in make_consumers]
    workers: Sequence[Runner | BulkRunner | Sealer | StoreSizesKeeper] = [
        *(Runner(desk.link, each, partial(_streams, registry, each), desk.now_ms) for each in consumers),
        BulkRunner(desk, partial(_sites, registry)),
        Sealer(desk.link, desk.vault, partial(_all_streams, registry), desk.now_ms, audit_days),
        StoreSizesKeeper(desk),
    ]
    for worker in workers:
        worker.open()
    yield
    for worker in workers:
        await worker.close()


def _sites(registry: Registry) -> tuple[str, ...]:
    """None until the store proved to be ours."""
    return tuple(registry.sites) if registry.is_loaded else ()


def _all_streams(registry: Registry) -> tuple[str, ...]:
    """All that have events, the installation's last."""
    return (*registry.sites, INSTALLATION) if registry.is_loaded else ()


def _streams(registry: Registry, consumer: Consumer) -> tuple[str, ...]:
    """Whose events there are for a consumer."""
    streams = _all_streams(registry)
    return streams if consumer.reads_sites else streams[-1:]
