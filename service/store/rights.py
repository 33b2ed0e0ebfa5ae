"""What a user of Redis must be allowed (ACL), and what of it he is not. docs/redis.md has the list for operators."""

from collections.abc import Sequence

from service.link.link import Server, refused
from service.link.trouble import LinkTroubleError
from service.store import scripts

CHANNEL = "__redis__:invalidate"
"""On which a server tells a backup and the doctor which keys were written."""
_WITH_KEY = (
    *("DEL", "EXISTS", "GET", "SET", "TYPE", "UNLINK", "PEXPIRE", "PEXPIRETIME", "PTTL"),
    *("HDEL", "HEXISTS", "HGET", "HGETALL", "HINCRBY", "HKEYS", "HLEN", "HMGET", "HSET", "HSETNX", "HSTRLEN", "HVALS"),
    *("APPEND", "BITFIELD", "GETBIT", "GETRANGE", "SETRANGE", "STRLEN"),
    *("XADD", "XRANGE", "XREVRANGE", "XTRIM"),
    *("ZADD", "ZCARD", "ZCOUNT", "ZMSCORE", "ZRANGE", "ZRANK", "ZREM", "ZREVRANGE", "ZREVRANK", "ZSCORE"),
)
SERVING = (
    *(f"{name} KEY KEY KEY" for name in _WITH_KEY),
    "XREAD STREAMS KEY 0",
    "XINFO STREAM KEY",
    "ZINTER 1 KEY",
    "EVAL return 1 KEY",
    "EVALSHA 0 1 KEY",
    *("DBSIZE", "INFO", "SCAN 0", "SCRIPT LOAD 0"),
)
"""Commands without which the service does not serve, as `scripts/rights.lua` takes them. It asks by EVALSHA, after
SCRIPT LOAD: a user who lacks these is refused before."""
UPKEEP = (
    *(f"{name} KEY KEY KEY" for name in ("HSCAN", "ZSCAN", "PEXPIREAT", "XDEL", "XSETID")),
    *("XLEN KEY", "CLIENT ID", "CLIENT TRACKING ON", f"SUBSCRIBE {CHANNEL}", "PING"),
)
"""What `backup`, `restore`, `doctor` and `rotate-key` need beside."""
OPTIONAL = ("BGREWRITEAOF", "CONFIG GET appendfsync", "CLIENT PAUSE 0", "CLIENT UNPAUSE")
"""Commands without which all goes on, but for what they are for."""
OF_CLUSTERS = ("ASKING", "CLUSTER SLOTS", "CLUSTER NODES")
"""What a cluster needs beside."""
OF_SENTINELS = ("SENTINEL MASTER",)
"""All that a user of the sentinels needs."""
MOST_NAMED = 6
"""So many commands are named in a sentence."""
_WITH_SUBCOMMANDS = frozenset(("CLIENT", "CLUSTER", "CONFIG", "SCRIPT", "SENTINEL", "XINFO"))


async def denied(server: Server, key: str, commands: Sequence[str]) -> list[str]:
    """Returns which of the commands the user may not run; raises RequestError as a `Link` does.

    `key` is one that lies on this server.
    """
    told = await scripts.RIGHTS.run(server, [key], *commands)
    return [name_of(command.decode()) for command in told]


async def require_rights(server: Server, key: str, commands: Sequence[str]) -> None:
    """Raises StoreUnavailableError, whose cause names them, where the user may not run some of the commands."""
    missing = await denied(server, key, commands)
    if missing:
        more = f" and {len(missing) - MOST_NAMED} more" if len(missing) > MOST_NAMED else ""
        raise refused(LinkTroubleError(f"Redis does not let this user run {', '.join(missing[:MOST_NAMED])}{more}"))


def name_of(command: str) -> str:
    """Returns the name of a command with arguments, of two words where the second one is a part of it."""
    name, *rest = command.split()
    return f"{name} {rest[0]}" if name in _WITH_SUBCOMMANDS else name
