"""What the operating system knows of the processes of this service: memory, processor time, descriptors.

Each process writes its name and its number into the memory of the counters, so that whichever answers can tell of all.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from service.platform.counters import Counters, Name

_KIND = "process"
_PROC = Path("/proc")
_MAX_NAME_BYTES = 15
"""Linux keeps so much of a process's name."""


class ProcessFigures(NamedTuple):
    """Of one process; times in seconds, `started_seconds` since 1970."""

    cpu_seconds: float
    resident_bytes: int
    open_descriptors: int
    most_descriptors: int
    started_seconds: float


def register(counts: Counters, name: str) -> None:
    """Makes this process known to all that share the counters, and on Linux to `ps -o comm` and `top`."""
    place = counts.slot(_KIND, name, size=2)
    pid = os.getpid()
    counts.values[place], counts.values[place + 1] = pid, _ticks_started(pid) or 0
    with suppress(OSError):
        (_PROC / "self" / "comm").write_bytes(f"desk {name}".encode()[:_MAX_NAME_BYTES])


def running(counts: Counters) -> dict[str, ProcessFigures]:
    """The figures of each process that was made known and still runs, by its name; empty where there is no /proc. While
    one replaces another the newer counts."""
    found: dict[str, ProcessFigures] = {}
    for name, pid, ticks in sorted(_registered(counts.regions()), key=lambda each: each[2]):
        if ticks and _ticks_started(pid) == ticks and (figures := _figures_of(pid)) is not None:
            found[name] = figures
    return found


def _registered(regions: Iterator[dict[Name, list[float]]]) -> Iterator[tuple[str, int, int]]:
    for region in regions:
        for (kind, *names), values in region.items():
            if kind == _KIND:
                yield names[0], int(values[0]), int(values[1])


def _fields_of(pid: int) -> list[str] | None:
    """What /proc/PID/stat says after the name of the program, from its third field on."""
    try:
        return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _ticks_started(pid: int) -> int | None:
    """When a process started, in clock ticks since the machine did; with its number this names it for ever."""
    fields = _fields_of(pid)
    return None if fields is None else int(fields[19])


def _figures_of(pid: int) -> ProcessFigures | None:
    fields = _fields_of(pid)
    if fields is None:
        return None
    ticks = os.sysconf("SC_CLK_TCK")
    try:
        return ProcessFigures(
            (int(fields[11]) + int(fields[12])) / ticks,
            int(fields[21]) * os.sysconf("SC_PAGE_SIZE"),
            sum(1 for _ in (_PROC / str(pid) / "fd").iterdir()),
            _most_descriptors(pid),
            round(_machine_started() + int(fields[19]) / ticks, 2),
        )
    except OSError:  # it has ended meanwhile
        return None


def _most_descriptors(pid: int) -> int:
    for line in (_PROC / str(pid) / "limits").read_text().splitlines():
        if line.startswith("Max open files"):
            soft = line.split()[3]
            return int(soft) if soft.isdigit() else -1
    return -1


def _machine_started() -> int:
    """Seconds since 1970."""
    for line in (_PROC / "stat").read_text().splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    return 0
