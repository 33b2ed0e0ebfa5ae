"""A site's reasons for decisions as people read them."""

from service.domain.decision_reason import DEFAULT_REASONS
from service.domain.site import Site
from service.texts.texts import Texts


def reason_titles(site: Site, texts: Texts) -> dict[str, str]:
    """The titles of a site's reasons by their codes, in the site's order; the default ones are translated."""
    if site.reasons is None:
        return {reason.code: texts.gettext(reason.title) for reason in DEFAULT_REASONS}
    return {reason.code: reason.title for reason in site.reasons}
