"""What a person at the console sees of an error: what happened, what was kept, what to do."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import quote

from service.console.addresses import HOME, SIGN_IN, own_next
from service.console.frame import fragment, is_fragment, page, texts_at
from service.console.navigation import ENTRIES, first_address
from service.console.session import is_of_own_page
from service.desk import Desk
from service.domain.caller import EVERY_SITE, Role
from service.domain.site import Site
from service.errors import (
    CommentNotFoundError,
    ForbiddenError,
    ForgedFormError,
    InvalidFieldsError,
    RequestError,
    RouteNotFoundError,
    UnauthenticatedError,
    UnavailableError,
)
from service.html import refusal
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.use_cases.team import whom_to_ask
from service.web import problems
from service.web.answer import Answer
from service.web.authentication import found_caller
from service.web.call import Call, ProcessContext
from service.web.exchange import FORM, Request
from service.web.own_address import local_path, own_action

_HIDDEN = frozenset({"csrf", "key", "back", "revision", "pick", "folded", "left_out"})
"""Fields of forms that nobody typed."""
_SECRET = frozenset({"token", "code"})
"""Those that no page shows again."""
_TOO_MANY = 429
_SOMEBODY = marked("whoever runs the service")
_SAID: dict[type[RequestError], str] = {
    CommentNotFoundError: marked("No such comment, or it was erased."),
    ForgedFormError: marked(
        "This form is of an older page or of another session. Nothing was done. Load its page again."
    ),
    RouteNotFoundError: marked("Perhaps its address was cut off, or the page was moved."),
    UnauthenticatedError: marked("You were signed out. Nothing was saved."),
}


class Wrong(NamedTuple):
    """What the page says, and where it leads: `again` is where the same may be asked once more, "" where that is of no
    use; `kept` are the fields that somebody typed, by name, and `sent` all, to be sent again as they came: also with
    what showed that the form is one of ours, or did not."""

    title: str
    said: str
    code: str
    onward: str
    onward_words: str
    again: str = ""
    kept: Mapping[str, str] = MappingProxyType({})
    sent: Mapping[str, str] = MappingProxyType({})
    fields: tuple[str, ...] = ()


def write_page(
    request: Request,
    site: Site | None,
    error: RequestError | None,
    request_id: str,
    *,
    desk: Desk,
    context: ProcessContext,
) -> Answer:
    """The page for a person whose request was refused, or met a mistake of our own, which is None; at the console one
    of the console's."""
    if not _is_of_console(request):
        return refusal.write_page(request, site, error, request_id)
    caller = found_caller(request, desk, desk.now_ms())
    own_site = site if site is not None and caller is not None and caller.may_act_on(site.site) else None
    call = Call(desk, request, request_id, caller, own_site, {}, {}, context)
    wrong, status = _wrong(call, error), problems.status_of(error)
    if is_fragment(call):
        return fragment(call, "console/wrong-part.html", status=status, wrong=wrong)
    return page(call, "console/wrong.html", status=status, wrong=wrong)


def _is_of_console(request: Request) -> bool:
    return f"{local_path(request)}/".startswith(f"{HOME}/")


def _wrong(call: Call, error: RequestError | None) -> Wrong:
    texts = texts_at(call)
    onward, words = _way_on(call, error, texts)
    sent = _sent(call.request) if is_of_own_page(call.request) else {}  # no words of others stand on our page
    is_worth_again = _is_worth_again(error) and (bool(sent) or call.request.method != "POST")
    return Wrong(
        _title(call, error, texts),
        _said(call, error, texts),
        problems.code_of(error),
        onward,
        words,
        again=own_action(call.request) if is_worth_again else "",
        kept={name: value for name, value in sent.items() if name.partition("[")[0] not in _HIDDEN and value},
        sent=sent,
        fields=tuple(error.errors or ()) if isinstance(error, InvalidFieldsError) else (),
    )


def _is_worth_again(error: RequestError | None) -> bool:
    """Whether the same may pass a moment later."""
    return isinstance(error, UnavailableError) or (error is not None and problems.status_of(error) == _TOO_MANY)


def _title(call: Call, error: RequestError | None, texts: Texts) -> str:
    if isinstance(error, ForbiddenError):
        is_asked = call.request.method != "POST"
        return texts.gettext("You may not open this page") if is_asked else texts.gettext("You may not do that")
    return problems.words_of(error, texts)[0]


def _said(call: Call, error: RequestError | None, texts: Texts) -> str:
    if error is None:
        said = texts.gettext("Something went wrong on our side. Number for whoever runs the desk: %(number)s.")
        return said % {"number": call.request_id}
    if isinstance(error, ForbiddenError):
        return _who_may(call, texts)
    if _is_worth_again(error):
        return _come_again(error, texts)
    for kind, said in _SAID.items():
        if isinstance(error, kind):
            return texts.gettext(said)
    return texts.say(error.detail) or texts.gettext(error.advice)


def _come_again(error: RequestError, texts: Texts) -> str:
    seconds = error.retry_after_seconds or 1
    told = texts.ngettext("Try again in a second.", "Try again in %(count)s seconds.", seconds)
    return told % {"count": texts.number(seconds)}


def _who_may(call: Call, texts: Texts) -> str:
    """Whom a page is for that the caller may not open, and whom he may ask, where the site is his."""
    path = local_path(call.request)
    if call.site is None and not path.startswith(f"{HOME}/_/"):
        return texts.gettext("This page is of a site that is not among yours.")
    roles = [entry.roles for entry in ENTRIES if f"{path}/".startswith(_address_of(entry.path, call.site))]
    if call.site and any(Role.OPERATOR in each for each in roles):
        said = texts.gettext("This page is for operators. Ask %(name)s or open the queue.")
        return said % {"name": _named(whom_to_ask(call.desk, call.site.site, Role.OPERATOR), texts)}
    if call.site and frozenset() not in roles:
        said = texts.gettext("This page is for moderators. Ask %(name)s to become one.")
        return said % {"name": _named(whom_to_ask(call.desk, EVERY_SITE, Role.ADMIN), texts)}
    said = texts.gettext("This page is for administrators. Ask %(name)s or open the queue.")
    return said % {"name": _named(whom_to_ask(call.desk, EVERY_SITE, Role.ADMIN), texts)}


def _named(name: str, texts: Texts) -> str:
    """A name within a sentence, whatever direction its letters have (Unicode, UAX #9: isolates)."""
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if name else texts.gettext(_SOMEBODY)


def _address_of(path: str, site: Site | None) -> str:
    return path.format(site=site.site if site else "") + "/"


def _way_on(call: Call, error: RequestError | None, texts: Texts) -> tuple[str, str]:
    if isinstance(error, UnauthenticatedError):
        page_asked = own_next(_sent(call.request).get("back", "")) or own_next(local_path(call.request))
        return f"{SIGN_IN}?next={quote(page_asked, safe='/')}" if page_asked else SIGN_IN, texts.gettext("Sign in")
    if call.caller and call.site and (first := first_address(call.caller, call.site)):
        return first, texts.gettext("Open the queue") if call.caller.may(Role.MODERATOR) else texts.gettext(
            "To the site"
        )
    return HOME, texts.gettext("To your sites")


def _sent(request: Request) -> dict[str, str]:
    """The fields that were sent, as far as they could be read, those within another as `pick[...]`; none of a form that
    holds a secret."""
    sent = request.get(FORM, {})
    if not _SECRET.isdisjoint(sent):
        return {}
    return dict(_flat(sent))


def _flat(sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in sent.items():
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}[{inner}]", text) for inner, text in value.items() if isinstance(text, str))
