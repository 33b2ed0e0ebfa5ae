"""A token that is wanted by a form, and the page that shows it this once."""

from schemas.tokens import NewTokenSchema
from service.console.frame import page
from service.domain.caller import EVERY_SITE, Role
from service.domain.token import MadeToken, NewToken
from service.errors import InvalidFieldsError
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked

RIGHTS = {
    "moderator": (Role.MODERATOR,),
    "operator": (Role.OPERATOR,),
    "both": (Role.MODERATOR, Role.OPERATOR),
    "website": (Role.WEBSITE,),
    "admin": (Role.ADMIN,),
}
"""What the form offers, by the value of its choice."""
HERE, EVERYWHERE = "here", "everywhere"
MOST_DAYS = 3650
_DAY_MS = 86_400_000
_EMPTY: Json = {"name": "", "rights": "moderator", "reach": HERE, "days": ""}
_SCHEMA = NewTokenSchema()


def new_token_form() -> Json:
    """The fields of the form before anything is typed."""
    return dict(_EMPTY)


def new_token(call: Call, member_id: str | None) -> NewToken:
    """The token that the form asks for: of a new member of its name, or of the member named. InvalidFieldsError."""
    typed = call.body
    wanted = checked(_SCHEMA, {"name": typed["name"], **_rights(typed, call.known_site.site)})
    return NewToken(
        wanted["name"],
        frozenset(map(Role, wanted["roles"])),
        frozenset(wanted["sites"]),
        expires_ms=_expires_ms(typed["days"].strip(), call.desk.now_ms()),
        member_id=member_id,
        member_name=wanted["name"],
    )


def made_token_page(call: Call, made: MadeToken) -> Answer:
    """The token itself, to be copied: it is kept nowhere."""
    return page(call, "console/made-token.html", here="setup", made=made)


def _rights(typed: Json, site: str) -> Json:
    roles = RIGHTS.get(typed["rights"], ())
    is_everywhere = typed["reach"] == EVERYWHERE or Role.ADMIN in roles
    return {"roles": list(roles), "sites": [EVERY_SITE if is_everywhere else site]}


def _expires_ms(days: str, now_ms: int) -> int | None:
    if not days:
        return None
    if not (days.isascii() and days.isdecimal() and len(days) <= len(str(MOST_DAYS)) and 1 <= int(days) <= MOST_DAYS):
        raise InvalidFieldsError(errors={"expires_at": ["Not a number of days."]})
    return now_ms + int(days) * _DAY_MS
