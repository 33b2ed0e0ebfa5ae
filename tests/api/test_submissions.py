"""A reader's comment on its way in: JSON and forms, what is kept of it, and what its sender is told."""

import json
import re
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from schemas.comments import FullCommentSchema
from schemas.submissions import ReceiptSchema
from tests.api.client import Reply, Site, submission

URLENCODED = "application/x-www-form-urlencoded"


def multipart(fields: dict[str, str], boundary: str = "----edge0123456789") -> tuple[bytes, str]:
    """A form as a browser sends it, and its content type."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="'
    parts = [f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items()]
    return "".join([*parts, f"--{boundary}--\r\n"]).encode(), f"multipart/form-data; boundary={boundary}"


def post_form(site: Site, fields: dict[str, Any], *, thread: str = "t1", **headers: str) -> Reply:
    sent = {"Content-Type": URLENCODED, **headers}
    return site.website.ask("POST", site.comments(thread), raw=urlencode(fields).encode(), headers=sent)


def test_a_held_comment_gets_202_and_where_it_is(site: Site) -> None:
    reply = site.website.post(site.comments(), submission())
    receipt = reply.fits(ReceiptSchema, 202)
    assert receipt["state"] == "held"
    assert re.fullmatch(r"[0-9a-z]{16}", receipt["comment_id"])
    assert reply.headers["location"] == site.comment(receipt["comment_id"])
    assert site.moderator.get(reply.headers["location"]).status == 200


def test_a_published_comment_gets_201(site: Site) -> None:
    site.set_policy(mode="postmoderate")
    receipt = site.website.post(site.comments(), submission()).fits(ReceiptSchema, 201)
    assert receipt["state"] == "published"
    assert [comment["comment_id"] for comment in site.read()["comments"]] == [receipt["comment_id"]]


def test_all_that_a_website_sends_is_kept(site: Site) -> None:
    parent = site.publish()
    sent = submission(
        website="https://reader.example/page?x=1",
        parent_id=parent,
        article={"title": "The harbour", "url": "https://news.example/harbour"},
        client={"ip": "2001:db8:0:0::1", "user_agent": "Browser/1", "referrer": "https://news.example/"},
    )
    comment_id = site.website.post(site.comments(), sent).fits(ReceiptSchema, 202)["comment_id"]
    comment = site.moderator.get(site.comment(comment_id)).fits(FullCommentSchema)
    for name in ("name", "email", "body", "website", "parent_id"):
        assert comment[name] == sent[name]
    assert comment["client"] == {"user_agent": "Browser/1", "referrer": "https://news.example/"}
    settings = site.website.get(site.thread()).json
    assert (settings["title"], settings["url"]) == ("The harbour", "https://news.example/harbour")


@pytest.mark.parametrize("website", [None, "", "   "])
def test_no_website_is_null(site: Site, website: str | None) -> None:
    assert site.read_full(site.submit(website=website))["website"] is None


@pytest.mark.parametrize("name", ["website", "parent_id", "article", "client"])
def test_optional_fields_may_be_null(site: Site, name: str) -> None:
    assert site.website.post(site.comments(), submission(**{name: None})).status == 202


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Cafe\u0301 au lait for the whole town", "Caf\u00e9 au lait for the whole town"),
        ("  \t\n A line with room around it \n\n", "A line with room around it"),
        ("one line\r\nand another\r\n\r\nand one more", "one line\nand another\n\nand one more"),
        ("a tab\there and\nthere", "a tab\there and\nthere"),
        ("<b>bold</b> & <script>alert(1)</script>", "<b>bold</b> & <script>alert(1)</script>"),
        ("\u202eright to left\u202c, and \u200bno width", "\u202eright to left\u202c, and \u200bno width"),
        ("two\u2028lines and\u2029two paragraphs", "two\nlines and\ntwo paragraphs"),
        ("\U0001f389 \U0001f9d1\u200d\U0001f4bb \U0010fffd", "\U0001f389 \U0001f9d1\u200d\U0001f4bb \U0010fffd"),
    ],
)
def test_text_is_kept_in_nfc_trimmed_and_otherwise_as_sent(site: Site, sent: str, kept: str) -> None:
    comment_id = site.publish(body=sent)
    assert site.read_full(comment_id)["body"] == kept
    assert site.read()["comments"][0]["body"] == kept


def test_the_longest_fields_are_taken_whole(site: Site) -> None:
    longest = {
        "name": "N" * 100,
        "email": "e" * 242 + "@" + "d" * 11,
        "body": "\u20ac" * 10_000,
        "website": "https://w.example/" + "p" * 2030,
    }
    comment = site.read_full(site.submit(**longest))
    assert {name: comment[name] for name in longest} == longest


def test_lengths_count_code_points_after_composing_and_trimming(site: Site) -> None:
    assert site.read_full(site.submit(name=" " + "e\u0301" * 100 + " "))["name"] == "\u00e9" * 100


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u3000\n "),
        ("name", "N" * 101),
        ("name", "\u200b"),
        ("name", "\u3164"),
        ("name", "\x00\x1b"),
        ("name", "a" + "\u0301" * 31),
        ("name", 7),
        ("name", None),
        ("name", ["a"]),
        ("name", True),
        ("email", ""),
        ("email", "a@"),
        ("email", "@b"),
        ("email", "a@b@c"),
        ("email", "a b@c.example"),
        ("email", "a@b.example\nBcc: c@d.example"),
        ("email", "e" * 250 + "@d.ex"),
        ("email", {"address": "a@b.example"}),
        ("body", ""),
        ("body", "\u00a0\r\n\t"),
        ("body", "b" * 10_001),
        ("body", "\U0001f389" * 10_001),
        ("body", "\u3164\n\u200b"),
        ("body", "a" + "\u0315\u0334" * 16),
        ("body", 1e300),
        ("website", 5),
        ("parent_id", "x"),
        ("parent_id", "0" * 17),
        ("parent_id", "../../secret1234"),
        ("parent_id", "0123456789abcdef\n"),
        ("parent_id", 1234567890123456),
    ],
)
def test_a_wrong_field_is_named(site: Site, field: str, value: object) -> None:
    site.website.post(site.comments(), submission(**{field: value})).refuses(422, "invalid_fields", field)
    assert site.queue()["total"] == 0


@pytest.mark.parametrize("what", ["json", "form"])
def test_of_thousands_of_unknown_fields_a_few_are_named(site: Site, what: str) -> None:
    sent = submission() | {f"name {number}": "" for number in range(190 if what == "form" else 3000)}
    if what == "form":
        assert post_form(site, sent).status == 303
        return
    errors = site.website.post(site.comments(), sent).problem()["errors"]
    assert len(errors) == 20
    assert all(messages == ["Unknown field."] for messages in errors.values())


def test_every_wrong_field_is_named_at_once(site: Site) -> None:
    wrong = {
        "name": "",
        "email": "nobody",
        "website": 5,
        "parent_id": "?",
        "article": {"title": "t\x00", "url": "gopher://old.example", "author": "me"},
        "client": {"ip": "300.1.2.3", "user_agent": "u" * 1001},
        "colour": "red",
    }
    named = "name email body website parent_id colour"
    site.website.post(site.comments(), wrong).refuses(422, "invalid_fields", *named.split())


@pytest.mark.parametrize("name", ["name", "email", "body"])
def test_a_missing_field_is_named(site: Site, name: str) -> None:
    sent = submission()
    del sent[name]
    site.website.post(site.comments(), sent).refuses(422, "invalid_fields", name)


@pytest.mark.parametrize("content", [None, [], [submission()], "text", 5, True])
def test_json_that_is_no_object_is_refused(site: Site, content: object) -> None:
    site.website.post(site.comments(), content).refuses(422, "invalid_fields", "_body")


class TestParents:
    def test_a_published_comment_of_the_thread_may_be_replied_to(self, site: Site) -> None:
        parent = site.publish()
        child = site.publish(parent_id=parent)
        assert [(c["comment_id"], c["parent_id"]) for c in site.read()["comments"]] == [(parent, None), (child, parent)]

    @pytest.mark.parametrize("decision", [None, "reject", "spam"])
    def test_a_comment_that_is_not_published_may_not(self, site: Site, decision: str | None) -> None:
        parent = site.submit()
        if decision:
            site.decide(parent, decision)
        self._refused(site, parent)

    def test_one_that_is_no_longer_published_may_not(self, site: Site) -> None:
        parent = site.publish()
        site.undo(parent)
        self._refused(site, parent)

    def test_an_unknown_one_may_not(self, site: Site) -> None:
        self._refused(site, "0123456789abcdef")

    def test_one_of_another_thread_may_not(self, site: Site) -> None:
        self._refused(site, site.publish(thread="t2"))

    def test_one_of_another_site_may_not(self, site: Site, new_site: Callable[..., Site]) -> None:
        self._refused(site, new_site().publish())

    def _refused(self, site: Site, parent: str) -> None:
        reply = site.website.post(site.comments(), submission(parent_id=parent))
        reply.refuses(422, "invalid_fields", "parent_id")


class TestForms:
    def test_a_form_goes_back_to_the_article(self, site: Site) -> None:
        site.website.put(site.thread(), {"url": "https://news.example/harbour?page=2#top"})
        reply = post_form(site, submission())
        assert (reply.status, reply.body) == (303, b"")
        back = urlsplit(reply.headers["location"])
        query = parse_qs(back.query)
        assert (back.scheme, back.netloc, back.path) == ("https", "news.example", "/harbour")
        assert (query["page"], query["commentdesk"]) == (["2"], ["held"])
        (comment_id,) = query["comment_id"]
        assert back.fragment == f"comment-{comment_id}"
        assert site.queue()["comments"][0]["comment_id"] == comment_id

    def test_a_form_says_that_the_comment_is_published(self, site: Site) -> None:
        site.set_policy(mode="postmoderate")
        site.website.put(site.thread(), {"url": "https://news.example/harbour"})
        assert "?commentdesk=published&" in post_form(site, submission()).headers["location"]

    def test_without_an_address_it_goes_back_to_where_it_came_from(self, site: Site) -> None:
        reply = post_form(site, submission(), Referer="https://news.example/came-from")
        assert reply.headers["location"].startswith("https://news.example/came-from?commentdesk=held&")

    def test_an_address_from_before_the_site_listed_its_own_leads_nowhere(self, site: Site) -> None:
        site.website.put(site.thread(), {"url": "https://evil.example/"})
        site.admin.patch(site.path, {"allowed_origins": ["https://news.example"]})
        reply = post_form(site, submission(), Referer="https://news.example/came-from")
        assert reply.headers["location"].startswith("https://news.example/came-from?commentdesk=held&")

    @pytest.mark.parametrize("referrer", ["javascript:alert(1)", "https://a b/", "", "nowhere"])
    def test_without_any_address_it_goes_to_the_thread(self, site: Site, referrer: str) -> None:
        reply = post_form(site, submission(), thread="a/b c", Referer=referrer)
        assert reply.headers["location"] == site.comments("a/b c")

    def test_a_stranger_cannot_choose_where_it_goes(self, new_site: Callable[..., Site]) -> None:
        site = new_site(public_submission=True)
        fields = submission() | {"article.url": "https://evil.example/", "article[url]": "https://evil.example/"}
        sent = {"Content-Type": URLENCODED, "Referer": "https://evil.example/"}
        reply = site.anyone.ask("POST", site.comments(), raw=urlencode(fields).encode(), headers=sent)
        assert reply.status == 303
        assert reply.headers["location"] == site.comments()

    def test_a_strange_referrer_makes_no_strange_answer(self, site: Site) -> None:
        sent = urlencode(submission()).encode()
        head = (
            f"POST {site.comments()} HTTP/1.1\r\nHost: news.example\r\nConnection: close\r\n"
            f"Authorization: Bearer {site.website.token}\r\nContent-Type: {URLENCODED}\r\n"
            f"Content-Length: {len(sent)}\r\n"
        )
        strange = b"Referer: https://news.example/\xff\xfe\r\n\r\n"
        (reply,) = site.anyone.send_bytes(head.encode() + strange + sent)
        assert reply.status == 303

    def test_multipart_is_taken(self, site: Site) -> None:
        fields = submission(body="L\u00ednea uno\r\nl\u00ednea dos", website="https://reader.example")
        raw, content_type = multipart(fields)
        reply = site.website.ask("POST", site.comments(), raw=raw, headers={"Content-Type": content_type})
        assert reply.status == 303
        (comment,) = site.queue()["comments"]
        assert comment["body"] == "L\u00ednea uno\nl\u00ednea dos"
        assert (comment["name"], comment["website"]) == (fields["name"], fields["website"])

    @pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
    @pytest.mark.parametrize("name", ["submit", "redirect_to", "article[x]", "client.colour", "", "a[b][c]"])
    def test_what_is_unknown_is_ignored(self, site: Site, kind: str, name: str) -> None:
        fields = submission() | {name: "Post Comment"}
        raw, content_type = multipart(fields) if kind == "multipart" else (urlencode(fields).encode(), URLENCODED)
        reply = site.website.ask("POST", site.comments(), raw=raw, headers={"Content-Type": content_type})
        assert reply.status == 303, reply.body

    @pytest.mark.parametrize("spelling", ["article.{}", "article[{}]"])
    def test_the_article_comes_along(self, site: Site, spelling: str) -> None:
        article = {spelling.format("title"): "The harbour", spelling.format("url"): "https://news.example/h"}
        assert post_form(site, submission() | article).headers["location"].startswith("https://news.example/h?")
        assert site.website.get(site.thread()).json["title"] == "The harbour"

    def test_empty_optional_fields_are_none(self, site: Site) -> None:
        assert post_form(site, submission(website="", parent_id="")).status == 303
        assert site.queue()["comments"][0]["website"] is None

    def test_every_wrong_field_is_named(self, site: Site) -> None:
        fields = {"name": "", "email": "x", "website": "javascript:1", "article.url": "y", "parent_id": "z"}
        post_form(site, fields).refuses(422, "invalid_fields", "name", "email", "body", "parent_id")

    def test_the_last_of_a_name_counts(self, site: Site) -> None:
        raw = urlencode(submission()).encode() + b"&body=the+last+one"
        site.website.ask("POST", site.comments(), raw=raw, headers={"Content-Type": URLENCODED})
        assert site.queue()["comments"][0]["body"] == "the last one"

    def test_a_file_is_refused(self, site: Site) -> None:
        raw, content_type = multipart(submission())
        part = (
            b'------edge0123456789\r\nContent-Disposition: form-data; name="photo"; filename="p.png"\r\n\r\n\x89PNG\r\n'
        )
        reply = site.website.ask("POST", site.comments(), raw=part + raw, headers={"Content-Type": content_type})
        reply.refuses(422, "invalid_fields", "photo")

    def test_a_form_that_says_it_is_utf8_is_taken(self, site: Site) -> None:
        sent = urlencode(submission(name="Jos\u00e9")).encode()
        headers = {"Content-Type": URLENCODED + "; charset=UTF-8"}
        assert site.website.ask("POST", site.comments(), raw=sent, headers=headers).status == 303
        assert site.queue()["comments"][0]["name"] == "Jos\u00e9"


CLIENT = {"ip": "192.0.2.7"}


class TestRepeats:
    """By the same reader; `test_no_oracle.py` has those of others."""

    def test_an_exact_repeat_is_one_comment_with_the_first_answer(self, site: Site) -> None:
        sent = submission(client=CLIENT)
        first = site.website.post(site.comments(), sent)
        again = site.website.post(site.comments(), sent)
        assert (again.status, again.json) == (first.status, first.json)
        assert again.headers["location"] == first.headers["location"]
        assert site.queue()["total"] == 1

    def test_a_repeat_is_one_however_it_is_written(self, site: Site) -> None:
        sent = submission(body="Caf\u00e9 and cake", email="Reader@Mail.Example", client=CLIENT)
        first = site.website.post(site.comments(), sent).json
        spelt = sent | {"body": "  Cafe\u0301 and cake\r\n", "email": "reader@mail.example"}
        assert site.website.post(site.comments(), spelt).json == first
        form = {name: value for name, value in spelt.items() if name != "client"}
        assert post_form(site, form | {"client[ip]": CLIENT["ip"]}).status == 303
        assert site.queue()["total"] == 1

    @pytest.mark.parametrize("changed", ["email", "body"])
    def test_another_author_or_text_is_another_comment(self, site: Site, changed: str) -> None:
        sent = submission()
        site.website.post(site.comments(), sent)
        site.website.post(site.comments(), sent | {changed: submission()[changed]})
        assert site.queue()["total"] == 2

    def test_the_same_in_another_thread_or_site_is_another(self, site: Site, new_site: Callable[..., Site]) -> None:
        sent, other = submission(), new_site()
        ids = {
            place.website.post(place.comments(thread), sent).json["comment_id"]
            for place, thread in ((site, "t1"), (site, "t2"), (other, "t1"))
        }
        assert len(ids) == 3


def test_no_answer_to_a_website_or_reader_holds_an_email(new_site: Callable[..., Site]) -> None:
    site = new_site(public_submission=True)
    secret = f"hidden-{uuid.uuid4().hex}@mail.example"
    sent = submission(email=secret)
    replies = [site.anyone.post(site.comments(), sent), site.website.post(site.comments(), sent)]
    site.decide(replies[0].json["comment_id"], "approve")
    cut_off = json.dumps(sent).encode()[:-1]
    replies += [
        site.anyone.get(site.comments()),
        site.website.get(site.thread()),
        site.anyone.get(site.path + "/counts?thread=t1"),
        site.anyone.get("/metrics"),
        site.website.post(site.comments(), sent | {"body": "", "name": ""}),
        site.website.post(site.comments("t2"), sent | {"email": secret + " " + secret}),
        site.website.ask("POST", site.comments(), raw=cut_off, headers={"Content-Type": "application/json"}),
        site.website.post(site.comments(), sent | {"parent_id": secret}),
        site.moderator.get(site.path + "/queue"),
    ]
    assert [reply.status for reply in replies[-5:]] == [422, 422, 400, 422, 200]
    for reply in replies:
        assert secret not in reply.body.decode() + str(reply.headers)
    assert site.read_full(replies[0].json["comment_id"])["email"] == secret


def test_a_new_comment_is_as_its_moderator_should_find_it(site: Site) -> None:
    email = submission()["email"]
    site.publish(email=email)
    comment = site.moderator.get(site.comment(site.submit(email=email))).fits(FullCommentSchema)
    found = {name: comment[name] for name in ("state", "verdict", "revision", "claim", "history", "published_at")}
    assert found == {
        "state": "held",
        "verdict": "hold",
        "revision": 1,
        "claim": None,
        "history": [],
        "published_at": None,
    }
    counts = {name: count for name, count in comment["author"].items() if isinstance(count, int)}
    assert counts == {"submitted": 2, "held": 1, "published": 1, "rejected": 0, "spam": 0, "approved": 1}
    assert (comment["author"]["outcomes"], comment["author"]["ban"], comment["author"]["trust"]) == (
        ["approve"],
        None,
        None,
    )
    assert comment["author"]["first_at"] <= comment["author"]["last_at"] == comment["submitted_at"]
    assert set(comment["scores"]) >= {"spam", "toxicity", "insult", "threat"}
    assert all(0 <= score <= 1 for score in comment["scores"].values())
    assert 0 <= comment["risk"] <= 1
