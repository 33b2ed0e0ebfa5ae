"""The setup of a site: what it is called, its language, and whose pages may send to it."""

from collections.abc import Mapping

from schemas.administration import SiteChangeSchema
from schemas.setup import SavedQuery, SiteFormSchema
from service.console.frame import page, texts_at
from service.console.mistakes import mistakes_of
from service.console.operation import console_page
from service.domain.site import Site, SiteChange
from service.errors import InvalidFieldsError
from service.use_cases import sites
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked

_CHANGE = SiteChangeSchema()
_MOST_DIGITS = 9


@console_page("Show a site's setup", query=SavedQuery)
async def read_setup(call: Call) -> Answer:
    return _setup_page(call, _typed(call.known_site), is_saved=bool(call.query["saved"]))


@console_page("Change a site", form=SiteFormSchema)
async def change_setup(call: Call) -> Answer:
    try:
        wanted = checked(_CHANGE, _wanted(call.body))
    except InvalidFieldsError as error:
        return _setup_page(call, call.body, mistakes_of(error, texts_at(call)))
    change = SiteChange(
        wanted["title"],
        wanted["public_submission"],
        allowed_origins=tuple(wanted["allowed_origins"]),
        language=wanted["language"],
        waiting_target_minutes=wanted["waiting_target_minutes"] or 0,
    )
    await sites.change_site(call.desk, call.known_site, change, actor=call.known_caller.actor)
    return Answer(303, headers={"Location": f"/console/{call.known_site.site}/setup?saved=1"})


def _typed(site: Site) -> Json:
    """A site as the fields of the form have it."""
    return {
        "title": site.title,
        "language": site.language,
        "allowed_origins": "\n".join(site.allowed_origins),
        "waiting_target_minutes": str(site.waiting_target_minutes or ""),
        "public_submission": site.public_submission,
    }


def _wanted(typed: Json) -> Json:
    """The fields of the form as those of the API's call."""
    origins = [line.strip() for line in typed["allowed_origins"].splitlines() if line.strip()]
    target = typed["waiting_target_minutes"].strip()
    return {
        **typed,
        "language": typed["language"].strip(),
        "allowed_origins": origins,
        "waiting_target_minutes": _number(target) if target else None,
    }


def _number(typed: str) -> int | str:
    """What was typed as a number, where it is one: the schema refuses any other text."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) <= _MOST_DIGITS else typed


def _setup_page(
    call: Call, typed: Json, mistakes: Mapping[str, str] | None = None, *, is_saved: bool = False
) -> Answer:
    status = 422 if mistakes else 200
    return page(
        call, "console/setup.html", here="setup", status=status, typed=typed, mistakes=mistakes or {}, is_saved=is_saved
    )
