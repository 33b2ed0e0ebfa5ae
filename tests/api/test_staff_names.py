"""Comments under names that look like those of a site's staff: held in every mode, and nobody is told why."""

from collections.abc import Callable

import pytest

from schemas.comments import CommentSchema
from service.domain.caller import Role
from service.domain.member import Member
from service.domain.token import Token
from service.domain.token_index import TokenIndex
from tests.api.client import Site, make_token, submission

AUTO = {"mode": "auto", "publish_below": 1, "reject_above": 1}
REJECTING = {"mode": "auto", "publish_below": 0, "reject_above": 0}


@pytest.fixture
def open_site(new_site: Callable[..., Site]) -> Site:
    """A site that publishes whatever it can."""
    site = new_site()
    site.set_policy(mode="postmoderate")
    return site


def reasons(site: Site, name: str) -> list[str]:
    """The reasons for which the comment of a reader of this name is held; none when it is published."""
    reply = site.website.post(site.comments(), submission(name=name))
    if reply.status == 201:
        return []
    assert (reply.status, set(reply.json), reply.json["state"]) == (202, {"comment_id", "state"}, "held")
    comment_id = reply.json["comment_id"]
    (queued,) = (each for each in site.queue(order="newest")["comments"] if each["comment_id"] == comment_id)
    CommentSchema().load(queued)
    assert queued["verdict"] == "hold"
    return [reason["code"] for reason in queued["reasons"]]


@pytest.mark.parametrize("name", ["Admin", "аdmіn", "𝐀𝐝𝐦𝐢𝐧", "m0derat0r", "Administrator 🛡️"])
@pytest.mark.parametrize("policy", [{"mode": "postmoderate"}, AUTO, REJECTING, {"mode": "premoderate"}])
def test_a_name_of_every_staff_is_held_in_every_mode(site: Site, policy: dict[str, object], name: str) -> None:
    site.set_policy(**policy)
    assert "name_of_staff" in reasons(site, name)


@pytest.mark.parametrize("role", ["moderator", "operator"])
def test_the_name_of_a_sites_own_staff_is_held_on_that_site(
    open_site: Site, new_site: Callable[..., Site], role: str
) -> None:
    assert reasons(open_site, "Jorg Mül1er") == []
    make_token(open_site.admin, role, open_site.name, name="Jörg Müller")
    assert "name_of_staff" in reasons(open_site, "Jorg Mül1er")
    other = new_site()
    other.set_policy(mode="postmoderate")
    assert reasons(other, "Jorg Mül1er") == []


def test_the_name_of_an_administrator_is_held_everywhere_until_his_token_is_revoked(open_site: Site) -> None:
    token = make_token(open_site.admin, "admin", None, name="Wilhelmina Q.")
    assert "name_of_staff" in reasons(open_site, "WlLHELMINA-Q")
    assert open_site.admin.delete(f"/v1/tokens/{token['token_id']}").status == 204
    assert reasons(open_site, "WlLHELMINA-Q") == []


def test_the_name_of_a_website_is_anybodys(open_site: Site) -> None:
    make_token(open_site.admin, "website", open_site.name, name="Harbour News")
    assert reasons(open_site, "Harbour News") == []


def test_the_name_of_a_token_that_expired_is_anybodys() -> None:
    roles, sites = frozenset({Role.MODERATOR}), frozenset({"s"})
    token = Token("t", "her phone", roles, sites, "m", created_ms=0, expires_ms=1000, digest="")
    index = TokenIndex([(token, Member("m", "Olga Former", 0))])
    assert list(index.names_of_staff("s", now_ms=999)) == ["Olga Former"]
    assert list(index.names_of_staff("s", now_ms=1000)) == list(index.names_of_staff("other", now_ms=999)) == []


def test_a_moderator_may_publish_it(open_site: Site) -> None:
    comment_id = open_site.submit(name="Admin")
    assert open_site.decide(comment_id, "approve")["state"] == "published"
