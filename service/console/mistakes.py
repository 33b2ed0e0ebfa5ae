"""What is wrong with the fields of a form of the console, said so that it can be put right."""

from collections.abc import Mapping

from service.errors import InvalidFieldsError
from service.texts.sentence import marked
from service.texts.texts import Texts

_SAID = {
    "title": marked("Write a name of one line, up to 200 characters."),
    "site": marked("Write an id of 1 to 64 small letters, digits and hyphens."),
    "language": marked("Write a language as its tag, such as de or pt-BR."),
    "allowed_origins": marked("Write origins such as https://news.example, one a line, 100 at most."),
    "waiting_target_minutes": marked("Write a number of minutes from 1 to 10,080, or nothing."),
    "name": marked("Write a name of one line, 1 to 100 characters."),
    "roles": marked("Choose what the token may do."),
    "sites": marked("Choose on which sites the token is good."),
    "expires_at": marked("Write a number of days from 1 to 3,650, or nothing."),
    "body": marked("Write a comment of 1 to 10,000 characters."),
}
_FIELD = {"role": "rights", "roles": "rights", "expires_at": "days", "sites": "reach"}
"""Fields of a call that a form has under another name."""


def mistakes_of(error: InvalidFieldsError, texts: Texts) -> Mapping[str, str]:
    """What is said of each field that is wrong, by its name in the form."""
    wrong = dict.fromkeys(name.partition(".")[0].partition("[")[0] for name in error.errors or {})
    return {_FIELD.get(name, name): texts.gettext(_SAID.get(name, error.title)) for name in wrong}
