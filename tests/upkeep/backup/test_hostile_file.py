"""A file that somebody else wrote or changed, or that is built to hurt, is refused in words, and the store stays as it
was: also when its checksum is right, and when it was written with our secret."""

import asyncio
import hashlib
import os
import resource
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import hiredis
import orjson
import pytest

from service.errors import BackupError
from service.link.link import Link
from service.store import key_kinds, keys
from service.store.sites import pack_site
from service.upkeep import archive, backup, frames, installation
from service.upkeep import entries as stored
from service.upkeep.entries import Entry
from tests.servers import REPOSITORY, RedisServer
from tests.store.desk import SITE
from tests.upkeep.backup.content import CHECK, SECRET, TOKEN, VAULT, everything, fill, nothing, restore
from tests.upkeep.backup.test_file import ENTRIES, FORMAT, HEADER, INSTALLATION, check
from tests.upkeep.backup.test_file import restore as command

KEY = VAULT.backup_key(CHECK)
TOTALS = ENTRIES[1].key
MEMORY_BYTES = 300 * 1024 * 1024
"""A command that restores takes less, whatever a file says; most of it is what it takes anyway."""
STREAM = b"cd:{default}:events"


def forged(path: Path, header: dict[str, Any], content: bytes, key: bytes | None) -> None:
    """A file whose checksum is right; authenticated with a key, or of format 1."""
    told = {"commentdesk_backup": 1 if key is None else 2, **header}
    whole = orjson.dumps(told) + b"\n" + zlib.compress(content, wbits=31)
    mac = b"" if key is None else hmac(key, whole)
    path.write_bytes(whole + mac + hashlib.sha256(whole + mac).digest())


def hmac(key: bytes, whole: bytes) -> bytes:
    import hmac as of_python

    return of_python.digest(key, whole, "sha256")


def header(count: int = 2, store_format: int = installation.FORMAT, **changes: Any) -> dict[str, Any]:
    told = {"created_at": "2026", "version": "0.2", "store_format": store_format, "secret_check": CHECK, "keys": count}
    return told | {"content_bytes": 10**9} | changes


def header_of_format_1(count: int = 2, store_format: int = installation.FORMAT) -> dict[str, Any]:
    told = header(count, store_format)
    del told["content_bytes"]
    return told


def in_resp(some: Iterable[Entry]) -> bytes:
    return b"".join(hiredis.pack_command((each.key, each.kind, each.expires_ms, *each.parts)) for each in some)  # type: ignore[arg-type]


def with_entry(*more: Entry) -> list[Entry]:
    return [*ENTRIES, *more]


def refuse_and_keep(path: Path, server: RedisServer, *options: str) -> str:
    """What the command says; the store is as it was."""
    before = everything(server.url)
    refused = command(path, server, "--replace", "--yes", *options)
    assert refused.exit_code == 1
    assert everything(server.url) == before
    assert "Nothing was written" in refused.output
    assert "Traceback" not in refused.output
    assert isinstance(refused.exception, SystemExit)
    return refused.output


async def test_a_file_with_a_right_checksum_and_another_key_is_refused(
    redis_server: RedisServer, one_link: Link, tmp_path: Path
) -> None:
    await fill(one_link, CHECK, 3)
    for key in (b"", b"0" * 32, SECRET.encode(), bytes(32)):
        forged(tmp_path / "file", header(), b"".join(map(frames.packed, ENTRIES)), key)
        assert "was not written with this COMMENTDESK_SECRET_KEY" in refuse_and_keep(tmp_path / "file", redis_server)
    forged(tmp_path / "file", header(), b"".join(map(frames.packed, ENTRIES)), KEY)
    done = await asyncio.to_thread(command, tmp_path / "file", redis_server, "--replace", "--yes")
    assert done.exit_code == 0, done.output


async def test_a_backup_that_was_changed_is_refused_though_its_checksum_was_made_anew(
    redis_server: RedisServer, one_link: Link, tmp_path: Path
) -> None:
    await fill(one_link, CHECK, 9)
    await backup.back_up(one_link, VAULT, tmp_path / "file", "1.2.3", nothing)
    whole = (tmp_path / "file").read_bytes()
    content, mac = whole[:-64], whole[-64:-32]
    changes = [
        content.replace(b'"2026', b'"2027') if b'"2026' in content else content.replace(b"1.2.3", b"1.2.4"),
        content + b"\0",
        content[:-1],
    ]
    for changed in changes:
        (tmp_path / "file").write_bytes(changed + mac + hashlib.sha256(changed + mac).digest())
        assert "was not written with this" in refuse_and_keep(tmp_path / "file", redis_server)
    (tmp_path / "file").write_bytes(whole)
    check(tmp_path / "file")


