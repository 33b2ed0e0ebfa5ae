"""What the machine has for the embedded server: memory, and room on the disk of the data folder."""

import shutil
from pathlib import Path
from typing import NamedTuple

from service.platform.memory import memory_bytes


class Machine(NamedTuple):
    """Memory of the machine, or the lowest limit of a control group, and the size and room of a disk, in bytes.

    `disk_free_bytes` is what a user without special rights may write.
    """

    memory_bytes: int
    disk_bytes: int
    disk_free_bytes: int


def measure_machine(folder: Path) -> Machine | None:
    """Returns what the machine has where this folder lies, or None when the folder cannot be asked."""
    try:
        disk = shutil.disk_usage(folder)
    except OSError:
        return None
    return Machine(memory_bytes(), disk.total, disk.free)
