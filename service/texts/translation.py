"""A file with a translation, as translators' tools write it (gettext's PO)."""

import re
from collections.abc import Iterator, Sequence
from gettext import GNUTranslations
from importlib.resources.abc import Traversable
from io import BytesIO

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from service.texts.texts import Texts

SUFFIX = ".po"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_TAG = re.compile(r"<[^>]*>")


def read_translation(file: Traversable) -> Texts:
    """The texts of a file that is called after its language, `pt-BR.po`. A translation that is marked as fuzzy is left
    out. UnknownLocaleError for a language that Babel does not know; ValueError where a translation could not be shown,
    as its placeholders or HTML tags are not those of its message."""
    language = file.name.removesuffix(SUFFIX)
    locale = Locale.parse(language, sep="-")
    with file.open("rb") as content:
        catalogue = read_po(content, locale)
    misfits = list(_misfits(catalogue))
    if misfits:
        raise ValueError("\n".join([f"{file.name} has translations that do not fit their messages:", *misfits]))
    return Texts(language, _compiled(catalogue), locale)


def _compiled(catalogue: Catalog) -> GNUTranslations:
    content = BytesIO()
    write_mo(content, catalogue)
    content.seek(0)
    return GNUTranslations(content)


def _misfits(catalogue: Catalog) -> Iterator[str]:
    for message in catalogue:
        if message.id and not message.fuzzy:
            ids = _forms(message.id)
            yield from (form for form in _forms(message.string or "") if form and not _fits(form, ids))


def _forms(of_message: str | Sequence[str]) -> tuple[str, ...]:
    """A message or a translation alone; or in its forms for one, several, and what else a language has."""
    return (of_message,) if isinstance(of_message, str) else tuple(of_message)


def _fits(form: str, ids: tuple[str, ...]) -> bool:
    """Whether a form of a translation has the HTML tags of its message, and no placeholder that gets no value. Those of
    any form of the message get one: some languages need `%(count)s` where English says "one"."""
    has_stray_percent = "%" in _PLACEHOLDER.sub("", form.replace("%%", ""))
    has_known_names = {*_PLACEHOLDER.findall(form)} <= {*_PLACEHOLDER.findall("".join(ids))}
    has_its_tags = sorted(_TAG.findall(form)) in [sorted(_TAG.findall(each)) for each in ids]
    return has_known_names and has_its_tags and not has_stray_percent
