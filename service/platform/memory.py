"""How much memory the service may use: that of the machine, or what a container or unit may use of it."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from service.settings import Settings

MEBIBYTE = 1024 * 1024
WORKER_MB = 75
SUPERVISOR_MB = 40
"""The memory that a process of the service takes, as measured: README, In production."""
SHARE = 0.6
"""The part of the remaining memory that the data of the server may take. While the server rewrites its append-only file
a copy of its process writes the data, and what changes meanwhile is in memory twice: in a flood up to half of the data
(60% become 90%). The rest is for buffers of connections and for fragmentation."""
LEAST_MB = 64
MOST_SHARE = 0.85
"""The part of all memory that data beyond the limit may take; with more the kernel is likely to kill the server."""
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


class MemoryLimit(NamedTuple):
    """How many bytes of memory the embedded server may use; 0 is no limit.

    Where its data exceeds `max_bytes` when it starts, the limit is raised, up to `raised_bytes`.
    """

    max_bytes: int = 0
    raised_bytes: int = 0


NO_LIMIT = MemoryLimit()


def memory_limit_of(settings: Settings) -> MemoryLimit:
    """Returns the limit that the settings give, to the byte, or else a share of the memory that there is."""
    if settings.max_memory_mb is not None:
        given = settings.max_memory_mb * MEBIBYTE
        return MemoryLimit(given, given)
    total_bytes = memory_bytes()
    return MemoryLimit(share_bytes(total_bytes, settings.workers), most_bytes(total_bytes))


def memory_bytes() -> int:
    """Returns the memory of the machine, or the lowest limit of a control group of this process."""
    return min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *group_limits()])


def share_bytes(total_bytes: int, workers: int) -> int:
    """Returns how much of the memory the embedded server may use for its data beside so many workers."""
    own = WORKER_MB * workers + (SUPERVISOR_MB if workers > 1 else 0)
    return max(LEAST_MB * MEBIBYTE, int(SHARE * (total_bytes - own * MEBIBYTE)))


def most_bytes(total_bytes: int) -> int:
    """Returns how much of the memory it may use where its data is larger than its share already."""
    return max(LEAST_MB * MEBIBYTE, int(MOST_SHARE * total_bytes))


def group_limits(own_groups: Path = _OWN_GROUPS, root: Path = _CGROUPS) -> Iterator[int]:
    """Yields the memory limits, in bytes, of the control groups (version 1 and 2) that this process is in.

    Inside a container the path of a group may be the path outside; the files of the root then hold the limit.
    """
    for line in _text(own_groups).splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            folder, name = root, "memory.max"
        elif "memory" in controllers.split(","):
            folder, name = root / "memory", "memory.limit_in_bytes"
        else:
            continue
        group = folder / path.strip("/")
        for directory in (group, *(parent for parent in group.parents if parent.is_relative_to(folder))):
            limit = _text(directory / name).strip()
            if limit.isdecimal() and int(limit) > 0:
                yield int(limit)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""
