"""Whether the store can be trusted with a comment: it answers, and what it acknowledges is on disk."""

from contextlib import suppress

from redis.exceptions import MovedError

from service.errors import RequestError, StoreFullError
from service.link.info import read_info
from service.link.link import Link, Server, explained, unavailable
from service.store import keys, scripts
from service.store.rights import SERVING, UPKEEP, denied, require_rights

OK = "ok"
_WRITE = "#!lua\nreturn 1"
"""May write, though it does not: Redis refuses it exactly when it refuses a comment."""
_PROBE = b"x" * 64 * 1024
"""As large as a comment can be. A server on a full disk is found out only by a write: when it died of one and was
started again, it says that all is well until the next."""
_FSYNC = "CONFIG GET appendfsync"
_MOST_PROBES = 5000
"""Keys that are tried until one lies on the server: even among hundreds of masters each finds its own before."""


async def check_store(link: Link) -> dict[str, str]:
    """`redis` and `durability`, each "ok" or what is wrong with it. `cluster` when a part of it is away, `memory` when
    it is full: all else goes on then."""
    try:
        persistence = await read_info(link, "persistence")
    except RequestError as error:
        return {"redis": _because(error, link.reason), "durability": "unknown while Redis is away"}
    told = [durability(each) for each in persistence]
    checks = {"redis": OK, "durability": next((each for each in told if each != OK), OK)}
    checks |= {"cluster": link.reason} if link.reason else {}
    return checks | await _refusal(link, is_alone=len(told) == 1)


async def _refusal(link: Link, *, is_alone: bool) -> dict[str, str]:
    """What a server says that answers and takes no comment; nothing when it takes them."""
    try:
        for server in link.servers():
            await (server.call("EVAL", _WRITE, 0) if server.is_proved else _prove(server))
    except StoreFullError:
        return {"memory": "Redis is out of memory: new comments are refused, all else goes on"}
    except RequestError as error:
        return {"redis" if is_alone else "cluster": f"a write was refused: {_because(error, link.reason)}"}
    return {}


def _because(error: RequestError, reason: str) -> str:
    """With the driver's words, which may name addresses: for those who watch the service, never for its readers."""
    return f"{error.detail}: {reason}" if reason else explained(error)


async def _prove(server: Server) -> None:
    """Returns when the server has written, for a user with all rights; a RequestError when it cannot."""
    key = await key_on(server)
    await require_rights(server, key, SERVING)
    await scripts.PROBE.run(server, [key], _PROBE)
    server.is_proved = True


async def require_all_rights(link: Link) -> None:
    """Returns when the user may run every command that the service and its upkeep need, on every server.

    Raises StoreUnavailableError, whose cause names those that are missing.
    """
    for server in link.servers():
        await require_rights(server, await key_on(server), (*SERVING, *UPKEEP))


async def key_on(server: Server) -> str:
    """Returns a key that lies on this server, of those that only a step of its own uses."""
    for number in range(_MOST_PROBES):
        with suppress(MovedError):
            await scripts.RIGHTS.run(server, [keys.probe(number)])
            return keys.probe(number)
    raise unavailable("no slot of the cluster lies on this server")


async def fsync_of(link: Link) -> str | None:
    """When the servers write to disk, if that is not before each answer; None where they do, or will not say."""
    with suppress(RequestError):
        for server in link.servers():
            if await denied(server, await key_on(server), [_FSYNC]):
                continue
            name_and_value = await server.call(*_FSYNC.split())
            if len(name_and_value) == 2 and name_and_value[1] != b"always":
                return str(name_and_value[1].decode())
    return None


def durability(info: dict[str, str]) -> str:
    """OK, or what is wrong with it; `info` is INFO's section `persistence`."""
    if info.get("aof_enabled") != "1":
        return "the append-only file is off: what is acknowledged may be lost (set appendonly yes)"
    if info.get("aof_last_write_status", OK) != OK:
        return "the last write to the append-only file failed: is the disk full?"
    return OK
