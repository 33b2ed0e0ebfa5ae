"""The command line."""

from importlib.util import find_spec
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from classifier import ATTRIBUTES
from classifier.command import main


def test_score_keeps_the_order() -> None:
    lines = [
        {"text": "thank you for the article"},
        {"text": "you idiot", "name": "Jo", "website": "https://jo.example"},
    ]
    result = CliRunner().invoke(main, ["score"], input=b"\n".join(map(orjson.dumps, lines)))
    assert result.exit_code == 0, result.output
    scored = [orjson.loads(line)["scores"] for line in result.output.splitlines()]
    assert [tuple(scores) for scores in scored] == [ATTRIBUTES, ATTRIBUTES]
    assert scored[0]["insult"] < scored[1]["insult"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2 is not JSON"),
        (b"[]", "line 2 is not an object"),
        (b'{"text": 3}', "line 2 is not an object"),
        (b'{"text": "a", "name": 3}', 'line 2 has a "name"'),
        (orjson.dumps({"text": "a" * 60_000}), "line 2"),
    ],
)
def test_score_names_the_bad_line(line: bytes, said: str) -> None:
    result = CliRunner().invoke(main, ["score"], input=b'{"text": "fine"}\n' + line + b"\n")
    assert result.exit_code != 0
    assert said in result.output


def test_explain_prints_what_drove_the_score() -> None:
    result = CliRunner().invoke(main, ["explain", "you are an idiot"])
    assert result.exit_code == 0, result.output
    assert "insult" in result.output
    assert "idiot" in result.output


@pytest.mark.parametrize("command", [[], ["train"], ["evaluate"], ["score"], ["explain"]])
def test_help(command: list[str]) -> None:
    result = CliRunner().invoke(main, [*command, "--help"])
    assert result.exit_code == 0
    assert "Usage" in result.output


@pytest.mark.skipif(find_spec("torch") is not None, reason="the extra `teacher` is here")
def test_teaching_names_the_extra_that_it_needs(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["teach", str(tmp_path), "--base", str(tmp_path)])
    assert result.exit_code == 1
    assert "install the extra `teacher`" in result.output
