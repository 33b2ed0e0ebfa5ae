"""A language's texts as templates call them: messages are HTML, and values are escaped into them."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from markupsafe import Markup, escape

from service.texts.texts import Texts

MAX_LANGUAGES = 64
"""So many languages keep what is made for all their pages."""


class _PageTexts:
    """What jinja's own `gettext` and `ngettext` of the new style give, in a third of their time: a page calls them
    dozens of times."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._whole: dict[str, Markup] = {}
        """Messages without placeholders, each made once. There are only so many in the templates."""

    def gettext(self, message: str, /, **values: object) -> Markup:
        """The message in the page's language, with its values. A percent sign is written twice, as in all of them."""
        if values:
            return _filled(self._texts.gettext(message), values)
        whole = self._whole.get(message)
        if whole is None:
            whole = self._whole[message] = _filled(self._texts.gettext(message), values)
        return whole

    def ngettext(self, one: str, several: str, count: int, /, **values: object) -> Markup:
        """The form that so many things take, with its values; `count` is one of them where it is shown."""
        return _filled(self._texts.ngettext(one, several, count), values)


def _filled(message: str, values: Mapping[str, object]) -> Markup:
    return Markup(message % {name: escape(value) for name, value in values.items()})  # noqa: S704 messages are ours


@lru_cache(MAX_LANGUAGES)
def page_texts(texts: Texts) -> Mapping[str, Callable[..., Markup]]:
    """The functions of a language by the names that templates call them by."""
    made = _PageTexts(texts)
    return {"gettext": made.gettext, "ngettext": made.ngettext}
