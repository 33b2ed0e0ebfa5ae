"""How sites are stored: what older versions wrote is read as it was meant."""

import pytest

from service.domain.decision_reason import DecisionReason
from service.domain.site import Site
from service.store.json_records import UNREADABLE
from service.store.sites import pack_site, unpack_site


def test_a_site_is_read_as_it_was_written() -> None:
    site = Site("news", "The News", language="pt-BR", waiting_target_minutes=30)
    assert unpack_site("news", pack_site(site)) == site


def test_reasons_are_read_as_they_were_written_and_those_that_are_gone_too() -> None:
    rude, loud = DecisionReason("rude", "Rude", is_public=True), DecisionReason("loud", "Loud", is_public=False)
    site = Site("news", reasons=(rude,), retired_reasons=(loud,))
    assert unpack_site("news", pack_site(site)) == site
    before = {name: value for name, value in pack_site(site).items() if name != "retired_reasons"}
    assert unpack_site("news", before).retired_reasons == ()


@pytest.mark.parametrize("gone", ["rude", 1, [["rude"]], [["rude", 1, True]], [["a", "a", True]] * 51])
def test_reasons_that_are_none_make_a_site_unreadable(gone: object) -> None:
    with pytest.raises(UNREADABLE):
        unpack_site("news", pack_site(Site("news")) | {"retired_reasons": gone})


def test_a_site_of_a_version_without_languages_is_english() -> None:
    record = pack_site(Site("news", language="de"))
    del record["language"]
    assert unpack_site("news", record).language == "en"


@pytest.mark.parametrize("target", [-1, 10_081, 1.5, "30", None, True])
def test_a_target_that_no_site_could_have_makes_it_unreadable(target: object) -> None:
    record = pack_site(Site("news")) | {"waiting_target_minutes": target}
    with pytest.raises(UNREADABLE):
        unpack_site("news", record)
