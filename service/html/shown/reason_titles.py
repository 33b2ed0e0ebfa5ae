"""A site's reasons for decisions as people read them."""

from service.domain.decision_reason import DEFAULT_REASONS
from service.domain.site import Site
from service.texts.texts import Texts


def reason_titles(site: Site, texts: Texts) -> dict[str, str]:
    """The titles of a site's reasons by their codes, in the site's order; the default ones are translated."""
    if site.reasons is None:
        return {reason.code: texts.gettext(reason.title) for reason in DEFAULT_REASONS}
    return {reason.code: reason.title for reason in site.reasons}


def known_titles(site: Site, texts: Texts) -> dict[str, str]:
    """The same with those that the site has no longer: decisions carry their codes."""
    default = {reason.code: texts.gettext(reason.title) for reason in DEFAULT_REASONS}
    return default | {reason.code: reason.title for reason in site.retired_reasons} | reason_titles(site, texts)
