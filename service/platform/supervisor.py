"""The supervisor starts the workers, replaces those that die, and on request replaces all of them one by one."""

import asyncio
import json
import signal
import socket
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from service.errors import StartError
from service.platform import processes, worker_program
from service.platform.acceptor import RETIRE_SECONDS, STOP_SECONDS
from service.platform.counters import Counters, make_memory

FIRST_BACKOFF_SECONDS = 0.1
LONGEST_BACKOFF_SECONDS = 5.0
WELL_SECONDS = 10.0
"""After a worker has run this long its death resets the backoff."""
READY_SECONDS = 60.0
GRACE_SECONDS = 2.0
"""A worker that has not ended so long after its own time limit is killed."""
WORKER_DEATHS = "commentdesk_worker_deaths"
"""The counter of workers that ended without being told to, by WorkerDeath."""

log = structlog.get_logger(__name__)


class Message(StrEnum):
    """The messages between supervisor and worker: each is the first word of a line."""

    READY = "ready"
    FAILED = "failed"
    """The reason follows, as JSON."""
    TAKE = "take"
    """A slot follows: the worker accepts from its sockets too, because its own worker is dead."""
    LEAVE = "leave"
    """A slot follows: the worker accepts no more from its sockets."""
    RETIRE = "retire"
    """The worker drains and ends, because its successor is ready."""


class WorkerDeath(StrEnum):
    """How a worker ended that was not told to."""

    KILLED = "killed"
    """By SIGKILL: the kernel does that when there is no memory left."""
    CRASHED = "crashed"
    """By another signal, which is what a fault in a library ends in."""
    EXITED = "exited"
    NOT_STARTED = "not_started"
    """It ended, or was given up, before it was ready."""

    @classmethod
    def of_status(cls, status: int) -> "WorkerDeath":
        """Returns what the exit status of a worker that was ready says; a negative one is that of a signal."""
        return cls.KILLED if status == -signal.SIGKILL else cls.CRASHED if status < 0 else cls.EXITED


@dataclass(frozen=True, slots=True)
class Duty:
    """The first line that a worker reads, as JSON: its slot of how many, the descriptors of the sockets by slot and of
    the counters that it inherits, its region of the counters, and the store's URL."""

    slot: int
    slots: int
    listeners: Sequence[Sequence[int]]
    counts: int
    region: int
    url: str = field(repr=False)

    def as_json(self) -> str:
        """Returns the fields as one line of JSON."""
        return json.dumps({name: getattr(self, name) for name in self.__slots__})


@dataclass(eq=False, slots=True)
class Worker:
    """A worker process; with `eq=False` workers are compared by identity."""

    slot: int
    region: int
    process: asyncio.subprocess.Process
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    started: float = field(default_factory=time.monotonic)

    def send(self, *words: object) -> None:
        """Sends one line; it is lost when the worker has ended."""
        self.writer.write((" ".join(map(str, words)) + "\n").encode())

    async def until_ready(self) -> None:
        """Returns when the worker serves; raises StartError with the reason when it cannot."""
        try:
            async with asyncio.timeout(READY_SECONDS):  # wait_for of Python 3.11 may swallow a cancellation
                line = await self.reader.readline()
        except TimeoutError:
            self.process.kill()
            raise StartError(f"A worker was not ready after {READY_SECONDS:.0f} s.") from None
        word, _, reason = line.decode().strip().partition(" ")
        if word != Message.READY:
            status = await self.process.wait()
            raise StartError(json.loads(reason) if reason else f"A worker ended with status {status}.")

    async def wait_or_kill(self, seconds: float) -> None:
        """Waits until the worker has ended, and kills it after that time."""
        try:
            async with asyncio.timeout(seconds):
                await self.process.wait()
        except TimeoutError:
            log.error("worker_killed", slot=self.slot, pid=self.process.pid)  # noqa: TRY400 a traceback would not say more
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()


def own_region(workers: int) -> int:
    """Returns the supervisor's region of the counters, which follows those of the workers.

    Each worker has one and another one for its successor: both run during a replacement.
    """
    return 2 * workers


def memory_for(workers: int) -> int:
    """Returns a descriptor of the memory of the counters of so many workers and their supervisor."""
    return make_memory(own_region(workers) + 1)


