"""Says in one short sentence what is wrong between the service and Redis: `what_is_wrong` reads a driver's errors.

No sentence has a password in it: of what a driver says only what Redis or OpenSSL wrote is quoted, and only where it is
of no known kind.
"""

import re
import socket
import ssl
from collections.abc import Iterator

from redis import exceptions as driver

MAX_CHARS = 200
"""No sentence is longer."""
_WRONG_LOGIN = "Redis refuses the user or the password"
_NO_LOGIN = "Redis asks for a password, and was given none"
_NO_PASSWORD_SET = "Redis knows no password, and was given one"  # noqa: S105 a sentence
_NO_TLS = "Redis does not speak TLS at this port: name it by redis:// instead of rediss://"
_CLOSED = "Redis closed the connection"
_LATE = "Redis does not answer in time"
_NOT_LET_IN = {
    _CLOSED: f"{_CLOSED} at once: does it expect TLS (rediss://), or a certificate (ssl_certfile)?",
    _LATE: f"{_LATE}: is a firewall between, or does it expect no TLS (redis://)?",
}
_WANTS_CERTIFICATE = "Redis asks for a certificate of the service: ssl_certfile and ssl_keyfile"
_REFUSED_CERTIFICATE = "Redis refuses the service's certificate (ssl_certfile)"
_OF_CODE = {
    9: "the certificate of Redis is not valid yet: compare the clocks",
    10: "the certificate of Redis has expired",
    18: "the certificate of Redis is signed by itself, and ssl_ca_certs does not name it",
    19: "the certificate of Redis is signed by an authority that ssl_ca_certs does not name",
    20: "the certificate of Redis is signed by an authority that ssl_ca_certs does not name",
    62: "the certificate of Redis is for another name than the one that it is reached by",
    64: "the certificate of Redis is for another address than the one that it is reached by",
}
"""By OpenSSL's codes of what is wrong with a certificate (X509_V_ERR_..., openssl-verification-options(1))."""
_OF_REASON = {
    "WRONG_VERSION_NUMBER": _NO_TLS,
    "RECORD_LAYER_FAILURE": _NO_TLS,
    "CERTIFICATE_REQUIRED": _WANTS_CERTIFICATE,
    "CERTIFICATE_EXPIRED": "Redis refuses the service's certificate (ssl_certfile): it has expired",
    "UNKNOWN_CA": "Redis refuses the service's certificate (ssl_certfile): it does not know who signed it",
    "BAD_CERTIFICATE": _REFUSED_CERTIFICATE,
    "CERTIFICATE_UNKNOWN": _REFUSED_CERTIFICATE,
    "CERTIFICATE_REVOKED": _REFUSED_CERTIFICATE,
    "UNSUPPORTED_CERTIFICATE": _REFUSED_CERTIFICATE,
    "KEY_VALUES_MISMATCH": "the key in ssl_keyfile is not that of the certificate in ssl_certfile",
    "PROTOCOL_VERSION": "Redis and the service have no version of TLS in common",
    "UNSUPPORTED_PROTOCOL": "Redis and the service have no version of TLS in common",
    "HANDSHAKE_FAILURE": "Redis and the service agree on no cipher of TLS, or Redis asks for a certificate",
    "BAD_DECRYPT": "the key in ssl_keyfile is encrypted, and ssl_password is not its password",
    "PEM_LIB": "a file of the options ssl_* does not hold what it should, in PEM",
    "NO_CERTIFICATE_OR_CRL_FOUND": "there is no certificate in the file of ssl_ca_certs",
}
"""By the ends of OpenSSL's names of what went wrong."""
_REFUSALS = (
    (re.compile(r"permissions to run the '([\w|.-]+)' command"), "Redis does not let this user run {0}"),
    (re.compile(r"can't run this command or subcommand"), "Redis does not let this user run a command of a script"),
    (re.compile(r"permissions to access (?:a|one of the) channels?"), "Redis denies this user a channel"),
    (
        re.compile(r"permissions to access (?:a|one of the) keys?|can't access at least one of the keys"),
        "Redis denies this user a key: it needs all that begin with cd:",
    ),
    (re.compile(r"without any password configured"), _NO_PASSWORD_SET),
    (re.compile(r"\bWRONGPASS\b|invalid (username-password|password)"), _WRONG_LOGIN),
    (re.compile(r"\bNOAUTH\b|Authentication required|Protocol error: unauthenticated"), _NO_LOGIN),
    (re.compile(r"max number of clients"), "Redis has as many clients as it takes (maxclients)"),
    (re.compile(r"\bLOADING\b|is loading the dataset"), "Redis still reads its data"),
    (re.compile(r"\bMASTERDOWN\b"), "this server is a replica that has lost its master"),
)
"""Sentences for what Redis says, which differs from version to version."""


