"""The environment variables that Kubernetes adds to containers for each Service, named after it."""

import re

from schemas.node import is_address
from schemas.settings import PREFIX

_SERVICE = f"{PREFIX}(?:[A-Z0-9_]+_)?"
"""A Service called `commentdesk`, or `commentdesk-` and more."""
_URL = re.compile(r"(tcp|udp|sctp)://(\[[0-9a-f:.]+\]|[0-9.]+):[0-9]{1,5}")
_PORT = re.compile(r"[0-9]{1,5}")
_PROTOCOL = re.compile(r"tcp|udp|sctp")
_IS_ADDRESS = tuple(re.compile(_SERVICE + name) for name in ("SERVICE_HOST", "PORT_[0-9]+_(TCP|UDP|SCTP)_ADDR"))
_IS_TEXT = (
    (re.compile(_SERVICE + "(PORT|PORT_[0-9]+_(TCP|UDP|SCTP))"), _URL),
    (re.compile(_SERVICE + "(SERVICE_PORT|SERVICE_PORT_[A-Z0-9_]+|PORT_[0-9]+_(TCP|UDP|SCTP)_PORT)"), _PORT),
    (re.compile(_SERVICE + "PORT_[0-9]+_(TCP|UDP|SCTP)_PROTO"), _PROTOCOL),
)


def is_service_link(variable: str, value: str) -> bool:
    """Returns whether a variable is one that Kubernetes adds: its name and its value both have the shape.

    `COMMENTDESK_PORT=tcp://10.96.0.12:8080` is one, `COMMENTDESK_PORT=8080` is a setting.
    """
    if any(name.fullmatch(variable) for name in _IS_ADDRESS):
        return is_address(value)
    return any(name.fullmatch(variable) and text.fullmatch(value) for name, text in _IS_TEXT)
