"""How much memory there is for us: the machine's, or what a container or unit is allowed of it."""

import os
from collections.abc import Iterator
from pathlib import Path

MEBIBYTE = 1024 * 1024
WORKER_MB = 65
SUPERVISOR_MB = 40
"""What a process of the service takes, measured: README, In production."""
SHARE = 0.6
"""Of what is left for comments. While the server rewrites its append-only file a copy of it writes the data down, and
what changes meanwhile is there twice: in a flood up to half of it (60% become 90%). The rest is for buffers of
connections and for what the allocator cannot use."""
LEAST_MB = 64
MOST_SHARE = 0.85
"""The data may take so much where it does already; beyond, the kernel would end the server sooner or later."""
_CGROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


def memory_bytes() -> int:
    """The machine's memory, or the least that a control group allows this process."""
    return min([os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), *group_limits()])


def share_bytes(there: int, workers: int) -> int:
    """What the embedded server may use for comments beside so many workers."""
    own = WORKER_MB * workers + (SUPERVISOR_MB if workers > 1 else 0)
    return max(LEAST_MB * MEBIBYTE, int(SHARE * (there - own * MEBIBYTE)))


def most_bytes(there: int) -> int:
    """What it may use where its data is larger than its share already."""
    return max(LEAST_MB * MEBIBYTE, int(MOST_SHARE * there))


def group_limits(own_groups: Path = _OWN_GROUPS, root: Path = _CGROUPS) -> Iterator[int]:
    """The limits on memory of the control groups that this process is in, of version 1 and 2; what has none is left
    out. Within a container the path of the group may be that outside: then the root's own files tell."""
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
        for each in (group, *(parent for parent in group.parents if parent.is_relative_to(folder))):
            said = _text(each / name).strip()
            if said.isdecimal() and int(said) > 0:
                yield int(said)


def _text(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, ValueError):
        return ""
