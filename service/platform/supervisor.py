"""The supervisor: starts the workers, replaces those that die, and all of them, one after the other, when told to."""

import asyncio
import json
import signal
import socket
import sys
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from service.errors import StartError
from service.platform.acceptor import RETIRE_SECONDS, STOP_SECONDS
from service.platform.counters import make_memory

FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 5.0
WELL_SECONDS = 10.0
"""A worker that lived this long was well: its death starts the backoff afresh."""
READY_SECONDS = 60.0
GRACE_SECONDS = 2.0
"""A worker ends by itself in the time that it has for that; so much later it is killed."""

# The same modules as ours, wherever they were found: not those of a folder called `service` that we were started in.
# Every local user can read a command line, so that the duty, which names the store with its password, is not in it.
BECOME_WORKER = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from service.commands.worker import work
work(int(sys.argv[2]))
"""

log = structlog.get_logger(__name__)


class Word(StrEnum):
    """What supervisor and worker tell each other, as the first word of a line."""

    READY = "ready"
    FAILED = "failed"
    """With the reason, as JSON."""
    TAKE = "take"
    """With a slot: accept from its sockets too, whose worker is dead."""
    LEAVE = "leave"
    RETIRE = "retire"


@dataclass(frozen=True, slots=True)
class Duty:
    """What a worker is told first, as one line of JSON: descriptors that it inherits, its place among the others, and
    the store's URL."""

    slot: int
    slots: int
    listeners: Sequence[Sequence[int]]
    counts: int
    region: int
    url: str = field(repr=False)

    def as_json(self) -> str:
        return json.dumps({name: getattr(self, name) for name in self.__slots__})


@dataclass(eq=False, slots=True)
class Worker:
    """A process of ours; `eq=False`: each is only itself."""

    slot: int
    region: int
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    started: float = field(default_factory=time.monotonic)

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    def tell(self, *words: object) -> None:
        """Says one line; a worker that is gone does not hear it."""
        self.writer.write((" ".join(map(str, words)) + "\n").encode())

    async def until_ready(self) -> None:
        """Returns once it serves; StartError with its reason when it cannot."""
        try:
            async with asyncio.timeout(READY_SECONDS):  # wait_for of Python 3.11 may pass over being cancelled
                line = await self.reader.readline()
        except TimeoutError:
            self.process.kill()
            raise StartError(f"A worker was not ready after {READY_SECONDS:.0f} s.") from None
        word, _, reason = line.decode().strip().partition(" ")
        if word != Word.READY:
            status = await self.process.wait()
            raise StartError(json.loads(reason) if reason else f"A worker ended with status {status}.")

    async def end(self, seconds: float) -> None:
        """Waits for its end, and makes it end when that takes longer."""
        try:
            async with asyncio.timeout(seconds):
                await self.process.wait()
        except TimeoutError:
            log.error("worker_killed", slot=self.slot, pid=self.process.pid)  # noqa: TRY400 the reason is its slowness
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


