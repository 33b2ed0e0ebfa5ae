"""What docs/redis.md says of URLs, rights and settings is so, on servers that are guarded by nothing else."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from service.link import location, trouble
from service.link.location import OPTIONS, SENTINEL_OPTIONS, TLS_OPTIONS, Kind, locate
from service.store import rights, scripts
from service.store.readiness import check_store, fsync_of
from tests.guarded import USER, GuardedServer, clustered, make_cluster
from tests.link.reached import run_command, use_all_commands
from tests.servers import REPOSITORY, ServiceProcess
from tests.store.desk import Store, connected
from tests.store.every_script import use_every_script
from tests.topology import DURABLE

PAGE = (REPOSITORY / "docs" / "redis.md").read_text("utf-8")
SOURCE = "".join(Path(str(module.__file__)).read_text("utf-8") for module in (location, trouble))
SCRIPTS = "\n".join(file.read_text("utf-8") for file in Path(scripts.__file__).parent.rglob("*.lua"))
PYTHON = "\n".join(
    file.read_text("utf-8")
    for place in ("registry.py", "store/**/*.py", "upkeep/*.py", "link/*.py")
    for file in (REPOSITORY / "service").glob(place)
    if file.name not in {"rights.py", "cluster.py"}
)
"""Where commands are sent; not where they are only listed."""
_RULES = re.search(r"^ACL SETUSER desk on >PASSWORD (.+?)^```", PAGE, re.DOTALL | re.MULTILINE)
assert _RULES
SERVING = _RULES[1].split()
Guard = Callable[..., GuardedServer]


def rules_for(purpose: str) -> list[str]:
    """The rules of a row of the tables."""
    found = re.search(rf"^\| {re.escape(purpose)} \| `([^`]+)`", PAGE, re.MULTILINE)
    assert found, purpose
    return found[1].replace("\\|", "|").split()


UPKEEP = rules_for("`backup`, `restore`, `doctor`, `rotate-key`")
CLUSTER = rules_for("to use a cluster")
OPTIONAL = [
    rule for rules in re.findall(r"^\| `(\+[^`]+)`", PAGE, re.MULTILINE) for rule in rules.replace("\\|", "|").split()
]


def named(commands: tuple[str, ...]) -> set[str]:
    return {"+" + rights.name_of(command).lower().replace(" ", "|") for command in commands}


def test_the_lists_of_rights_are_those_that_the_service_asks_for() -> None:
    assert {rule for rule in SERVING if rule.startswith("+")} == named(rights.SERVING)
    assert set(UPKEEP) == named(rights.UPKEEP)
    assert set(CLUSTER) == named(rights.OF_CLUSTERS)
    assert set(OPTIONAL) - {"+client|setinfo"} == named(rights.OPTIONAL)
    assert "+sentinel|master" in PAGE
    assert f"&{rights.CHANNEL}" in SERVING
    for rules in (SERVING, UPKEEP, CLUSTER):
        commands = [rule for rule in rules if rule.startswith("+")]
        assert commands == sorted(commands)


def test_every_command_that_is_sent_is_in_the_lists_and_every_one_in_the_lists_is_sent() -> None:
    in_scripts = set(re.findall(r"redis\.p?call\('([A-Z]+)'", SCRIPTS))
    in_python = set(re.findall(r'(?:call|call_each|_ask|send_command)\(\s*"([A-Z]+)"', PYTHON))
    assert {"HSET", "ZADD", "XTRIM"} <= in_scripts
    assert {"HGETALL", "XREAD", "CLIENT"} <= in_python
    needed = {rights.name_of(each).split()[0] for each in (*rights.SERVING, *rights.UPKEEP)}
    beside = (*rights.OPTIONAL, *rights.OF_CLUSTERS, *rights.OF_SENTINELS)
    assert in_scripts <= needed
    assert in_python <= needed | {rights.name_of(each).split()[0] for each in beside}
    assert needed <= set(re.findall(r"['\"]([A-Z]{3,})['\"]", SCRIPTS + PYTHON))


@contextmanager
def nothing_denied(server: GuardedServer) -> Iterator[None]:
    """Fails where the user was denied something that it has to have."""
    server.client.execute_command("ACL", "LOG", "RESET")
    yield
    log = server.client.acl_log(100)
    denied = {each["object"] for each in log} - {"client|setinfo"}
    assert denied == set()


def url_of(server: GuardedServer) -> str:
    return server.url().removesuffix("/0").replace("redis:", "redis+cluster:") if is_cluster(server) else server.url()


def is_cluster(server: GuardedServer) -> bool:
    return bool(server.client.info("cluster")["cluster_enabled"])


ALONE_AND_CLUSTER = pytest.mark.parametrize("place", ["alone", "cluster"])


@ALONE_AND_CLUSTER
@pytest.mark.parametrize("binary", ["redis-single", "valkey-single"])
async def test_with_the_rights_listed_every_script_runs(binary: str, place: str, guard: Guard) -> None:
    rules = [*SERVING, *UPKEEP, *(CLUSTER if place == "cluster" else ())]
    options = (*DURABLE, *(clustered() if place == "cluster" else ()))
    server = guard(rights=" ".join(rules), options=options, binary=binary)
    if place == "cluster":
        make_cluster(server)
    with nothing_denied(server):
        link = await connected(server.url(), scripts.ALL)
        await use_every_script(Store(link), link)
        assert (await check_store(link)).keys() == {"redis", "durability"}
        assert await fsync_of(link) is None
        await link.close()


@ALONE_AND_CLUSTER
def test_with_the_rights_listed_the_service_and_all_commands_work(
    place: str,
    guard: Guard,
    make_service: Callable[..., ServiceProcess],
    tmp_path: Path,
) -> None:
    options = (*DURABLE, *(clustered() if place == "cluster" else ()))
    server = guard(rights=" ".join([*SERVING, *(CLUSTER if place == "cluster" else ())]), options=options)
    if place == "cluster":
        make_cluster(server)
    with nothing_denied(server):
        service = make_service(redis_url=url_of(server))
        service.start()
        run_command(service, url_of(server), "demo")
        server.client.execute_command("ACL", "SETUSER", USER, *UPKEEP, "+bgrewriteaof")
        use_all_commands(service, url_of(server), tmp_path / "file")
    assert "redis_refused" not in service.said()


async def test_each_right_of_the_list_is_one_that_serving_needs(guard: Guard) -> None:
    server = guard(rights=" ".join([*SERVING, *UPKEEP]))
    link = await connected(server.url(), scripts.ALL)
    for rule in SERVING:
        if rule.startswith("+") and rule not in {"+evalsha", "+script|load", "+info"}:
            server.client.execute_command("ACL", "SETUSER", USER, f"-{rule[1:]}")
            link.servers()[0].is_proved = False
            name = rule[1:].upper().replace("|", " ")
            assert (await check_store(link))["redis"].endswith(f"does not let this user run {name}")
            server.client.execute_command("ACL", "SETUSER", USER, rule)
    await link.close()


def test_the_urls_shown_are_read_as_it_is_said() -> None:
    shown = [
        url
        for row in re.findall(r"^\| .+? \| (`\w[\w+]*://.+?) \|$", PAGE, re.MULTILINE)
        for url in re.findall(r"`([^`]+)`", row)
    ]
    assert len(shown) >= 6
    kinds = {locate(url).kind for url in shown if "..." not in url}
    assert kinds == set(Kind)
    example = re.search(r"rediss\+sentinel://desk:.+?ANOTHER", PAGE, re.DOTALL)
    assert example
    guarded = locate(re.sub(r"\s+", "", example[0]))
    assert (guarded.name, len(guarded.nodes), guarded.sentinel_options["username"]) == ("comments", 3, "finder")
    assert guarded.sentinel_options["ssl_ca_certs"] == "/etc/commentdesk/ca.pem"
    assert (locate("redis://:x@h").options["password"], locate("redis://[2001:db8::1]:6379").options["host"]) == (
        "x",
        "2001:db8::1",
    )


def test_the_options_listed_are_those_there_are() -> None:
    rows = re.findall(r"^\| (`[a-z_`, ]+) \|", PAGE.split("Options follow")[1].split("###")[0], re.MULTILINE)
    assert {name for row in rows for name in re.findall(r"`(\w+)`", row)} == set(OPTIONS)
    assert {*TLS_OPTIONS, "username", "password"} == set(SENTINEL_OPTIONS)


def test_each_special_character_is_encoded_as_it_is_said() -> None:
    for character, encoded in re.findall(r"`(.)` (?:is )?`(%\w\w)`", PAGE):
        assert locate(f"redis://u:{encoded}@h").options["password"] == character


def test_a_server_with_the_settings_shown_is_durable_and_bounded(guard: Guard) -> None:
    block = PAGE.split("## Settings of the server")[1].split("```text\n")[1].split("```")[0]
    settings = dict(line.split(" ", 1) for line in block.splitlines())
    server = guard(options=tuple(part for name, value in settings.items() for part in (f"--{name}", value.strip('"'))))
    told: dict[str, Any] = server.client.config_get(*settings)
    assert (told["appendonly"], told["appendfsync"], told["maxmemory-policy"]) == ("yes", "always", "noeviction")
    assert told["maxmemory"] == str(4 * 1024**3)


def test_the_sentences_quoted_are_said() -> None:
    joined = (
        re.sub(r'"\s*f?"', "", SOURCE)
        .replace("{_CLOSED}", "Redis closed the connection")
        .replace("{_LATE}", "Redis does not answer in time")
    )
    quoted = re.findall(r"^\| `((?:Redis|the|nothing|no) [^`]+)` \|", PAGE, re.MULTILINE)
    assert len(quoted) >= 15
    sentinel = (REPOSITORY / "service" / "link" / "sentinel.py").read_text("utf-8")
    assert [said for said in quoted if said not in joined + sentinel] == []