class LinkTroubleError(driver.ConnectionError):
    """A reason of our own why there is no connection; its text is a sentence as `what_is_wrong` gives it."""


def what_is_wrong(error: BaseException) -> str:
    """Returns what an error of the driver means, in at most MAX_CHARS characters and without a password."""
    known = next(filter(None, map(_sentence, _causes(error))), "")
    return shortened(known or _first_line(error))


def what_kept_us_out(error: BaseException) -> str:
    """Returns the same of an attempt to connect, which a server also ends for a reason that it does not tell."""
    sentence = what_is_wrong(error)
    return _NOT_LET_IN.get(sentence, sentence)


def shortened(text: str) -> str:
    """Returns the text, cut to MAX_CHARS characters."""
    return text if len(text) <= MAX_CHARS else f"{text[: MAX_CHARS - 3]}..."


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yields what an error comes from, the first cause first: the driver wraps what the system or OpenSSL says."""
    chain: list[BaseException] = []
    following: BaseException | None = error
    while following is not None and following not in chain:
        chain.append(following)
        if isinstance(following, LinkTroubleError):
            break  # it says what its causes mean
        following = following.__cause__ or (None if following.__suppress_context__ else following.__context__)
    yield from reversed(chain)


def _sentence(error: BaseException) -> str:
    """Returns "" for an error of no known kind."""
    match error:
        case LinkTroubleError():
            return str(error)
        case ssl.SSLCertVerificationError():
            return _OF_CODE.get(error.verify_code, f"the certificate of Redis is not taken: {error.verify_message}")
        case ssl.SSLError():
            return _of_tls(error)
        case driver.RedisError():
            return _of_redis(error)
        case OSError() | EOFError():
            return _of_system(error)
    return ""


def _of_tls(error: ssl.SSLError) -> str:
    reason: str | None = getattr(error, "reason", None)  # which one that Python raises itself lacks
    if not reason:
        return "a file or a value of the options ssl_* is none that TLS takes"
    known = (sentence for end, sentence in _OF_REASON.items() if reason.endswith(end))
    return next(known, f"TLS with Redis failed: {reason.replace('_', ' ').lower()}")


def _of_system(error: OSError | EOFError) -> str:
    match error:
        case socket.gaierror():
            return "the name of Redis's host is not known"
        case ConnectionRefusedError():
            return "nothing listens at the address of Redis"
        case ConnectionResetError() | BrokenPipeError() | EOFError():
            return _CLOSED
        case TimeoutError():
            return _LATE
    return f"Redis cannot be reached: {error.strerror}" if error.strerror else ""


def _of_redis(error: driver.RedisError) -> str:
    text = str(error)
    for pattern, sentence in _REFUSALS:
        if found := pattern.search(text):
            return sentence.format(*(each.upper().replace("|", " ") for each in found.groups()))
    match error:
        case driver.ReadOnlyError():
            return "this server is a replica now"
        case driver.AuthenticationError():
            return _WRONG_LOGIN
        case driver.TimeoutError():
            return _LATE
        case driver.ResponseError():
            return f"Redis says: {_first_line(error)}"
        case driver.ConnectionError() if "closed by server" in text:
            return _CLOSED
    return ""


def _first_line(error: BaseException) -> str:
    return next(iter(str(error).splitlines()), "") or type(error).__name__
