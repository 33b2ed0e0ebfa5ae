"""Addresses of hosts as browsers write them: the origins of web pages, and the public address of the service."""

import re
from ipaddress import IPv4Address, IPv6Address
from typing import NamedTuple
from urllib.parse import SplitResult, quote, urlsplit

import idna

OWN_PORTS = {"http": ":80", "https": ":443"}
"""The port of each scheme, which browsers do not send."""
MAX_HOST_CHARS = 253
"""RFC 1035, 3.1."""
MAX_LABEL_CHARS = 63
MAX_PATH_CHARS = 200
PATH = re.compile(r"(/[A-Za-z0-9._~%-]+)*")
"""The path of the public address: no letter of it has a meaning in HTML or JSON, and no segment is empty, as an address
that begins with two slashes is of another host."""
MAX_AUTHORITY_CHARS = MAX_HOST_CHARS + 7
"""A host in Unicode is not longer than it is in ASCII; the rest is for brackets or a port."""
_AUTHORITY = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
_NOT_IN_ADDRESS = re.compile(r'[\s<>"\\^`{|}]')
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")


class OriginError(ValueError):
    """A text is no origin, or no public address; the message says why in words."""


class PublicAddress(NamedTuple):
    """An http or https address with a path: `host` has a port that is not the scheme's own, `path` is "" or begins with
    a slash and does not end with one."""

    scheme: str
    host: str
    path: str

    @property
    def name(self) -> str:
        """The host without its port, an IPv6 address without brackets."""
        return re.sub(r":[0-9]+$", "", self.host).strip("[]")

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}{self.path}"


def parse_origin(text: str) -> str:
    """Returns an origin as a browser sends it in `Origin`: scheme, host in ASCII and lower case, and a port that is not
    the scheme's own.

    A slash at the end is passed over. Raises OriginError for what is no origin. A wildcard is none: it would let in the
    pages of everyone who has a name under the same domain.
    """
    if "*" in text:
        raise OriginError("a wildcard is not taken, list each host by itself.")
    if text.lower() == "null":
        raise OriginError("null is sent by pages without an address, which are anyone's.")
    parts = _split(text.rstrip("/"))
    origin = f"{parts.scheme}://{_host_of(parts)}"
    if parts.path or parts.query or parts.fragment or "?" in text or "#" in text:
        raise OriginError(f"without a path it is {origin}.")
    return origin


def origin_of(address: str) -> str:
    """Returns the origin of an http(s) address as a browser sends it, or "" for what is no such address."""
    try:
        parts = _split(address)
        return f"{parts.scheme}://{_host_of(parts)}"
    except OriginError:
        return ""


def parse_public_address(text: str) -> PublicAddress:
    """Returns the parts of an http(s) address of a host or of a path on it. Raises OriginError for anything else."""
    parts = _split(text)
    if parts.query or parts.fragment:
        raise OriginError("leave out the query and the fragment.")
    path = quote(parts.path.rstrip("/"), safe="/%._~-")
    if not is_path(path):
        raise OriginError("the path is not valid.")
    return PublicAddress(parts.scheme, _host_of(parts), path)


def is_path(text: str) -> bool:
    """Returns whether a text is "" or a path such as `/comments`, of at most MAX_PATH_CHARS characters."""
    is_plain = len(text) <= MAX_PATH_CHARS and PATH.fullmatch(text) is not None
    return is_plain and not {".", ".."} & set(text.split("/"))


def _split(text: str) -> SplitResult:
    """The host is measured first: `urlsplit` composes it, which takes long for marks without an end."""
    found = _AUTHORITY.match(text)
    if not found:
        raise OriginError("begin with https:// or http://.")
    if not 0 < len(found[2]) <= MAX_AUTHORITY_CHARS:
        raise OriginError("the host is not valid.")
    if _NOT_IN_ADDRESS.search(text):
        raise OriginError("holds a character that no address has.")
    try:
        parts = urlsplit(text)
    except ValueError as error:
        raise OriginError("the host is not valid.") from error
    if "@" in parts.netloc:
        raise OriginError("leave out the user name.")
    return parts


def _host_of(parts: SplitResult) -> str:
    """Returns host and port; the host as `canonical_host` writes it, without the port that is the scheme's own."""
    try:
        port = parts.port
        host = canonical_host(parts.hostname or "")
    except ValueError as error:  # idna's errors are of this kind too
        raise OriginError("the host or its port is not valid.") from error
    if port == 0:
        raise OriginError("the host or its port is not valid.")
    shown = "" if port is None or f":{port}" == OWN_PORTS[parts.scheme] else f":{port}"
    return host + shown


def canonical_host(host: str) -> str:
    """Returns the host of an address as browsers write it: a name in lower case and in ASCII (Punycode, as UTS #46 has
    it), an IPv6 address in its short form and in brackets. Raises ValueError when it is no host."""
    if ":" in host:
        return f"[{IPv6Address(host.partition('%')[0])}]"
    name = host.lower() if host.isascii() else _in_ascii(host)
    if len(name) > MAX_HOST_CHARS or not _HOST.fullmatch(name):
        raise ValueError("not a host's name")
    if _NUMBER.fullmatch(name.rstrip(".").rpartition(".")[2]):
        return str(IPv4Address(name))
    return name


def _in_ascii(host: str) -> str:
    """Browsers map a name by UTS #46 without its transitional rules, and take symbols that IDNA 2008 has no place for:
    the mapping alone is idna's."""
    if len(host) > MAX_HOST_CHARS:
        raise ValueError("too long for a host's name")
    labels = idna.uts46_remap(host, std3_rules=False, transitional=False).split(".")
    if max(map(len, labels)) > MAX_LABEL_CHARS:
        raise ValueError("too long for a part of a host's name")
    return ".".join(each if each.isascii() else f"xn--{each.encode('punycode').decode()}" for each in labels)