async def test_the_format_before_is_taken_only_from_those_who_say_so(
    redis_server: RedisServer, one_link: Link, tmp_path: Path
) -> None:
    """Also where a file of ours is made to look like one, to be rid of its authentication."""
    await fill(one_link, CHECK, 3)
    forged(tmp_path / "file", header_of_format_1(), in_resp(ENTRIES), None)
    assert "--unauthenticated" in refuse_and_keep(tmp_path / "file", redis_server)
    done = await asyncio.to_thread(command, tmp_path / "file", redis_server, "--replace", "--yes", "--unauthenticated")
    assert done.exit_code == 0, done.output
    assert "Warning: nothing tells who wrote" in done.output
    assert len(everything(redis_server.url)) == 2


STRANGE = {
    "another program's": Entry(b"other:app:session", b"string", -1, [b"x"]),
    "an unknown kind": Entry(b"cd:{default}:session", b"string", -1, [b"x"]),
    "a kind of the installation with a site": Entry(b"cd:{default}:tokens", b"hash", -1, [b"a", b"b"]),
    "a name where none is": Entry(b"cd:{default}:queue:x", b"zset", -1, [b"a", b"1"]),
    "no name where one is": Entry(b"cd:{default}:comment", b"hash", -1, [b"a", b"b"]),
    "no site": Entry(b"cd:{}:totals", b"hash", -1, [b"a", b"b"]),
    "a site in capitals": Entry(b"cd:{Default}:totals", b"hash", -1, [b"a", b"b"]),
    "a passing kind": Entry(b"cd:{commentdesk}:repairing", b"string", -1, [b"x"]),
    "no UTF-8": Entry(b"cd:{default}:comment:\xff", b"hash", -1, [b"a", b"b"]),
    "a name without end": Entry(b"cd:{default}:comment:" + b"c" * 5000, b"hash", -1, [b"a", b"b"]),
    "nothing": Entry(b"", b"string", -1, [b"x"]),
    "a module's type": Entry(TOTALS + b"x", b"module", -1, [b"x"]),
    "another type": Entry(b"cd:{default}:queue", b"hash", -1, [b"a", b"1"]),
    "no type": Entry(b"cd:{default}:queue", b"", -1, [b"a", b"1"]),
    "a hash of three": Entry(b"cd:{other}:totals", b"hash", -1, [b"a", b"b", b"c"]),
    "an empty hash": Entry(b"cd:{other}:totals", b"hash", -1, []),
    "two texts of a string": Entry(b"cd:{default}:rate-site", b"string", -1, [b"1", b"2"]),
    "no score": Entry(b"cd:{default}:queue", b"zset", -1, [b"a", b"nan"]),
    "a score of Python's": Entry(b"cd:{default}:queue", b"zset", -1, [b"a", b"1_0"]),
    "a time before all": Entry(b"cd:{default}:rate-site", b"string", 0, [b"1"]),
    "a time after all": Entry(b"cd:{default}:rate-site", b"string", 2**63 - 1, [b"1"]),
    "an empty stream": Entry(STREAM, b"stream", -1, [b"1-0", b"0", b"0-0"]),
    "a stream that never ends": Entry(STREAM, b"stream", -1, [b"1-0", b"1", b"0-0", b"1-0", b"-2"]),
    "a stream cut off": Entry(STREAM, b"stream", -1, [b"1-0", b"1", b"0-0", b"1-0", b"2", b"a"]),
    "a stream of odd texts": Entry(STREAM, b"stream", -1, [b"1-0", b"1", b"0-0", b"1-0", b"1", b"a"]),
    "a stream that goes back": Entry(
        STREAM, b"stream", -1, [b"2-0", b"2", b"0-0", b"2-0", b"2", b"a", b"b", b"1-0", b"2", b"a", b"b"]
    ),
    "a stream past its last": Entry(STREAM, b"stream", -1, [b"1-0", b"1", b"0-0", b"2-0", b"2", b"a", b"b"]),
    "a stream of no ids": Entry(STREAM, b"stream", -1, [b"*", b"1", b"0-0", b"*", b"2", b"a", b"b"]),
    "more than were added": Entry(
        STREAM, b"stream", -1, [b"2-0", b"1", b"0-0", b"1-0", b"2", b"a", b"b", b"2-0", b"2", b"a", b"b"]
    ),
    "a token of another role": Entry(
        keys.TOKENS.encode(), b"hash", -1, [b"t1", orjson.dumps(TOKEN | {"role": "root"})]
    ),
    "a token without a digest": Entry(keys.TOKENS.encode(), b"hash", -1, [b"t1", b'{"role": "admin"}']),
    "a token that is no JSON": Entry(keys.TOKENS.encode(), b"hash", -1, [b"t1", b"\x80"]),
    "a token that is a list": Entry(keys.TOKENS.encode(), b"hash", -1, [b"t1", b"[]"]),
    "a site of another mode": Entry(
        keys.SITES.encode(),
        b"hash",
        -1,
        [b"s", orjson.dumps(pack_site(SITE) | {"policy": pack_site(SITE)["policy"] | {"mode": "anarchy"}})],
    ),
    "a site whose name is none": Entry(keys.SITES.encode(), b"hash", -1, [b"a}b", orjson.dumps(pack_site(SITE))]),
    "a site with a number for a title": Entry(
        keys.SITES.encode(), b"hash", -1, [b"s", orjson.dumps(pack_site(SITE) | {"title": 7})]
    ),
    "a second installation": Entry(INSTALLATION, b"hash", -1, [b"secret_check", b"another"]),
    "half a restore": Entry(INSTALLATION, b"hash", -1, [b"restoring", b"2026"]),
}


