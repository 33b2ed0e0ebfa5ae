"""Starts that must not be, and that each says why."""

import re
import shutil
import sys
import urllib.request
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import redis

from service.app import load_model
from service.errors import StartError
from tests.servers import REPOSITORY, RedisServer, ServiceProcess

FROM_COPY = "import sys; sys.path.insert(0, sys.argv.pop(1)); from service.__main__ import main; main()"


@pytest.fixture
def copied_code(tmp_path: Path) -> Path:
    """The program's own code and model, to be damaged."""
    copy = tmp_path / "code"
    for name in ("service", "schemas", "classifier"):
        shutil.copytree(REPOSITORY / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def service_from(code: Path, data_dir: Path) -> ServiceProcess:
    return ServiceProcess(data_dir, command=(sys.executable, "-c", FROM_COPY, str(code), "serve"))


def model_files() -> list[str]:
    return sorted(path.name for path in (REPOSITORY / "classifier" / "model").iterdir() if path.is_file())


def flip_a_bit(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[len(raw) // 2] ^= 1
    file.write_bytes(raw)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


DAMAGES = (flip_a_bit, cut_off, Path.unlink)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (name, damage)
        for name, damage in product(model_files(), DAMAGES)
        # It has the hashes of the others, and none of itself.
        if not (name == "manifest.json" and damage is flip_a_bit)
    ],
)
def test_a_damaged_model_file_is_named(name: str, damage: Callable[[Path], None], tmp_path: Path) -> None:
    model = shutil.copytree(REPOSITORY / "classifier" / "model", tmp_path / "model")
    damage(model / name)
    with pytest.raises(StartError, match=re.escape(name)):
        load_model(model)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_start_with_a_damaged_model_is_refused(
    damage: Callable[[Path], None], copied_code: Path, tmp_path: Path
) -> None:
    damage(copied_code / "classifier" / "model" / "hashed.npy")
    assert_refused(service_from(copied_code, tmp_path / "data"), "The model cannot be loaded", "hashed.npy")


def test_the_copy_starts_when_it_is_whole(copied_code: Path, tmp_path: Path) -> None:
    service = service_from(copied_code, tmp_path / "data")
    service.start()
    assert service.stop() == 0


def test_a_second_service_on_the_same_folder_harms_nothing(
    make_service: Callable[..., ServiceProcess], tmp_path: Path
) -> None:
    first = make_service()
    first.start()
    second = ServiceProcess(first.data_dir)
    second.output = tmp_path / "second.log"
    assert_refused(second, "Another commentdesk", str(first.pid), str(first.data_dir))
    with urllib.request.urlopen(f"{first.url}/readyz") as answer:
        assert answer.status == 200
    assert first.stop() == 0


def test_another_secret_key_is_refused_and_the_right_one_still_works(
    make_service: Callable[..., ServiceProcess], tmp_path: Path
) -> None:
    right = make_service(settings={"COMMENTDESK_SECRET_KEY": "the-key-it-was-written-with"})
    right.start()
    right.stop()
    wrong = ServiceProcess(right.data_dir, settings={"COMMENTDESK_SECRET_KEY": "quite-another-key-than-that"})
    wrong.output = tmp_path / "wrong.log"
    assert_refused(wrong, "another COMMENTDESK_SECRET_KEY")
    right.start()


def assert_refused(service: ServiceProcess, *reasons: str) -> None:
    """It ends by itself, with a status that says so and each reason in one message, not in a traceback."""
    service.spawn()
    try:
        assert service.wait() == 1
    finally:
        service.kill()
    said = service.said()
    for reason in reasons:
        assert reason in said, said
    assert "Traceback" not in said, said


def test_a_server_that_acknowledges_before_it_writes_is_named_at_start(
    redis_server: RedisServer, make_service: Callable[..., ServiceProcess]
) -> None:
    with redis.Redis.from_url(redis_server.url) as client:
        client.config_set("appendfsync", "everysec")
        try:
            service = make_service(redis_url=redis_server.url)
            service.start()
            assert '"appendfsync": "everysec"' in service.said()
        finally:
            client.config_set("appendfsync", "always")
