"""The console's page of the audit log: who may read it, what is found, and what is said of the chain."""

import pytest

from service.store import keys
from tests.application.conftest import Application
from tests.application.test_audit import sealed, submit
from tests.application.test_console_rules import signed_in
from tests.servers import RedisServer, client_of

AUDIT = "/console/default/audit"


async def test_an_operator_reads_the_log_and_a_moderator_does_not(application: Application) -> None:
    operator = await signed_in(application, "operator")
    page = await operator.get(AUDIT)
    assert page.status == 200
    assert f'href="{AUDIT}"' in page.text
    moderator = await signed_in(application, "moderator")
    assert (await moderator.get(AUDIT)).status == 403


async def test_the_whole_log_is_verified_when_it_is_asked(application: Application) -> None:
    operator = await signed_in(application, "operator")
    page = await operator.get(AUDIT + "?verify=1")
    assert page.status == 200
    assert "Verified:" in page.text or "There is no log yet." in page.text


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
    assert "Verified: nothing was changed" in (await operator.get(AUDIT + "?verify=1")).text
    with client_of(one_server.url) as client:
        client.append(keys.audit_keys("default").checkpoints, b"x")
    told = (await operator.get(AUDIT + "?verify=1")).text
    assert "The log is not the one that was sealed:" in told
    assert "bytes of checkpoints" in told
