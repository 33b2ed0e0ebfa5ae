"""What stands around every page of the console: who is at work, on which site, where he may go, and how it looks."""

from collections.abc import Mapping
from dataclasses import dataclass

from service.console.navigation import Link, links_of
from service.console.session import csrf_of
from service.domain.look import Look, read_look
from service.domain.site import Site
from service.html import render
from service.texts.catalogue import CATALOGUE
from service.texts.texts import Texts
from service.version import own_version
from service.web.acceptance import accepted_languages
from service.web.answer import Answer
from service.web.call import Call

LOOK = "cd-look"
"""The cookie of the look. It is no secret and says nothing of its owner, so scripts may read it."""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types commentdesk"
    ),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What the frame shows. `person` is the member's name, "" where nobody is signed in; `site` is None on pages of no
    site; `here` is the name of the entry whose page it is; `csrf` goes into every form."""

    look: Look
    person: str
    site: Site | None
    links: tuple[Link, ...]
    here: str
    csrf: str
    waiting: int | None
    version: str

    @property
    def initials(self) -> str:
        """The first letters of the first and the last word of the name."""
        words = self.person.split()
        return "".join(word[0] for word in dict.fromkeys((words[0], words[-1]))).upper() if words else ""


def look_at(call: Call) -> Look:
    """The look that the caller's browser keeps."""
    return read_look(call.request.cookies.get(LOOK, ""), CATALOGUE.languages)


def texts_at(call: Call) -> Texts:
    """The language that he chose, else the best of those that his browser accepts."""
    language = look_at(call).language
    return CATALOGUE.of(language) if language else CATALOGUE.first_of(accepted_languages(call.request))


def frame_of(call: Call, here: str = "", *, waiting: int | None = None) -> Frame:
    """The frame of a page; `waiting` is how many comments wait on its site, where that is known."""
    caller, site = call.caller, call.site
    return Frame(
        look_at(call),
        caller.name if caller else "",
        site,
        tuple(links_of(caller, site)) if caller and site else (),
        here=here,
        csrf=csrf_of(call),
        waiting=waiting,
        version=own_version(),
    )


def page(
    call: Call,
    template: str,
    *,
    here: str = "",
    waiting: int | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: object,
) -> Answer:
    """A page of the console, made of a template that extends `console/frame.html`, and its values."""
    frame = frame_of(call, here, waiting=waiting)
    return render.page(template, texts_at(call), status, HEADERS | dict(headers or {}), frame=frame, **values)


def fragment(call: Call, template: str, *, status: int = 200, **values: object) -> Answer:
    """A part of a page for a script that asked for it; its template draws no frame around it."""
    return render.page(template, texts_at(call), status, HEADERS, frame=frame_of(call), **values)


def is_fragment(call: Call) -> bool:
    """Whether a script sent the form and puts the part that changes into its page."""
    return call.request.headers.get("CD-Fragment") == "1"
