"""Rounds of sudden death: the service, Redis or both are killed at random instants while everybody works.

    python -m tests.faults.rounds --rounds 200 --seed 1 [--workers 2] [--cluster]

Beside the readers and moderators of one site, all else that can be done is done to another. With several workers one
of them may be the victim; on a cluster it is the master of the site, or all nodes at once with the service. Every round
ends with all that the dead forgot done again, and everything in the store counted again.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.faults.load import PROBE, WAVE, Witness, at_work, check
from tests.faults.newsroom import Newsroom
from tests.pipeline.crowd import PATIENCE_SECONDS, Crowd, Sent
from tests.servers import RedisServer, ServiceProcess, is_running
from tests.topology import Cluster
from tests.workers.conftest import children, workers

STAGE_ROUNDS = 10
"""So many rounds go on with what the ones before left; then an empty store comes, embedded and external in turn."""
VICTIMS = ("redis", "redis", "redis", "service", "redis and service", "service and redis")
WORKER = "worker"
QUESTIONS = 10
"""For each worker: so many in a row must be answered, so that each of them was asked."""
LONGEST_WAIT_SECONDS = 0.02
"""Beyond the work that a death waits for: it comes in the middle of something."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Stage:
    """A service, its server of either kind, and everybody who uses it."""

    service: ServiceProcess
    server: RedisServer | None
    crowd: Crowd
    newsroom: Newsroom
    workers: int = 1
    sent: list[Sent] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url if self.server else f"unix://{self.service.data_dir}/valkey.sock?db=0"

    async def round(self, chance: random.Random) -> str:
        """One round; who died, after how much work."""
        victims = chance.choice(VICTIMS if self.workers == 1 else (*VICTIMS, WORKER, WORKER))
        wanted = len(self.crowd.receipts) + len(self.crowd.decided) + chance.randrange(2 * WAVE)
        wait_seconds = chance.uniform(0, LONGEST_WAIT_SECONDS)

        async def kill(witness: Witness) -> None:
            await self.crowd.until(lambda: len(self.crowd.receipts) + len(self.crowd.decided) >= wanted)
            await asyncio.sleep(wait_seconds)  # the instant is what is random
            with witness.trouble():
                await self._kill(victims.split(" and "), witness)
                await self._until_ready(witness)

        is_over = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.newsroom.work(is_over))
            await at_work(self.crowd, self.sent, kill)
            is_over.set()
        await check(self.crowd, self.sent, self.url)
        await self.newsroom.check(self.url)
        return victims

    async def _kill(self, victims: list[str], witness: Witness) -> None:
        if victims == ["redis"]:
            await self._kill_redis(witness)
            return
        for victim in victims:
            if victim == WORKER:
                os.kill(min(workers(self.service)), signal.SIGKILL)
            elif victim == "service":
                self.service.kill()
            elif self.server:
                self.server.kill()
            elif pid := self._embedded_pid():
                os.kill(pid, signal.SIGKILL)
        if self.server and "redis" in victims:
            await asyncio.to_thread(self.server.start)
        if "service" in victims:
            await asyncio.to_thread(self.service.start)

    async def _kill_redis(self, witness: Witness) -> None:
        if isinstance(self.server, Cluster):
            cluster = self.server
            dead = cluster.kill_master_of(self.crowd.site)
            await self.crowd.until(lambda: cluster.has_replaced(dead))
            await asyncio.to_thread(cluster.start)
        elif self.server:
            self.server.kill()
            with witness.outage():
                before = witness.said_unready
                await self.crowd.until(lambda: witness.said_unready > before or bool(witness.lies))
            await asyncio.to_thread(self.server.start)
        elif pid := self._embedded_pid():
            os.kill(pid, signal.SIGKILL)
            await self.crowd.until(lambda: not is_running(pid))
            with witness.outage():
                await self.crowd.until(lambda: self._embedded_pid() not in {None, pid})

    async def _until_ready(self, witness: Witness) -> None:
        """Every worker is, and takes comments of the site: a cluster is ready without it."""
        await witness.until_ready()
        token, title = self.service.admin_token, {"title": "Whether it is back"}
        taken = 0
        async with asyncio.timeout(PATIENCE_SECONDS):
            while taken < QUESTIONS * self.workers:
                try:
                    status, _, _ = await self.crowd.ask("PUT", PROBE, token, title)
                except (aiohttp.ClientError, TimeoutError, OSError):
                    status = 0
                taken = taken + 1 if status == 200 else 0

    def _embedded_pid(self) -> int | None:
        """The service's child that is no worker, while there is one."""
        try:
            found = set(children(self.service)) - workers(self.service)
        except FileNotFoundError:
            return None  # the service was killed before it
        return min(found, default=None)


async def play(
    rounds: int, seed: int, folder: Path, say: Say, *, workers: int = 1, is_on_cluster: bool = False
) -> None:
    """All rounds; the first that finds anything wrong raises, and says how to get there again."""
    chance = random.Random(seed)
    for first in range(0, rounds, STAGE_ROUNDS):
        is_embedded = first // STAGE_ROUNDS % 2 == 0
        kind = "cluster" if is_on_cluster else "embedded" if is_embedded else "external"
        numbers = range(first + 1, min(first + STAGE_ROUNDS, rounds) + 1)
        try:
            await _play_stage(numbers, chance, folder / f"data-{first}", say=say, kind=kind, workers=workers)
        except BaseException as error:
            options = f"--workers {workers}{' --cluster' if is_on_cluster else ''}"
            error.add_note(f"python -m tests.faults.rounds --rounds {numbers[-1]} --seed {seed} {options}")
            raise


async def _play_stage(
    numbers: range, chance: random.Random, data_dir: Path, *, say: Say, kind: str, workers: int
) -> None:
    server = None if kind == "embedded" else Cluster() if kind == "cluster" else RedisServer("valkey-single")
    settings = {"COMMENTDESK_WORKERS": str(workers), "COMMENTDESK_WAIT_REPLICAS": str(int(kind == "cluster"))}
    service = ServiceProcess(data_dir, redis_url=server.url if server else None, settings=settings)
    try:
        if server:
            server.start()
        service.start()
        async with Crowd(service, workers=workers) as crowd:
            newsroom = Newsroom(crowd)
            await newsroom.open()
            stage = Stage(service, server, crowd, newsroom, workers)
            for number in numbers:
                started = time.monotonic()
                died = await stage.round(chance)
                say(
                    f"round {number}, {kind}: {died} killed; "
                    f"{len(stage.sent)} comments, {crowd.unanswered} requests sent again; "
                    f"{time.monotonic() - started:.1f} s"
                )
        assert "Traceback" not in service.said(), service.said()
    finally:
        service.kill()
        if server:
            server.stop()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.rounds", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--cluster", action="store_true", help="three masters with a replica each")
    options = parser.parse_args()

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cd-rounds-") as folder:
        asyncio.run(
            play(
                options.rounds,
                options.seed,
                Path(folder),
                say,
                workers=options.workers,
                is_on_cluster=options.cluster,
            )
        )
    say(f"{options.rounds} rounds with seed {options.seed}: nothing lost, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
