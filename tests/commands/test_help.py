"""What the command line says of itself: at once, of every command, with examples that it takes."""

import re
import resource
import shlex
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from service.__main__ import COMMANDS, main
from tests.servers import REPOSITORY

HELP_SECONDS = 0.3
"""Of processor time; a machine with other work needs more of it than an idle one."""


def commands(command: click.Command = main, *names: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its names, the groups too."""
    yield names, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from commands(found, *names, name)


ALL = dict(commands())
OWN = {names: command for names, command in ALL.items() if not isinstance(command, click.Group)}


def said_by(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


def children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@pytest.mark.parametrize("names", ALL, ids=lambda names: " ".join(names) or "commentdesk")
def test_help_takes_little(names: tuple[str, ...]) -> None:
    spent = []
    for _ in range(3):
        before = children_seconds()
        command = [sys.executable, "-m", "service", *names, "--help"]
        subprocess.run(command, cwd=REPOSITORY, check=True, capture_output=True)
        spent.append(children_seconds() - before)
    assert min(spent) < HELP_SECONDS, spent


def test_help_loads_neither_the_model_nor_redis() -> None:
    asked = "import sys, service.__main__ as m\n"
    asked += "\ntry: m.main(['serve', '--help'])\nexcept SystemExit: pass\n"
    asked += "\ntry: m.main(['backup', '--help'])\nexcept SystemExit: pass\n"
    asked += "print(sorted({'numpy', 'redis', 'aiohttp', 'asyncio', 'jinja2'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_list_of_commands_says_what_each_does() -> None:
    said = said_by("--help")
    for name, words in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(words.split()[0])}", said, re.MULTILINE)


def test_every_command_that_is_declared_is_in_the_list() -> None:
    files = {file.stem for file in (REPOSITORY / "service" / "commands").glob("*.py")}
    declared = {name for name in files if "@click.command" in source(name) or "@click.group" in source(name)}
    assert declared - {name.replace("-", "_") for name in COMMANDS} == set()


def source(name: str) -> str:
    return (REPOSITORY / "service" / "commands" / f"{name}.py").read_text()


@pytest.mark.parametrize("words", ["--version"])
def test_the_version_is_told(words: str) -> None:
    assert said_by(words) == f"commentdesk {version('commentdesk')}\n"


def test_the_version_is_told_where_nothing_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for package in ("service", "schemas"):
        (tmp_path / package).symlink_to(REPOSITORY / package)
    done = subprocess.run(
        [sys.executable, "-m", "service", "--version"], cwd=tmp_path, check=True, capture_output=True, text=True
    )
    assert done.stdout.startswith("commentdesk ")


def documented() -> Iterator[tuple[tuple[str, ...], str]]:
    """The commands that the documents show to be typed, those with `python -m service` too."""
    for file in [REPOSITORY / "README.md", *(REPOSITORY / "docs").glob("*.md")]:
        blocks = re.findall(r"^```\w*\n(.*?)^```", file.read_text("utf-8"), re.MULTILINE | re.DOTALL)
        for line in "".join(blocks).splitlines():
            found = re.match(r"(?:\w+=\S+ )*(?:\S*commentdesk|\S*python -m service) ([a-z].*)", line.strip())
            if found:
                words = found[1].split()
                names = next((tuple(words[:n]) for n in (2, 1) if tuple(words[:n]) in OWN), ())
                yield names, f"commentdesk {found[1]}"


def examples() -> Iterator[tuple[tuple[str, ...], str]]:
    for names, command in OWN.items():
        for line in (command.help or "").splitlines():
            if re.match(r"(\w+=\S+ )*commentdesk ", line.strip()):
                yield names, line.strip()


@pytest.mark.parametrize(
    ("names", "line"), [*examples(), *documented()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_an_example_is_taken(names: tuple[str, ...], line: str) -> None:
    """As far as its options go; what they do is tried elsewhere."""
    words = shlex.split(re.split(r" [>#|]", line)[0])
    while "=" in words[0]:
        words.pop(0)
    assert words[0] == "commentdesk"
    assert names
    assert tuple(words[1 : 1 + len(names)]) == names
    parser = OWN[names].make_parser(click.Context(OWN[names]))
    given, rest, _ = parser.parse_args(words[1 + len(names) :])
    assert rest == []
    assert "--help" not in given


@pytest.mark.parametrize("names", OWN, ids=" ".join)
def test_every_command_that_takes_words_has_an_example(names: tuple[str, ...]) -> None:
    needed = [each for each in OWN[names].params if isinstance(each, click.Argument) or each.required]
    assert not needed or any(known == names for known, _ in examples())


@pytest.mark.parametrize("names", OWN, ids=" ".join)
def test_every_option_says_what_it_is_for(names: tuple[str, ...]) -> None:
    options = [each for each in OWN[names].params if isinstance(each, click.Option)]
    assert [each.name for each in options if not each.help] == []


def test_a_shell_completes_commands_and_options() -> None:
    def completed(words: str, position: int) -> str:
        environment = {"_COMMENTDESK_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(position)}
        done = CliRunner().invoke(main, [], prog_name="commentdesk", env=environment)
        return done.output

    assert "plain,policy" in completed("commentdesk po", 1)
    assert "plain,--origin" in completed("commentdesk site set news --or", 4)
