"""How an exception is written to the log: where it was, not what it said."""

import errno
import json
from collections.abc import Iterator

import pytest
import structlog

from service.log import log_to_stderr

SECRET = "anna@mail.example"


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def _fail(error: Exception) -> None:
    raise error


def _fail_of_another() -> None:
    try:
        _fail(KeyError(SECRET))
    except KeyError as error:
        raise ValueError(f"cannot read {SECRET}") from error


def test_an_exception_is_told_by_type_and_place_without_its_message(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("info")
    try:
        _fail_of_another()
    except ValueError:
        structlog.get_logger().exception("failed")
    line = capsys.readouterr().err
    assert SECRET not in line
    told = json.loads(line)["exception"]
    assert told.index("builtins.KeyError") < told.index("builtins.ValueError")
    assert told.startswith("Traceback")
    assert "in _fail_of_another" in told


def test_what_the_system_says_is_told_without_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    log_to_stderr("info")
    try:
        _fail(OSError(errno.ENOSPC, "full", SECRET))
    except OSError:
        structlog.get_logger().exception("failed")
    line = capsys.readouterr().err
    assert "No space left on device" in line
    assert SECRET not in line