@pytest.mark.parametrize("what", STRANGE)
def test_an_entry_that_we_did_not_write_is_refused(what: str, redis_server: RedisServer, tmp_path: Path) -> None:
    """Though whoever wrote the file has our secret; and in the format before."""
    some = with_entry(STRANGE[what])
    count = len({each.key for each in some})
    forged(tmp_path / "file", header(count), b"".join(map(frames.packed, some)), KEY)
    refuse_and_keep(tmp_path / "file", redis_server)
    forged(tmp_path / "before", header_of_format_1(count), in_resp(some), None)
    refuse_and_keep(tmp_path / "before", redis_server, "--unauthenticated")


HEADERS = {
    "more keys": header(3),
    "fewer keys": header(1),
    "another format of the store": header(store_format=installation.FORMAT - 1),
    "less than it holds": header(content_bytes=20),
    "a text for a number": header(keys="2"),
    "a truth for a number": header(keys=True),
    "a negative number": header(keys=-1),
    "a number for a text": header(version=1),
    "signs of a terminal": header(version="\x1b[2J"),
    "signs of a terminal in a newer format": header(commentdesk_backup=3, version="\x1b[2J"),
    "more than is known": header(unheard="of"),
    "a format of none": header(commentdesk_backup="2"),
    "a format of half": header(commentdesk_backup=1.5),
    "the format zero": header(commentdesk_backup=0),
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_beginning_that_is_not_so_is_refused(what: str, redis_server: RedisServer, tmp_path: Path) -> None:
    forged(tmp_path / "file", HEADERS[what], b"".join(map(frames.packed, ENTRIES)), KEY)
    assert "\x1b" not in refuse_and_keep(tmp_path / "file", redis_server)


def resp(*lines: bytes) -> bytes:
    return b"".join(line + b"\r\n" for line in lines)


MIB = 1024 * 1024
CONTENTS = {
    "texts without end": struct.pack(">I", 2**32 - 1),
    "too few texts": struct.pack(">2I", 1, 0),
    "a text of four gigabytes": struct.pack(">4I", 3, 2**32 - 1, 0, 0),
    "cut off": b"".join(map(frames.packed, ENTRIES))[:-1],
    "no number": frames.packed(ENTRIES[0]).replace(b"-1", b"x1"),
    "many empty texts": struct.pack(">I", 30 * MIB) + bytes(120 * MIB),
    "a text of 400 MB": struct.pack(">5I", 4, 18, 6, 2, 400 * MIB) + b"cd:{default}:totalsstring-1" + bytes(400 * MIB),
}
CONTENTS_OF_FORMAT_1 = {
    "a length of gigabytes": resp(b"*4", b"$5000000000"),
    "elements without end": resp(b"*4000000000", b"*4000000000"),
    "an array in an array": resp(b"*4", b"*1000000000", b"*1000000000"),
    "no array": resp(b"$3", b"abc"),
    "a negative length": resp(b"*-1"),
    "a negative text": resp(b"*4", b"$-1"),
    "too few texts": resp(b"*2", b"$1", b"a", b"$1", b"b"),
    "no end of a line": b"*" + b"4" * 1000,
    "a number of digits": resp(b"*4", b"$1", b"a", b"$1", b"b", b"$5000", b"1" * 5000, b"$1", b"x"),
    "a text of 400 MB": resp(b"*4", b"$19", b"cd:{default}:totals", b"$6", b"string", b"$2", b"-1", b"$419430400")
    + bytes(400 * MIB),
    "a stream of 400 MB": resp(b"*9000000", b"$19", b"cd:{default}:events", b"$6", b"stream", b"$2", b"-1")
    + resp(b"$1048576", b"A" * MIB) * 400,
}


def restore_within(path: Path, server: RedisServer, *options: str) -> subprocess.CompletedProcess[str]:
    """The command as a process that may not have more memory than MEMORY_BYTES."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COMMENTDESK_")}
    return subprocess.run(
        [sys.executable, "-m", "service", "restore", str(path), *options],
        cwd=REPOSITORY,
        env=environment | {"COMMENTDESK_REDIS_URL": server.url, "COMMENTDESK_SECRET_KEY": SECRET},
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY_BYTES, MEMORY_BYTES)),
    )


@pytest.mark.parametrize("what", CONTENTS)
def test_what_is_built_to_fill_the_memory_is_refused(what: str, redis_server: RedisServer, tmp_path: Path) -> None:
    forged(tmp_path / "file", header(), CONTENTS[what], KEY)
    refused = restore_within(tmp_path / "file", redis_server)
    assert refused.returncode == 1, refused.stderr
    assert "Nothing was written" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert everything(redis_server.url) == {}


@pytest.mark.parametrize("what", CONTENTS_OF_FORMAT_1)
def test_the_same_of_the_format_before(what: str, redis_server: RedisServer, tmp_path: Path) -> None:
    forged(tmp_path / "file", header_of_format_1(), CONTENTS_OF_FORMAT_1[what], None)
    refused = restore_within(tmp_path / "file", redis_server, "--unauthenticated")
    assert refused.returncode == 1, refused.stderr
    assert "Nothing was written" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert everything(redis_server.url) == {}


def test_what_is_compressed_may_have_no_more_behind_it(redis_server: RedisServer, tmp_path: Path) -> None:
    content = zlib.compress(b"".join(map(frames.packed, ENTRIES)), wbits=31)
    for changed in (content + b"more", content[:-9], content + content, b"no gzip"):
        whole = orjson.dumps({"commentdesk_backup": 2, **header()}) + b"\n" + changed
        mac = hmac(KEY, whole)
        (tmp_path / "file").write_bytes(whole + mac + hashlib.sha256(whole + mac).digest())
        refuse_and_keep(tmp_path / "file", redis_server)


async def test_a_file_that_changes_meanwhile_leaves_the_store_unfinished(
    one_link: Link, redis_server: RedisServer, tmp_path: Path
) -> None:
    await fill(one_link, CHECK, 9)
    path = tmp_path / "file"
    await backup.back_up(one_link, VAULT, path, "1.2.3", nothing)
    with backup.checked(path, VAULT) as file:
        with path.open("r+b") as changed:
            changed.seek(-70, os.SEEK_END)
            byte = changed.read(1)
            changed.seek(-70, os.SEEK_END)
            changed.write(bytes((byte[0] ^ 1,)))
        with pytest.raises(BackupError):
            await backup.restore(one_link, file, 0, nothing)
    assert await backup.is_unfinished(one_link)


async def test_large_keys_come_in_pieces_and_come_back_whole(
    one_link: Link, redis_server: RedisServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(one_link, CHECK, 40)
    before = everything(redis_server.url)
    for each in (stored, frames):
        monkeypatch.setattr(each, "PIECE_BYTES", 500)
    await backup.back_up(one_link, VAULT, tmp_path / "file", "1.2.3", nothing)
    with backup.checked(tmp_path / "file", VAULT) as file:
        some = list(file.entries())
    assert len(some) > len({each.key for each in some})
    await restore(one_link, tmp_path / "file")
    assert everything(redis_server.url) == before
    forged(tmp_path / "before", header_of_format_1(len(before)), in_resp(merged(some)), None)
    with backup.checked(tmp_path / "before", VAULT, is_format_1_believed=True) as file:
        assert len(list(file.entries())) > len(before)
        await backup.restore(one_link, file, 0, nothing)
    assert everything(redis_server.url) == before


def merged(pieces: Iterable[Entry]) -> list[Entry]:
    whole: dict[bytes, Entry] = {}
    for each in pieces:
        held = whole.get(each.key)
        whole[each.key] = held._replace(parts=held.parts + each.parts) if held else each
    return list(whole.values())


def test_every_kind_of_key_has_its_type() -> None:
    """The map in the docstring of keys.py and the table of types agree, and so do the functions that make keys."""
    told = dict(re_rows(keys.__doc__ or ""))
    lasting = {kind.rstrip(":"): str(of) for kind, of in (key_kinds.INSTALLATION_KINDS | key_kinds.SITE_KINDS).items()}
    passing = {*key_kinds.PASSING_KINDS, *key_kinds.SITE_PASSING_KINDS}
    assert {kind: of for kind, of in told.items() if kind not in passing} == lasting
    assert told.keys() - lasting.keys() == passing


def re_rows(text: str) -> Iterable[tuple[str, str]]:
    names = {"sorted set": "zset"}
    for line in text.splitlines():
        if line.startswith("| cd:"):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            for key in cells[0].split(", "):
                yield key.partition("}:")[2].partition(":")[0], names.get(cells[1], cells[1])


def test_a_header_has_what_is_told_of_it() -> None:
    assert archive.FILE_FORMAT == 2
    assert HEADER.store_format == int(FORMAT)
