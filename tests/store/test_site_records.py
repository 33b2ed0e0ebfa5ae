"""How sites are stored: what older versions wrote is read as it was meant."""

from service.domain.site import Site
from service.store.sites import pack_site, unpack_site


def test_a_site_is_read_as_it_was_written() -> None:
    site = Site("news", "The News", language="pt-BR")
    assert unpack_site("news", pack_site(site)) == site


def test_a_site_of_a_version_without_languages_is_english() -> None:
    record = pack_site(Site("news", language="de"))
    del record["language"]
    assert unpack_site("news", record).language == "en"