class Supervisor:
    """Keeps one worker serving in each slot.

    Every worker inherits the sockets of all slots and accepts from those of its own. While a slot has no worker another
    one accepts from its sockets, so that no client waits for the replacement. When the supervisor dies its end of the
    socket pair is closed, and each worker ends.
    """

    def __init__(
        self, listeners: Sequence[Sequence[socket.socket]], url: str, memory: int, *, counts: Counters
    ) -> None:
        """Takes the sockets that `sockets.listen` made, by slot, the URL of the store, the memory of `memory_for` so
        many workers, and its own counters in it."""
        self._listeners = [[listener.fileno() for listener in sockets] for sockets in listeners]
        self._url = url
        self._slots = range(len(listeners))
        self._regions = set(range(own_region(len(listeners))))
        self._memory, self._counts = memory, counts
        self._deaths = {death: counts.slot(WORKER_DEATHS, death) for death in WorkerDeath}
        processes.register(counts, "supervisor")
        self._all: set[Worker] = set()
        self._own: dict[int, Worker] = {}
        self._holders: dict[int, Worker] = {}
        self._backoff_seconds = dict.fromkeys(self._slots, FIRST_BACKOFF_SECONDS)
        self._changing = [asyncio.Lock() for _ in self._slots]
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Returns when all workers serve; raises StartError with the reason of the first one that cannot start.

        Each worker checks the store and the model.
        """
        await asyncio.gather(*map(self._start_in, self._slots))

    async def roll(self) -> str:
        """Replaces each worker in turn by a new one, which is ready before the old one drains.

        Returns why the first one that could not start could not, "" when all were replaced.
        """
        reason = ""
        log.info("workers_rolling")
        draining: list[Coroutine[Any, Any, None]] = []
        for slot in self._slots:
            async with self._changing[slot]:
                old = self._own.get(slot)
                if old is None:
                    continue  # it died, and `_watch` replaces it
                try:
                    await self._start_in(slot)
                except (StartError, OSError) as error:
                    reason = str(error)
                    self._count(WorkerDeath.NOT_STARTED)
                    log.error("workers_not_rolled", slot=slot, reason=reason)  # noqa: TRY400 the reason is enough
                    break
                old.send(Message.RETIRE)
                draining.append(old.wait_or_kill(RETIRE_SECONDS + GRACE_SECONDS))
        else:
            log.info("workers_rolled")
        await asyncio.gather(*draining)  # a slot never has more than two workers
        return reason

    async def close(self) -> None:
        """Drains all workers, and kills those that take too long."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for worker in self._all:
            with suppress(ProcessLookupError):
                worker.process.send_signal(signal.SIGTERM)
        await asyncio.gather(*(worker.wait_or_kill(STOP_SECONDS + GRACE_SECONDS) for worker in self._all))

    async def _start_in(self, slot: int) -> None:
        """Starts a worker in the slot, and returns when it serves."""
        worker = await self._launch(slot)
        await worker.until_ready()
        log.info("worker_ready", slot=slot, pid=worker.process.pid)
        self._own[slot] = worker
        self._assign_slots()
        self._run_in_background(self._watch(worker))

    async def _launch(self, slot: int) -> Worker:
        own_end, worker_end = socket.socketpair()
        region = self._regions.pop()
        inherited = [descriptor for sockets in self._listeners for descriptor in sockets]
        duty = Duty(
            slot=slot,
            slots=len(self._slots),
            listeners=self._listeners,
            counts=self._memory,
            region=region,
            url=self._url,
        )
        try:
            process = await asyncio.create_subprocess_exec(
                *worker_program.command_of(slot, worker_end.fileno()),
                env=worker_program.environment(),
                stdin=asyncio.subprocess.DEVNULL,
                pass_fds=[*inherited, worker_end.fileno(), self._memory],
                # Ctrl-C in a terminal signals the whole group: only the supervisor handles it, and signals the workers.
                start_new_session=True,
            )
        except BaseException:
            self._regions.add(region)
            own_end.close()
            raise
        finally:
            worker_end.close()
        reader, writer = await asyncio.open_unix_connection(sock=own_end)
        worker = Worker(slot, region, process, reader=reader, writer=writer)
        worker.send(duty.as_json())
        self._all.add(worker)
        self._run_in_background(self._release_when_ended(worker))
        return worker

    async def _release_when_ended(self, worker: Worker) -> None:
        """Waits for the end of the worker and frees its region; the next worker there continues its counts."""
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
        self._count(WorkerDeath.of_status(status))
        self._assign_slots()
        if time.monotonic() - worker.started >= WELL_SECONDS:
            self._backoff_seconds[slot] = FIRST_BACKOFF_SECONDS
        event, reason = "worker_died", f"exit status {status}"
        while slot not in self._own:
            wait = self._backoff_seconds[slot]
            self._backoff_seconds[slot] = min(2 * wait, LONGEST_BACKOFF_SECONDS)
            log.error(event, slot=slot, pid=worker.process.pid, reason=reason, restart_in_seconds=wait)
            await asyncio.sleep(wait)
            async with self._changing[slot]:
                try:
                    if slot not in self._own:
                        await self._start_in(slot)
                except (StartError, OSError) as error:
                    self._count(WorkerDeath.NOT_STARTED)
                    event, reason = "worker_not_started", str(error)

    def _assign_slots(self) -> None:
        """Lets the worker of each slot accept from its sockets, or else that of the next slot that has one."""
        for slot in self._slots:
            around = [(slot + step) % len(self._slots) for step in self._slots]
            wanted = next((self._own[near] for near in around if near in self._own), None)
            holder = self._holders.get(slot)
            if wanted is None or wanted is holder:
                continue
            self._holders[slot] = wanted
            if wanted.slot != slot:
                wanted.send(Message.TAKE, slot)
            if holder is not None and holder.slot != slot:
                holder.send(Message.LEAVE, slot)

    def _count(self, death: WorkerDeath) -> None:
        self._counts.values[self._deaths[death]] += 1

    def _run_in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
