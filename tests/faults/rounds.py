"""Rounds of sudden death: the service, Redis or both are killed at random instants while everybody works.

    python -m tests.faults.rounds --rounds 200 --seed 1

Every round ends with all that the dead forgot done again, and everything in the store counted again.
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

from tests.faults.load import WAVE, Witness, at_work, check
from tests.pipeline.crowd import Crowd, Sent
from tests.servers import RedisServer, ServiceProcess, is_running

STAGE_ROUNDS = 10
"""So many rounds go on with what the ones before left; then an empty store comes, embedded and external in turn."""
VICTIMS = ("redis", "redis", "redis", "service", "redis and service", "service and redis")
LONGEST_WAIT_SECONDS = 0.02
"""Beyond the work that a death waits for: it comes in the middle of something."""

Say = Callable[[str], None]


@dataclass(slots=True)
class Stage:
    """A service, its server of either kind, and everybody who uses it."""

    service: ServiceProcess
    server: RedisServer | None
    crowd: Crowd
    sent: list[Sent] = field(default_factory=list)

    @property
    def url(self) -> str:
        return self.server.url if self.server else f"unix://{self.service.data_dir}/valkey.sock?db=0"

    async def round(self, chance: random.Random) -> str:
        """One round; who died, after how much work."""
        victims = chance.choice(VICTIMS)
        wanted = len(self.crowd.receipts) + len(self.crowd.decided) + chance.randrange(2 * WAVE)
        wait_seconds = chance.uniform(0, LONGEST_WAIT_SECONDS)

        async def kill(witness: Witness) -> None:
            await self.crowd.until(lambda: len(self.crowd.receipts) + len(self.crowd.decided) >= wanted)
            await asyncio.sleep(wait_seconds)  # the instant is what is random
            with witness.trouble():
                await self._kill(victims.split(" and "), witness)
                await witness.until_ready()

        await at_work(self.crowd, self.sent, kill)
        await check(self.crowd, self.sent, self.url)
        return victims

    async def _kill(self, victims: list[str], witness: Witness) -> None:
        if victims == ["redis"]:
            await self._kill_redis(witness)
            return
        for victim in victims:
            if victim == "service":
                self.service.kill()
            elif self.server:
                self.server.kill()
            elif pid := self._embedded_pid():
                os.kill(pid, signal.SIGKILL)
        if self.server:
            await asyncio.to_thread(self.server.start)
        if "service" in victims:
            await asyncio.to_thread(self.service.start)

    async def _kill_redis(self, witness: Witness) -> None:
        if self.server:
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

    def _embedded_pid(self) -> int | None:
        """The service's only child, while there is one."""
        try:
            children = Path(f"/proc/{self.service.pid}/task/{self.service.pid}/children").read_text().split()
        except FileNotFoundError:
            return None  # the service was killed before it
        return int(children[0]) if children else None


async def play(rounds: int, seed: int, folder: Path, say: Say) -> None:
    """All rounds; the first that finds anything wrong raises, and says how to get there again."""
    chance = random.Random(seed)
    for first in range(0, rounds, STAGE_ROUNDS):
        is_embedded = first // STAGE_ROUNDS % 2 == 0
        numbers = range(first + 1, min(first + STAGE_ROUNDS, rounds) + 1)
        try:
            await _play_stage(numbers, chance, folder / f"data-{first}", say, is_embedded=is_embedded)
        except BaseException as error:
            error.add_note(f"python -m tests.faults.rounds --rounds {numbers[-1]} --seed {seed}")
            raise


async def _play_stage(numbers: range, chance: random.Random, data_dir: Path, say: Say, *, is_embedded: bool) -> None:
    server = None if is_embedded else RedisServer("valkey-single")
    service = ServiceProcess(data_dir, redis_url=server.url if server else None)
    try:
        if server:
            server.start()
        service.start()
        async with Crowd(service) as crowd:
            stage = Stage(service, server, crowd)
            for number in numbers:
                started = time.monotonic()
                died = await stage.round(chance)
                say(
                    f"round {number}, {'embedded' if is_embedded else 'external'}: {died} killed; "
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
    options = parser.parse_args()

    def say(line: str) -> None:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()

    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="cd-rounds-") as folder:
        asyncio.run(play(options.rounds, options.seed, Path(folder), say))
    say(f"{options.rounds} rounds with seed {options.seed}: nothing lost, {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
