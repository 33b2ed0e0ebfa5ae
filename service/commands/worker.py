"""What a worker does: the supervisor starts it, and nobody else."""

import asyncio
import json
import os
import signal
import socket
from dataclasses import replace

from service.errors import StartError
from service.log import log_to_stderr
from service.platform.counters import Counters
from service.platform.supervisor import Duty, Word
from service.serving import Process, end_now, run_loop, serving
from service.settings import Settings, read_settings


def work(control: int) -> None:
    """Serves until it is told to go; `control` is our end of the line to the supervisor."""
    run_loop(_work(control))


async def _work(control: int) -> None:
    reader, writer = await asyncio.open_unix_connection(sock=socket.socket(fileno=control))
    line = await reader.readline()
    if not line:
        end_now()  # the supervisor died before it could tell
    duty = Duty(**json.loads(line))
    try:
        settings = replace(read_settings(os.environ), redis_url=duty.url)
        log_to_stderr(settings.log_level, worker=duty.slot)
        await _serve(duty, settings, reader, writer)
    except StartError as error:
        writer.write(f"{Word.FAILED} {json.dumps(str(error))}\n".encode())
        await writer.drain()


async def _serve(duty: Duty, settings: Settings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    listeners = [[socket.socket(fileno=each) for each in sockets] for sockets in duty.listeners]
    stop, retire = asyncio.Event(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serving(settings, Counters(duty.counts, duty.region), is_first=duty.slot == 0) as process:
        process.open(listeners, duty.slot)
        writer.write(f"{Word.READY}\n".encode())
        listening = asyncio.create_task(_listen(reader, process, retire))
        stopped = asyncio.create_task(stop.wait())
        retired = asyncio.create_task(_retire(process, retire))
        await asyncio.wait({stopped, retired}, return_when=asyncio.FIRST_COMPLETED)
        if stop.is_set():
            await process.stop()
        for task in (listening, stopped, retired):
            task.cancel()


async def _retire(process: Process, told: asyncio.Event) -> None:
    await told.wait()
    await process.retire()


async def _listen(reader: asyncio.StreamReader, process: Process, retire: asyncio.Event) -> None:
    """Does what the supervisor says; when its line ends it is dead, and the store may be gone with it."""
    while line := await reader.readline():
        word, _, slot = line.decode().strip().partition(" ")
        if word == Word.TAKE:
            process.acceptor.take(int(slot))
        elif word == Word.LEAVE:
            process.acceptor.leave(int(slot))
        elif word == Word.RETIRE:
            retire.set()
    end_now()
