"""Where Redis is and how it is logged in to, as COMMENTDESK_REDIS_URL says it: `locate` reads the URL."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from redis.asyncio.connection import AbstractConnection, ConnectionPool, SSLConnection, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from service.errors import StartError
from service.link.trouble import LinkTroubleError, what_is_wrong

Node = tuple[str, int]
"""The host and port of a server."""

CONNECT_TIMEOUT_SECONDS = 2.0
TLS_OPTIONS = (
    "ssl_ca_certs",
    "ssl_ca_path",
    "ssl_certfile",
    "ssl_keyfile",
    "ssl_password",
    "ssl_check_hostname",
    "ssl_cert_reqs",
    "ssl_min_version",
    "ssl_ciphers",
    "ssl_include_verify_flags",
    "ssl_exclude_verify_flags",
)
OPTIONS = ("username", "password", "db", "client_name", "socket_connect_timeout", "socket_keepalive", *TLS_OPTIONS)
"""The options of a URL. The driver has more, which change what the link relies on."""
SENTINEL_TLS = "sentinel_ssl"
SENTINEL_PREFIX = "sentinel_"
SENTINEL_OPTIONS = ("username", "password", *TLS_OPTIONS)
"""The options of a URL that begin with SENTINEL_PREFIX and hold for the sentinels."""
_FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
_TLS_VERSIONS = {"1.2": "771", "1.3": "772"}
"""The numbers that the driver takes for versions of TLS (RFC 8446, 4.2.1)."""
_TRUE, _FALSE = ("true", "yes", "1"), ("false", "no", "0")
_ENCODED = "In a password / ? # @ and % are written as %2F %3F %23 %40 and %25."
_NOT_KNOWN = f"COMMENTDESK_REDIS_URL names a port, a database or an option that is none. {_ENCODED}"


class Kind(Enum):
    """Each kind of place, by the end of a URL's scheme."""

    ONE = ""
    CLUSTER = "+cluster"
    WATCHED = "+sentinel"


_PORTS = {Kind.CLUSTER: 6379, Kind.WATCHED: 26379}


@dataclass(frozen=True, slots=True)
class Location:
    """The parts of `scheme://[user:password@]host[:port],host[:port]/[name/][database][?options]`.

    `nodes` are those of a cluster, or the sentinels, which know the master by `name`. `options` are what the driver
    makes a connection of; `sentinel_options` are those for the sentinels.
    """

    kind: Kind
    options: Mapping[str, Any] = field(repr=False)
    nodes: tuple[Node, ...] = ()
    name: str = ""
    sentinel_options: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def check(self) -> None:
        """Raises StartError where an option has a value that is none, or a certificate cannot be read."""
        try:
            self.connection(None)
            self.sentinel_connection(None)
        except LinkTroubleError as error:
            raise StartError(f"COMMENTDESK_REDIS_URL cannot be used: {error}.") from None

    def connection(self, node: Node | None) -> AbstractConnection:
        """Returns a connection to this server, or to the one that the URL names; it is not connected yet.

        Files with certificates are read now. Raises LinkTroubleError where one cannot be read.
        """
        return _connection(self.options, node)

    def sentinel_connection(self, node: Node | None) -> AbstractConnection:
        """Returns the same to a sentinel."""
        return _connection(self.sentinel_options, node)


def locate(url: str) -> Location:
    """Returns what a URL names; raises StartError, whose message quotes nothing of the URL, where it is not valid."""
    scheme, _, rest = url.partition("://")
    kind = next((kind for kind in (Kind.CLUSTER, Kind.WATCHED) if scheme.endswith(kind.value)), Kind.ONE)
    address, _, query = rest.partition("?")
    authority, _, path = address.partition("/")
    if "#" in url or (authority and "@" in path):
        raise StartError(_NOT_KNOWN)
    given = _options(query, is_watched=kind is Kind.WATCHED)
    if kind is Kind.ONE:
        return Location(kind, _parsed(f"{scheme}://{address}", given))
    login, at, hosts = authority.rpartition("@")
    nodes = tuple(_node(number, host, _PORTS[kind]) for number, host in enumerate(hosts.split(","), start=1))
    parts = [unquote(part) for part in path.split("/") if part]
    own = {name: value for name, value in given.items() if not name.startswith(SENTINEL_PREFIX)}
    scheme = scheme.removesuffix(kind.value)
    if kind is Kind.CLUSTER:
        if parts not in ([], ["0"]) or own.get("db", "0") != "0":
            raise StartError("COMMENTDESK_REDIS_URL names a database of a cluster, which has only the one, 0.")
        return Location(kind, _parsed(f"{scheme}://{login}{at}cluster", own), nodes)
    name, database = _master(parts)
    of_sentinels = _sentinel_options(given)
    return Location(
        kind,
        _parsed(f"{scheme}://{login}{at}master/{database}", own),
        nodes,
        name=name,
        sentinel_options=_parsed(f"{of_sentinels.pop('scheme')}://sentinel", of_sentinels),
    )


