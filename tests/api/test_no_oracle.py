"""What a stranger can ask tells him nothing of what he may not see: who wrote a comment, and what became of it."""

from collections.abc import Callable

import pytest

from tests.api.client import Json, Reply, Site, submission

ANNA, BEN = {"ip": "192.0.2.1"}, {"ip": "192.0.2.2"}
WORDS = submission(name="Anon", email="jane@ministry.example", body="I saw the papers on the second bridge.")


def send(site: Site, sent: Json, client: Json, thread: str = "t1") -> Reply:
    """As the site's own website passes a reader's comment on."""
    return site.website.post(site.comments(thread), sent | {"client": client})


@pytest.mark.parametrize("email", ["jane@ministry.example", "JANE@Ministry.example", "john@ministry.example"])
def test_a_guess_of_the_author_is_a_comment_of_its_own(site: Site, email: str) -> None:
    """Whether it is right or wrong: the name, the words and the place are public, the email is not."""
    first = send(site, WORDS, ANNA).json["comment_id"]
    site.decide(first, "approve")
    guess = send(site, WORDS | {"email": email}, BEN)
    assert (guess.status, guess.json["state"]) == (202, "held")
    assert guess.json["comment_id"] != first
    assert site.queue()["total"] == 1


def test_a_strangers_guess_too(new_site: Callable[..., Site]) -> None:
    """The website's reader and the stranger who comes directly are two."""
    site = new_site(public_submission=True)
    first = send(site, WORDS, ANNA).json["comment_id"]
    site.decide(first, "approve")
    assert site.anyone.post(site.comments(), WORDS).json["state"] == "held"


def test_the_same_reader_is_told_of_his_first_as_it_is_now(site: Site) -> None:
    first = send(site, WORDS, ANNA)
    assert (first.status, send(site, WORDS, ANNA).json) == (202, first.json)
    site.decide(first.json["comment_id"], "approve")
    again = send(site, WORDS, ANNA)
    assert (again.status, again.json) == (201, first.json | {"state": "published"})
    site.decide(first.json["comment_id"], "spam")
    assert (send(site, WORDS, ANNA).status, site.queue()["total"]) == (202, 0)


@pytest.mark.parametrize("what", ["thread", "parent_id", "name", "email", "body"])
def test_what_differs_is_no_repeat(site: Site, what: str) -> None:
    """One person answers two people with the same short words."""
    parent = site.publish("t1")
    first = send(site, WORDS, ANNA).json["comment_id"]
    changes = {"name": "Anonyma", "email": "joan@ministry.example", "body": "I saw the papers.", "parent_id": parent}
    sent = WORDS | ({what: changes[what]} if what in changes else {})
    assert send(site, sent, ANNA, "t2" if what == "thread" else "t1").json["comment_id"] != first


def test_without_the_readers_address_every_comment_is_one(site: Site) -> None:
    """Its Idempotency-Key alone says what is a repeat."""
    ids = {site.website.post(site.comments(), WORDS).json["comment_id"] for _ in range(3)}
    kept = {site.website.post(site.comments(), WORDS, key="k").json["comment_id"] for _ in range(3)}
    assert (len(ids), len(kept), site.queue()["total"]) == (3, 1, 4)
    lines = site.admin.get("/metrics").body.decode().splitlines()
    assert f'commentdesk_unknown_readers_total{{site="{site.name}"}} 4.0' in lines


def test_who_is_banned_is_told_what_everybody_is(site: Site) -> None:
    """When he sends, when he sends again, by his receipt, and by what his website may ask."""
    others = WORDS | {"email": "joan@ministry.example", "receipt": True}
    author = site.moderator.post(
        f"/v1/sites/{site.name}/authors/lookups", {"email": WORDS["email"], "create": True}
    ).json
    assert site.moderator.put(f"/v1/sites/{site.name}/authors/{author['author_id']}/ban", {}).status == 200
    for sent in (WORDS | {"receipt": True}, others):
        for _ in range(2):
            receipt = send(site, sent, ANNA)
            assert (receipt.status, receipt.json["state"]) == (202, "held")
    banned, held = (send(site, sent, ANNA) for sent in (WORDS | {"receipt": True}, others))
    assert without_ids(banned) == without_ids(held)
    told = [site.website.get(site.comment(each.json["comment_id"])) for each in (banned, held)]
    assert without_ids(told[0]) == without_ids(told[1])
    proofs = [{"receipt": each.json["receipt"]} for each in (banned, held)]
    asked = [site.anyone.post(f"{site.path}/receipts", proof) for proof in proofs]
    assert without_ids(asked[0]) == without_ids(asked[1])
    assert site.queue()["total"] == 1


def without_ids(reply: Reply) -> Json:
    """An answer without what differs from comment to comment."""
    own = {"comment_id", "receipt", "submitted_at"}
    return {"status": reply.status, "length": len(reply.body)} | {
        name: value for name, value in reply.json.items() if name not in own
    }


def test_a_thread_tells_nothing_of_comments_that_nobody_may_see(site: Site) -> None:
    """Not whether there are any, nor when the first came: also not by its ETag."""
    unknown = site.anyone.get(site.comments())
    assert (unknown.status, unknown.json["count"], unknown.json["comments"]) == (200, 0, [])
    comment_id = site.submit()
    site.decide(comment_id, "reject")
    same = site.anyone.get(site.comments())
    assert (same.body, same.headers["etag"]) == (unknown.body, unknown.headers["etag"])
    assert site.anyone.get(site.comments(), If_None_Match=unknown.headers["etag"]).status == 304
    site.decide(comment_id, "approve")
    assert site.anyone.get(site.comments()).headers["etag"] != unknown.headers["etag"]
