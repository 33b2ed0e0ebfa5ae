"""The worker process: only the supervisor starts it."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import replace

from service.errors import StartError
from service.log import log_to_stderr
from service.platform import processes
from service.platform.counters import Counters
from service.platform.supervisor import Duty, Message
from service.serving import Process, end_now, run_loop, serving
from service.settings import Settings, read_settings


def work(control: int) -> None:
    """Serves until the supervisor ends it; `control` is the descriptor of the socket to the supervisor."""
    run_loop(_work(control))


async def _work(control: int) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=control))
    line = await reader.readline()
    if not line:
        end_now()  # the supervisor died before it sent the duty
    duty = Duty(**json.loads(line))
    try:
        settings = replace(read_settings(os.environ), redis_url=duty.url)
        log_to_stderr(settings.log_level, worker=duty.slot)
        await _serve(duty, settings, reader, writer=writer)
    except StartError as error:
        writer.write(f"{Message.FAILED} {json.dumps(str(error))}\n".encode())
        await writer.drain()


async def _serve(duty: Duty, settings: Settings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    listeners = [[socket.socket(fileno=number) for number in numbers] for numbers in duty.listeners]
    stop, retire = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    counts = Counters(duty.counts, duty.region)
    processes.register(counts, f"worker {duty.slot}")
    async with serving(settings, counts, is_first=duty.slot == 0) as process:
        process.open(listeners, duty.slot)
        writer.write(f"{Message.READY}\n".encode())
        listening = asyncio.create_task(_listen(reader, process, retire))
        stopped = asyncio.create_task(stop.wait())
        retired = asyncio.create_task(_retire(process, retire))
        await asyncio.wait({stopped, retired}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await process.stop()
        for task in (listening, stopped, retired):
            task.cancel()


async def _retire(process: Process, retire: asyncio.Event) -> None:
    await retire.wait()
    await process.retire()


async def _listen(reader: asyncio.StreamReader, process: Process, retire: asyncio.Event) -> None:
    """Follows the messages of the supervisor. When they end it is dead, and the store may be too: the process ends."""
    with suppress(OSError):  # something was written to one that was dead already
        while line := await reader.readline():
            word, _, slot = line.decode().strip().partition(" ")
            if word == Message.TAKE:
                process.acceptor.take(int(slot))
            elif word == Message.LEAVE:
                process.acceptor.leave(int(slot))
            elif word == Message.RETIRE:
                retire.set()
    end_now()


if __name__ == "__main__":
    # The argument before it says in the list of processes which worker this is.
    work(int(sys.argv[2]))