def _options(query: str, *, is_watched: bool) -> dict[str, str]:
    """Returns the options of a URL; raises StartError for one that is unknown, or given twice."""
    known = {*OPTIONS, *((SENTINEL_TLS, *(SENTINEL_PREFIX + name for name in SENTINEL_OPTIONS)) if is_watched else ())}
    try:
        given = parse_qs(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError:
        raise StartError(_NOT_KNOWN) from None
    if not known.issuperset(given) or any(len(values) > 1 for values in given.values()):
        raise StartError(f"{_NOT_KNOWN} Its options, each of which may be given once, are: {', '.join(sorted(known))}.")
    options = {name: values[0] for name, values in given.items()}
    for name in options.keys() & {"ssl_min_version", f"{SENTINEL_PREFIX}ssl_min_version"}:
        options[name] = _TLS_VERSIONS.get(options[name], options[name])
    return options


def _sentinel_options(given: Mapping[str, str]) -> dict[str, str]:
    """Returns the options of sentinels by their names for the driver, and their scheme.

    Where sentinels speak TLS, the options of the master hold for them too, unless others are given.
    """
    own = {
        name.removeprefix(SENTINEL_PREFIX): value for name, value in given.items() if name.startswith(SENTINEL_PREFIX)
    }
    is_asked = own.pop("ssl", "").lower()
    if is_asked not in ("", *_TRUE, *_FALSE):
        raise StartError(f"{SENTINEL_TLS} in COMMENTDESK_REDIS_URL must be true or false.")
    of_tls = {name: value for name, value in own.items() if name in TLS_OPTIONS}
    if is_asked in _FALSE and of_tls:
        raise StartError(f"COMMENTDESK_REDIS_URL says {SENTINEL_TLS}=false and has options of their TLS.")
    if is_asked in _TRUE or of_tls:
        return {name: given[name] for name in TLS_OPTIONS if name in given} | own | {"scheme": "rediss"}
    return own | {"scheme": "redis"}


def _master(path: list[str]) -> tuple[str, str]:
    if not path or len(path) > 2:
        raise StartError("COMMENTDESK_REDIS_URL needs the master's name: redis+sentinel://host:26379/NAME")
    return path[0], path[1] if len(path) == 2 else "0"


def _node(number: int, text: str, default_port: int) -> Node:
    host, _, port = text.rpartition(":") if not text.endswith("]") and ":" in text else (text, "", str(default_port))
    if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65536:
        raise StartError(
            f"COMMENTDESK_REDIS_URL names a host or port that is none, in the place {number} of its hosts. {_ENCODED}"
        )
    return host.strip("[]"), int(port)


def _parsed(url: str, options: Mapping[str, str]) -> Mapping[str, Any]:
    """Returns what the driver makes a connection of."""
    database = url.partition("://")[2].partition("/")[2]
    try:
        parsed = dict(parse_url(f"{url}?{urlencode(options)}"))
    except ValueError:
        # The error is neither quoted nor kept as the cause: its message holds the part that was not understood.
        raise StartError(_NOT_KNOWN) from None
    has_database = not url.startswith("unix://") and database.strip("/") != ""
    if has_database and not (database.isascii() and database.isdecimal()):
        raise StartError(_NOT_KNOWN)
    if parsed.get("ssl_certfile") or parsed.get("ssl_keyfile"):
        parsed.setdefault("ssl_password", "")  # without one OpenSSL asks for it at the terminal
    return parsed


def _connection(options: Mapping[str, Any], node: Node | None) -> AbstractConnection:
    place = {"host": node[0], "port": node[1]} if node else {}
    _check_files(options)
    try:
        pool = ConnectionPool(
            **{"socket_connect_timeout": CONNECT_TIMEOUT_SECONDS, **options, **place},
            socket_timeout=None,
            retry=Retry(NoBackoff(), 0),
            protocol=2,
        )
        connection: AbstractConnection = pool.make_connection()  # type: ignore[no-untyped-call]
        if isinstance(connection, SSLConnection):
            connection.ssl_context.get()
    except OSError as error:
        raise LinkTroubleError(what_is_wrong(error)) from None
    except (ValueError, TypeError, RedisError):
        # A message of the driver holds the part that was not understood, which may be one of a password.
        raise LinkTroubleError(
            "an option is not understood, or is one of TLS with redis:// instead of rediss://"
        ) from None
    return connection


def _check_files(options: Mapping[str, Any]) -> None:
    """Raises LinkTroubleError, which names the option, where a file with certificates or a key cannot be read."""
    for name in _FILES:
        if path := options.get(name):
            try:
                with Path(path).open("rb"):
                    pass
            except OSError as error:
                raise LinkTroubleError(f"the file of {name} cannot be read: {error.strerror}") from None
