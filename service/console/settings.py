"""How the console looks and is worked at: chosen here, and kept in the browser alone."""

from collections.abc import Mapping
from typing import Any

from schemas.look import LookSchema, SettingsQuery
from service.console.addresses import SETTINGS
from service.console.frame import LOOK, look_at, page, texts_at
from service.console.operation import console_page
from service.domain.look import Act, Look, changed_look, clashes, unknown_choices, write_look
from service.texts.catalogue import CATALOGUE
from service.texts.sentence import marked
from service.texts.texts import Texts
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.exchange import Request
from service.web.own_address import is_https

_ONE_YEAR = 31536000
_NO_CHOICE = marked("Choose one of these.")
_NO_KEY = marked("Each act needs one letter of its own, from a to z, and not g.")


def kept_look(request: Request, look: Look) -> dict[str, str]:
    """The header that has a browser keep a look for a year."""
    secure = "; Secure" if is_https(request) else ""
    return {"Set-Cookie": f"{LOOK}={write_look(look)}; Path=/; Max-Age={_ONE_YEAR}; SameSite=Lax{secure}"}


def fields_of(look: Look) -> dict[str, str]:
    """What stands in the fields of the form."""
    names = ("theme", "density", "language", "keys", "view", "order", "start", "veil", "marks", "signs", "pause")
    return {name: getattr(look, name) for name in names} | _fields({act: look.key(act) for act in Act})


@console_page("Show how the console looks and is worked at", query=SettingsQuery)
async def read_settings(call: Call) -> Answer:
    return _settings(call, fields_of(look_at(call)), is_saved=bool(call.query["saved"]))


@console_page("Choose how the console looks and is worked at", form=LookSchema)
async def save_settings(call: Call) -> Answer:
    """What was not sent stays as it is, so that one choice can be sent alone."""
    look, letters = look_at(call), _letters(call.body["letters"])
    given = {name: value for name, value in call.body.items() if name != "letters" and value is not None}
    mistakes = _mistakes(given, {**look.letters, **letters}, texts_at(call))
    if mistakes:
        return _settings(call, {**fields_of(look), **given, **_fields(letters)}, mistakes=mistakes)
    changed = changed_look(look, given, letters)
    return Answer(303, headers={"Location": f"{SETTINGS}?saved=1"} | kept_look(call.request, changed))


def _settings(
    call: Call, chosen: Mapping[str, str], *, mistakes: Mapping[str, str] | None = None, is_saved: bool = False
) -> Answer:
    return page(
        call,
        "console/settings.html",
        here="settings",
        status=422 if mistakes else 200,
        chosen=chosen,
        mistakes=mistakes or {},
        is_saved=is_saved,
        languages=CATALOGUE.names,
    )


def _letters(sent: Json) -> dict[Act, str]:
    """The keys that were sent; one that was left empty is the act's own again only where it is written so."""
    return {Act(act): str(letter).strip().lower() for act, letter in sent.items() if letter is not None}


def _fields(letters: Mapping[Act, str]) -> dict[str, str]:
    return {f"letters[{act}]": letter for act, letter in letters.items()}


def _mistakes(given: Mapping[str, Any], letters: Mapping[Act, str], texts: Texts) -> dict[str, str]:
    """What is wrong, by the names of fields."""
    wrong = dict.fromkeys(unknown_choices(given, CATALOGUE.languages), texts.gettext(_NO_CHOICE))
    return wrong | dict.fromkeys(_fields(dict.fromkeys(clashes(letters), "")), texts.gettext(_NO_KEY))
