"""The service's address as a person copies it from a page."""

import re

from service.web.call import Call
from service.web.own_address import own_path, told_host, told_scheme

_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_USUAL_HOST = "127.0.0.1:8080"


SIGN_IN_LINK = "/console/_/link"


def sign_in_address(call: Call, secret: str) -> str:
    """The address of a one-time link; what stands behind `#` a browser sends to no server."""
    return f"{shown_address(call)}{SIGN_IN_LINK}#{secret}"


def shown_address(call: Call) -> str:
    """The service's public address, or the one that its caller came to, for a shell to be typed in; a plain one in the
    place of what could be more than a host."""
    public_url, request = call.context.public_url, call.request
    if public_url is not None:
        return public_url.url
    scheme = told_scheme(request, call.context.trusted_proxies) or request.scheme
    host = told_host(request) or request.host
    return f"{scheme}://{host if _HOST.fullmatch(host) else _USUAL_HOST}{own_path(request)}"