class Supervisor:
    """Keeps one worker serving in each slot.

    Every worker inherits the sockets of all slots and accepts from its own. While a slot has no worker another one
    takes its sockets, so that nobody waits for the replacement. No worker outlives us: the end of the line by which we
    talk tells it.
    """

    def __init__(self, listeners: Sequence[Sequence[socket.socket]], url: str) -> None:
        """`listeners` as from `acceptor.listen`; `url` is the store's."""
        self._listeners = [[each.fileno() for each in sockets] for sockets in listeners]
        self._url = url
        self._slots = range(len(listeners))
        # One for each worker and one for its successor: both live while one is replaced.
        self._regions = set(range(2 * len(listeners)))
        self._counts = make_memory(len(self._regions))
        self._all: set[Worker] = set()
        self._own: dict[int, Worker] = {}
        self._holders: dict[int, Worker] = {}
        self._backoff_seconds = dict.fromkeys(self._slots, FIRST_BACKOFF_SECONDS)
        self._changing = [asyncio.Lock() for _ in self._slots]
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Returns once all workers serve. Each checks store and model; StartError with what the first one says that
        cannot start."""
        await asyncio.gather(*map(self._start_in, self._slots))

    async def roll(self) -> None:
        """Replaces each worker in turn by a new one, which is ready before the old one leaves."""
        log.info("workers_rolling")
        retired: list[Coroutine[Any, Any, None]] = []
        for slot in self._slots:
            async with self._changing[slot]:
                old = self._own.get(slot)
                if old is None:
                    continue  # dead: its replacement is on its way
                try:
                    await self._start_in(slot)
                except (StartError, OSError) as error:
                    log.error("workers_not_rolled", slot=slot, reason=str(error))  # noqa: TRY400 the reason says it all
                    break
                old.tell(Word.RETIRE)
                retired.append(old.end(RETIRE_SECONDS + GRACE_SECONDS))
        else:
            log.info("workers_rolled")
        await asyncio.gather(*retired)  # so that never more than two live in a slot

    async def stop(self) -> None:
        """Ends all workers in order, those that take too long by force."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in self._all:
            with suppress(ProcessLookupError):
                worker.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(worker.end(STOP_SECONDS + GRACE_SECONDS) for worker in self._all))

    async def _start_in(self, slot: int) -> None:
        worker = await self._launch(slot)
        await worker.until_ready()
        log.info("worker_ready", slot=slot, pid=worker.process.pid)
        self._own[slot] = worker
        self._cover()
        self._begin(self._watch(worker))

    async def _launch(self, slot: int) -> Worker:
        ours, theirs = socket.socketpair()
        region = self._regions.pop()
        inherited = [descriptor for sockets in self._listeners for descriptor in sockets]
        duty = Duty(slot, len(self._slots), self._listeners, self._counts, region, self._url)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", BECOME_WORKER, json.dumps(sys.path), str(theirs.fileno())),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[*inherited, theirs.fileno(), self._counts],
                # Ctrl-C in a terminal goes to the whole group: only the supervisor may hear it, to tell the workers.
                start_new_session=True,
            )
        except BaseException:
            self._regions.add(region)
            ours.close()
            raise
        finally:
            theirs.close()
        worker = Worker(slot, region, process, *await asyncio.open_unix_connection(sock=ours))
        worker.tell(duty.as_json())
        self._all.add(worker)
        self._begin(self._release_when_ended(worker))
        return worker

    async def _release_when_ended(self, worker: Worker) -> None:
        """When it has ended, frees what it had; what it counted stays, and the next in its region counts on."""
        await worker.process.wait()
        worker.writer.close()
        self._all.discard(worker)
        self._regions.add(worker.region)

    async def _watch(self, worker: Worker) -> None:
        """Replaces the worker when it dies, unless it has a successor."""
        status = await worker.process.wait()
        slot = worker.slot
        if self._own.get(slot) is not worker:
            return
        del self._own[slot]
        self._cover()
        if time.monotonic() - worker.started >= WELL_SECONDS:
            self._backoff_seconds[slot] = FIRST_BACKOFF_SECONDS
        what, reason = "worker_died", f"exit status {status}"
        while slot not in self._own:
            wait = self._backoff_seconds[slot]
            self._backoff_seconds[slot] = min(2 * wait, LONGEST_BACKOFF_SECONDS)
            log.error(what, slot=slot, pid=worker.process.pid, reason=reason, restart_in_seconds=wait)
            await asyncio.sleep(wait)
            async with self._changing[slot]:
                try:
                    if slot not in self._own:
                        await self._start_in(slot)
                except (StartError, OSError) as error:
                    what, reason = "worker_not_started", str(error)

    def _cover(self) -> None:
        """Has the sockets of every slot accepted from: by its own worker, or by the next one that lives."""
        for slot in self._slots:
            around = [(slot + step) % len(self._slots) for step in self._slots]
            wanted = next((self._own[each] for each in around if each in self._own), None)
            holder = self._holders.get(slot)
            if wanted is None or wanted is holder:
                continue
            self._holders[slot] = wanted
            if wanted.slot != slot:
                wanted.tell(Word.TAKE, slot)
            if holder is not None and holder.slot != slot:
                holder.tell(Word.LEAVE, slot)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
