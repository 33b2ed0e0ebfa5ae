"""How a worker is started: by which interpreter, with which code, and how it is seen in the list of processes.

The duty of a worker is not on its command line, which every local user can read: it has the store's password.
"""

import os
import site
import sys
from pathlib import Path

MODULE = "service.commands.worker"
_PATH = "PYTHONPATH"


def command_of(slot: int, control: int) -> list[str]:
    """Returns the command of the worker of a slot; `control` is the descriptor of its socket to the supervisor.

    With `-P` Python does not look into the working directory, where a folder called `service` would take the place of
    what was installed.
    """
    return [interpreter(), "-P", "-m", MODULE, f"commentdesk-worker-{slot}", str(control)]


def interpreter() -> str:
    """Returns the interpreter beside the program that was started, where both are of a virtual environment.

    A link in the path of that program may lead to another environment by now, in which a newer version was installed
    beside this one: a worker that is started from then on is of that version.
    """
    program = Path(sys.argv[0]).absolute()
    beside = program.with_name("python")
    is_environment = program.parent.parent.joinpath("pyvenv.cfg").is_file()
    return str(beside) if is_environment and beside.is_file() and not program.is_symlink() else sys.executable


def environment() -> dict[str, str]:
    """Returns the environment of a worker: where the code runs from a clone, the clone is found first.

    What is installed is found by the interpreter itself, of whichever version of Python it is.
    """
    code = Path(__file__).absolute().parents[2]
    if str(code) in (*site.getsitepackages(), site.getusersitepackages()):
        return dict(os.environ)
    given = os.environ.get(_PATH)
    return os.environ | {_PATH: f"{code}{os.pathsep}{given}" if given else str(code)}
