"""A backup file that is not whole, or not for us, is refused, and nothing is written."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner, Result

from service.__main__ import main
from service.errors import BackupError
from service.upkeep import archive, backup, installation
from service.upkeep.archive import Header
from service.upkeep.entries import Entry
from tests.servers import RedisServer
from tests.upkeep.backup.content import CHECK, SECRET, VAULT, everything

HEADER = Header("2026-11-22T20:00:00+00:00", "1.2.3", installation.FORMAT, CHECK, 2, 1000)
FORMAT = b"%d" % installation.FORMAT
INSTALLATION = b"cd:{commentdesk}:installation"
ENTRIES = [
    Entry(INSTALLATION, b"hash", -1, [b"format", FORMAT, b"secret_check", CHECK.encode()]),
    Entry(b"cd:{default}:totals", b"hash", -1, [b"state:held", b"0"]),
]


def write(path: Path, header: Header, entries: Iterable[Entry]) -> None:
    archive.write(path, header, iter(entries), VAULT.backup_key(CHECK))


def check(path: Path) -> None:
    with backup.checked(path, VAULT):
        pass


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "backup"
    write(path, HEADER, ENTRIES)
    return path


def restore(file: Path, server: RedisServer, *options: str, secret: str = SECRET, typed: str = "") -> Result:
    return CliRunner().invoke(
        main,
        ["restore", str(file), *options],
        input=typed,
        env={"COMMENTDESK_REDIS_URL": server.url, "COMMENTDESK_SECRET_KEY": secret},
    )


def test_a_whole_file_is_taken(file: Path, redis_server: RedisServer) -> None:
    with backup.checked(file, VAULT) as checked:
        assert checked.header == HEADER
        assert list(checked.entries()) == ENTRIES
    done = restore(file, redis_server)
    assert done.exit_code == 0, done.output
    assert "2 keys restored, as of 2026-11-22" in done.output
    assert len(everything(redis_server.url)) == 2


def test_a_flipped_bit_anywhere_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for at in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at] ^= 1
        file.write_bytes(damaged)
        with pytest.raises(BackupError, match=r"damaged|no backup|of format"):
            check(file)


def test_a_file_cut_off_anywhere_is_noticed(file: Path) -> None:
    whole = file.read_bytes()
    for length in range(0, len(whole), 3):
        file.write_bytes(whole[:length])
        with pytest.raises(BackupError, match=r"damaged|no backup"):
            check(file)


@pytest.mark.parametrize("change", [lambda whole: whole[:-1], lambda whole: whole[:-40] + b"x" + whole[-39:]])
def test_of_a_damaged_file_nothing_is_written(file: Path, redis_server: RedisServer, change: object) -> None:
    assert callable(change)
    file.write_bytes(change(file.read_bytes()))
    refused = restore(file, redis_server, "--replace", "--yes")
    assert refused.exit_code == 1
    assert "its checksum is wrong" in refused.output
    assert everything(redis_server.url) == {}


def test_a_file_of_a_newer_format_is_refused_by_name(file: Path) -> None:
    line, _, rest = file.read_bytes().partition(b"\n")
    header = orjson.loads(line) | {"commentdesk_backup": archive.FILE_FORMAT + 1, "version": "9.9", "more": True}
    whole = orjson.dumps(header) + b"\n" + rest[:-32]
    file.write_bytes(whole + hashlib.sha256(whole).digest())
    with pytest.raises(BackupError, match=r"format 3, made by commentdesk 9\.9; this one reads up to 2"):
        check(file)


def test_a_store_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    newer = replace(HEADER, store_format=installation.FORMAT + 1)
    write(tmp_path / "newer", newer, ENTRIES)
    with pytest.raises(BackupError, match=f"holds a store of format {installation.FORMAT + 1}"):
        check(tmp_path / "newer")


def test_another_secret_key_is_refused(file: Path, redis_server: RedisServer) -> None:
    refused = restore(file, redis_server, secret="quite another secret, also long")
    assert refused.exit_code == 1
    assert "COMMENTDESK_SECRET_KEY, and the one here is another one" in refused.output
    assert everything(redis_server.url) == {}


def test_a_store_that_is_not_empty_is_refused_unless_confirmed(file: Path, redis_server: RedisServer) -> None:
    assert restore(file, redis_server).exit_code == 0
    before = everything(redis_server.url)
    refused = restore(file, redis_server)
    assert refused.exit_code == 1
    assert "The store is not empty: 3 keys are there" in refused.output
    aborted = restore(file, redis_server, "--replace", typed="n\n")
    assert aborted.exit_code == 1
    assert "Remove the 3 keys" in aborted.output
    assert everything(redis_server.url) == before
    assert restore(file, redis_server, "--replace", typed="y\n").exit_code == 0
    assert restore(file, redis_server, "--replace", "--yes").exit_code == 0
    assert everything(redis_server.url) == before


def test_an_older_file_is_replaced_only_by_a_whole_one(file: Path) -> None:
    older = file.read_bytes()

    def breaks() -> object:
        yield ENTRIES[0]
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        archive.write(file, HEADER, breaks(), b"a key")  # type: ignore[arg-type]
    assert file.read_bytes() == older
    assert list(file.parent.iterdir()) == [file], "nothing half done is left behind"
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_store_that_is_named_is_the_one(file: Path, redis_server: RedisServer) -> None:
    environment = {"COMMENTDESK_REDIS_URL": "redis://127.0.0.1:1/0", "COMMENTDESK_SECRET_KEY": SECRET}
    arguments = ["restore", str(file), "--redis-url", redis_server.url]
    assert CliRunner().invoke(main, arguments, env=environment).exit_code == 0
    bad = CliRunner().invoke(main, [*arguments[:-1], "http://not.redis"], env=environment)
    assert bad.exit_code == 1
    assert "COMMENTDESK_REDIS_URL: Must start with redis://" in bad.output
