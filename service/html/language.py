"""The language of a page."""

from service.domain.site import Site
from service.texts.catalogue import CATALOGUE
from service.texts.texts import Texts
from service.web.acceptance import accepted_languages
from service.web.exchange import Request


def texts_for(request: Request, site: Site | None) -> Texts:
    """Those of the site, whose readers all see the same; of no site, those of the languages that a browser accepts."""
    return CATALOGUE.of(site.language) if site else CATALOGUE.first_of(accepted_languages(request))
