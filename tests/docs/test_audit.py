"""The program of docs/audit.md verifies an export as it stands there, with nothing but the public key."""

import asyncio
import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.__main__ import main
from service.audit.segment import LINES
from service.consumers.sealer import Sealer
from service.store import keys, scripts
from service.vault import Vault
from tests.servers import REPOSITORY, RedisServer, client_of
from tests.store.desk import add_events, connected

SECRET = "the secret of these tests, long enough"
PAGE = (REPOSITORY / "docs" / "audit.md").read_text()
SITE = "default"
FORMULA = "=1+1"


async def fill(url: str) -> None:
    """A log of two segments and a tail."""
    link = await connected(url, scripts.ALL)
    await link.call("HSET", keys.SITES, SITE, "{}")
    last = 2 * LINES + 100
    await add_events(link, keys.events(SITE), [(f"{number}-0", number) for number in range(1, last)])
    await link.call("XADD", keys.events(SITE), f"{last}-0", "k", "noted", "m", last, "a", FORMULA)
    await Sealer(link, Vault(SECRET), lambda: (SITE, ""), lambda: 1).look()
    await link.close()


@pytest.fixture
def server(redis_server: RedisServer) -> RedisServer:
    asyncio.run(fill(redis_server.url))
    return redis_server


def command(server: RedisServer, folder: Path, *arguments: str) -> Result:
    environment = {
        "COMMENTDESK_REDIS_URL": server.url,
        "COMMENTDESK_DATA_DIR": str(folder),
        "COMMENTDESK_SECRET_KEY": SECRET,
    }
    return CliRunner().invoke(main, ["audit", *arguments], env=environment)


def exported(server: RedisServer, folder: Path, *arguments: str) -> str:
    done = command(server, folder, "export", "--site", SITE, *arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


def verified(folder: Path, export: str, key: str) -> subprocess.CompletedProcess[str]:
    (program,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    (folder / "verify.py").write_text(program)
    (folder / "export.jsonl").write_text(export)
    run = [sys.executable, "verify.py", "export.jsonl", key]
    return subprocess.run(run, cwd=folder, capture_output=True, text=True)


KEY = Vault(SECRET).audit_key.public_key().public_bytes_raw().hex()


def test_an_editor_verifies_an_export_with_the_public_key(server: RedisServer, tmp_path: Path) -> None:
    whole = exported(server, tmp_path)
    done = verified(tmp_path, whole, KEY)
    assert done.stdout == f"{2 * LINES} of {2 * LINES + 101} entries are as they were signed.\n", done.stderr
    some = exported(server, tmp_path, "--since", "1970-01-01T00:00:00.400+0000")
    assert verified(tmp_path, some, KEY).returncode == 0
    assert some.count('"entry"') == 2 * LINES + 101 - 400


@pytest.mark.parametrize("how", ["changed", "removed", "moved"])
def test_an_editor_finds_what_was_changed(server: RedisServer, tmp_path: Path, how: str) -> None:
    lines = exported(server, tmp_path).splitlines(keepends=True)
    place = next(at for at, line in enumerate(lines) if '"number": 300' in line)
    if how == "changed":
        lines[place] = lines[place].replace("[300,", "[3000,")
    elif how == "removed":
        del lines[place]
    else:
        lines[place : place + 2] = lines[place + 1], lines[place]
    assert verified(tmp_path, "".join(lines), KEY).returncode != 0


def test_another_key_verifies_nothing(server: RedisServer, tmp_path: Path) -> None:
    other = Vault("another secret of these tests, as long").audit_key.public_key().public_bytes_raw().hex()
    assert verified(tmp_path, exported(server, tmp_path), other).returncode != 0


def test_a_table_has_no_formulas(server: RedisServer, tmp_path: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(server, tmp_path, "--format", "csv"))))
    assert [row["record"] for row in rows].count("entry") == 2 * LINES + 101
    assert rows[0]["public_key"] == KEY
    (noted,) = (row for row in rows if row["act"] == "noted")
    assert noted["actor"] == f"'{FORMULA}"


def test_the_command_says_what_is_wrong(server: RedisServer, tmp_path: Path) -> None:
    done = command(server, tmp_path, "verify")
    assert done.exit_code == 0, done.output
    assert re.search(rf"^{SITE} +{2 * LINES + 101} +0 +{2 * LINES} +0$", done.output, re.MULTILINE)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(exported(server, tmp_path))
    assert command(server, tmp_path, "verify", "--checkpoints", str(kept)).exit_code == 0
    with client_of(server.url) as client:
        client.delete(keys.audit_keys(SITE).segment(1))
    done = command(server, tmp_path, "verify", "--site", SITE, "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert told["logs"][SITE]["faults"] == [f"entries {LINES} to {2 * LINES - 1}: they are missing"]
    with client_of(server.url) as client:
        for key in client.scan_iter("cd:*audit*"):
            client.delete(key)
    done = command(server, tmp_path, "verify", "--checkpoints", str(kept))
    assert done.exit_code == 1
    assert f"there is no log of {SITE}" in done.output


def test_a_log_that_is_not_there_is_no_log_that_is_right(server: RedisServer, tmp_path: Path) -> None:
    done = command(server, tmp_path, "verify", "--site", "nowhere")
    assert done.exit_code == 1
    assert "there is no log of nowhere" in done.output
