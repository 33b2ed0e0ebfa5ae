"""How a browser shows who works at the console: by a cookie that leads to a session; and that a form is one of ours."""

import hmac

from schemas.origin import origin_of
from service.desk import Desk
from service.domain.caller import Caller
from service.domain.session import LONGEST_MS
from service.errors import ForgedFormError
from service.use_cases.sessions import find_session
from service.web.authentication import Authentication, Json
from service.web.call import Call
from service.web.exchange import FORM, Request
from service.web.own_address import is_https, is_own_origin

COOKIE, SECURE_COOKIE = "cd", "__Host-cd"
"""What comes by https has a name that browsers take from this host alone (RFC 6265bis, 4.1.3.2)."""
CSRF_HEADER = "X-CSRF"


def cookie_name(request: Request) -> str:
    return SECURE_COOKIE if is_https(request) else COOKIE


def shown_secret(request: Request) -> str:
    """What the cookie of a session holds; "" without one."""
    return request.cookies.get(cookie_name(request), "")


def set_cookie(request: Request, secret: str) -> dict[str, str]:
    """The header that has a browser keep a session, or with "" forget it: out of reach of scripts, and not sent along
    with what other sites post."""
    seconds = LONGEST_MS // 1000 if secret else 0
    secure = "; Secure" if is_https(request) else ""
    kept = f"{cookie_name(request)}={secret}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
    return {"Set-Cookie": kept}


def csrf_of(call: Call) -> str:
    """What the forms of this session have in them; "" without a session."""
    secret = shown_secret(call.request) if call.caller else ""
    return call.desk.vault.session_csrf(secret) if secret else ""


def require_own_form(call: Call) -> None:
    """ForgedFormError unless the form, or the script, is of one of our pages and of this very session."""
    require_own_page(call)
    wanted = csrf_of(call)
    sent = call.request.headers.get(CSRF_HEADER) or call.request.get(FORM, {}).get("csrf") or ""
    if not wanted or not hmac.compare_digest(str(sent).encode("utf-8", "replace"), wanted.encode()):
        raise ForgedFormError


def require_own_page(call: Call) -> None:
    """ForgedFormError where a browser says that another site's page sends this."""
    if not is_of_own_page(call.request):
        raise ForgedFormError


def is_of_own_page(request: Request) -> bool:
    """False where a browser says that another site's page sends it."""
    site, origin = request.headers.get("Sec-Fetch-Site", "").lower(), request.headers.get("Origin")
    if site:
        return site in {"same-origin", "none"}
    return origin is None or is_own_origin(request, origin_of(origin))


def _cookie(request: Request, fields: Json) -> str:  # noqa: ARG001 it stands in the head
    return shown_secret(request)


async def _find_caller(desk: Desk, secret: str) -> Caller | None:
    found = await find_session(desk, secret)
    return found.caller if found else None


async def _find_idle_caller(desk: Desk, secret: str) -> Caller | None:
    found = await find_session(desk, secret, is_use=False)
    return found.caller if found else None


_SCHEME = {"type": "apiKey", "in": "cookie", "name": SECURE_COOKIE}
SESSION = Authentication("session", _SCHEME, _cookie, find_caller=_find_caller, ends=True)
IDLE_SESSION = Authentication("session", _SCHEME, _cookie, find_caller=_find_idle_caller, ends=True)
"""For what a page asks by itself: nobody works by that, and the session ends as if it had not been asked."""
