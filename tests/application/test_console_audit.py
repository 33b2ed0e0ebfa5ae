"""The console's page of the audit log: who may read it, what is found, and what is said of the chain."""

from urllib.parse import urlencode

import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.application.test_audit import sealed, submit
from tests.application.test_console_rules import signed_in
from tests.hostile_texts import HOSTILE_TEXTS
from tests.servers import RedisServer, client_of

AUDIT = "/console/default/audit"


async def test_an_operator_reads_the_log_and_a_moderator_does_not(application: Application) -> None:
    operator = await signed_in(application, "operator")
    page = await operator.get(AUDIT)
    assert page.status == 200
    assert f'href="{AUDIT}"' in page.text
    moderator = await signed_in(application, "moderator")
    assert (await moderator.get(AUDIT)).status == 403


async def test_the_state_of_the_chain_is_always_told(application: Application) -> None:
    operator = await signed_in(application, "operator")
    page = await operator.get(AUDIT)
    assert "Verified on " in page.text or "There is no log yet." in page.text
    assert 'role="status"' in page.text


async def test_a_wrong_filter_hides_no_state(application: Application) -> None:
    operator = await signed_in(application, "operator")
    await submit(application)
    await sealed(application, "submitted", 1)
    assert "nothing was changed" in (await operator.get(AUDIT + "?since=yesterday")).text


@pytest.mark.parametrize(
    ("query", "field"), [("since=yesterday", "since"), ("act=No+act", "act"), ("actor=" + "x" * 100, "actor")]
)
async def test_a_wrong_filter_is_named_and_kept(application: Application, query: str, field: str) -> None:
    operator = await signed_in(application, "operator")
    page = await operator.get(f"{AUDIT}?{query}")
    assert page.status == 422
    assert f'id="{field}-mistake"' in page.text


async def test_filters_and_an_unknown_page_are_taken(application: Application) -> None:
    operator = await signed_in(application, "operator")
    assert (await operator.get(AUDIT + "?actor=machine&act=decided&since=2026-01-01")).status == 200
    assert (await operator.get(AUDIT + "?cursor=nonsense")).status == 422


async def test_a_log_that_was_changed_is_told(application: Application, one_server: RedisServer) -> None:
    await submit(application)
    await sealed(application, "submitted", 1)
    operator = await signed_in(application, "operator")
    for query in ("", "?verify=1"):
        assert "nothing was changed, removed or put in between" in (await operator.get(AUDIT + query)).text
    with client_of(one_server.url) as client:
        client.append(keys.audit_keys("default").checkpoints, b"x")
    assert "nothing was changed" in (await operator.get(AUDIT)).text  # it was found so within the minute, and says when
    for query in ("?verify=1", "", "?act=decided"):
        told = (await operator.get(AUDIT + query)).text
        assert "The log is not the one that was sealed" in told
        assert "bytes of checkpoints" in told
        assert told.index("bytes of checkpoints") < told.index("<table" if "<table" in told else "No entry found")


async def test_who_did_it_stands_by_name_and_leads_to_all_that_he_did(application: Application) -> None:
    await submit(application)
    await sealed(application, "submitted", 1)
    operator = await signed_in(application, "operator")
    assert f'href="{AUDIT}?actor=admin"><bdi>administrator</bdi>' in (await operator.get(AUDIT)).text
    theirs = (await operator.get(AUDIT + "?actor=admin")).text
    assert "submitted" in theirs
    assert "log_begun" not in theirs


async def test_from_which_entry_on_the_log_is_in_doubt_is_told(
    application: Application, one_server: RedisServer
) -> None:
    await submit(application)
    await sealed(application, "submitted", 1)
    with client_of(one_server.url) as client:
        key = keys.audit_keys("default").tail
        client.set(key, client.get(key).replace(b"submitted", b"submirred"))
    operator = await signed_in(application, "operator")
    assert "Entries are in doubt from no. 0 on." in (await operator.get(AUDIT)).text
    german = (await operator.get(AUDIT, **{"Accept-Language": "de"})).text
    assert "Zweifelhaft sind Einträge ab Nr. 0." in german


async def test_what_is_typed_into_the_filters_stays_a_text(application: Application) -> None:
    operator = await signed_in(application, "operator")
    for text in HOSTILE_TEXTS[::7]:
        typed = urlencode({"actor": text[:200], "act": text[:200], "since": text[:40]}, errors="replace")
        page = await operator.get(f"{AUDIT}?{typed}")
        assert page.status in (200, 400, 422)
        assert "<script>alert" not in page.text
        assert 'onmouseover="alert' not in page.text
