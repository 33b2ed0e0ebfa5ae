"""The demo article: what a reader sees, and what becomes of what he sends, without any script."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.pages.reader import FORM, THREAD, Element, Reader
from tests.servers import RedisServer, ServiceProcess


def summary(page: Element) -> Element:
    return page.one(role="alert")


def field(page: Element, name: str) -> Element:
    return page.one(id=f"field-{name}")


def test_an_empty_thread_has_an_article_and_a_form(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    page = Reader(service.url, service.admin_token).get("/demo").page
    assert page.one("h1").words == "The footbridge nobody can agree on"
    assert page.one(id="comments-title").words == "No thoughts yet"
    assert page.one(id="respond-title").words == "Leave a Reply"
    assert "Your email address will not be published. Required fields are marked *" in page.one("form").words
    for name in ("name", "email", "body"):
        assert "required" in field(page, name).attributes
        assert page.one("label", _for=f"field-{name}").words.endswith("*")
    assert "required" not in field(page, "website").attributes


def test_the_heading_counts(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service()
    service.start()
    reader = Reader(service.url, service.admin_token)
    reader.comment("The first.")
    assert (
        reader.get("/demo").page.one(id="comments-title").words == "One thought on “The footbridge nobody can agree on”"
    )
    reader.comment("The second.")
    assert (
        reader.get("/demo").page.one(id="comments-title").words == "2 thoughts on “The footbridge nobody can agree on”"
    )


@pytest.mark.parametrize("kind", ["urlencoded", "multipart"])
def test_a_comment_is_held_and_the_page_says_so(reader: Reader, kind: str) -> None:
    fields = FORM | {"body": f"Sent as {kind}: Brücke, γέφυρα, جسر 🌉\r\n\r\nand a second paragraph."}
    if kind == "urlencoded":
        reply = reader.post("/demo", fields)
    else:
        parts = [f'--x\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}\r\n' for n, v in fields.items()]
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        reply = reader.request("POST", "/demo", ("".join(parts) + "--x--\r\n").encode(), headers)
    back = urlsplit(reply.location)
    query = parse_qs(back.query)
    assert (back.path, back.fragment, query["commentdesk"]) == ("/demo", "respond", ["held"])
    page = reader.get(reply.location).page
    assert "awaits moderation" in page.one(id="respond").one(role="status").words
    stored = reader.api("GET", f"/v1/sites/demo/comments/{query['comment_id'][0]}")
    assert stored["body"] == fields["body"].replace("\r\n", "\n")
    assert stored["state"] == "held"


def test_a_comment_published_at_once_is_shown_where_the_reader_lands(reader: Reader) -> None:
    reader.api("PUT", THREAD, {"mode": "postmoderate"})
    location = reader.post("/demo", FORM | {"body": "Seen at once."}).location
    place = urlsplit(location).fragment
    assert place.startswith("comment-")
    comment = reader.get(location).page.one("article", id=place)
    assert "published" in comment.one(role="status").words
    assert "Seen at once." in comment.words


def test_mistakes_keep_the_text_and_name_every_field(reader: Reader) -> None:
    wrong = {"name": "", "email": "nobody at home", "website": "ftp://x", "body": '</textarea>"<b>kept\n\n'}
    reply = reader.post("/demo", wrong)
    assert reply.status == 422
    page = reply.page
    assert page.one("title").words.startswith("Error: ")
    assert field(page, "email").attributes["value"] == "nobody at home"
    assert field(page, "website").attributes["value"] == "ftp://x"
    # A browser drops the first newline of a textarea.
    assert field(page, "body").text.removeprefix("\n") == wrong["body"]
    assert [link.attributes["href"] for link in summary(page).all("a")] == [
        "#field-name",
        "#field-email",
    ]
    assert "autofocus" in summary(page).attributes
    for name in ("name", "email"):
        described = field(page, name).attributes["aria-describedby"].split()
        assert field(page, name).attributes["aria-invalid"] == "true"
        assert page.one(id=described[-1]).words in summary(page).words
    assert "aria-invalid" not in field(page, "body").attributes


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("body", "  \n ", "Write a comment."),
        ("body", "x" * 10_001, "10,001 characters, of at most 10,000"),
        ("body", "\x07", "Write a comment."),
        ("name", "\u200b\u3164", "Write your name."),
        ("name", "\x1b\u202e", "Write your name."),
        ("email", "\u202e", "Write your email address."),
        ("body", "\u2800", "Write a comment."),
        ("body", "a" + "\u0315" * 31, "The comment holds more than 30 marks on one letter."),
        ("name", "n" * 101, "101 characters, of at most 100"),
        ("email", "", "Write your email address."),
    ],
)
def test_each_mistake_is_told_in_plain_words(reader: Reader, name: str, value: str, said: str) -> None:
    reply = reader.post("/demo", FORM | {name: value})
    assert reply.status == 422
    assert [each.words for each in summary(reply.page).all("li")] == [reply.page.one(id=f"{name}-mistake").words]
    assert said in summary(reply.page).words


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"name=%ff%fe", "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 415),
        (b"body=" + b"x" * 170_000, "application/x-www-form-urlencoded", 413),
        (b"nonsense", "multipart/form-data; boundary=x", 400),
        (b"", "application/x-www-form-urlencoded", 422),
        (b"name[a]=1&email=x", "application/x-www-form-urlencoded", 422),
    ],
)
def test_what_is_no_form_gets_the_page_again(reader: Reader, body: bytes, content_type: str, status: int) -> None:
    reply = reader.request("POST", "/demo", body, {"Content-Type": content_type})
    assert reply.status == status
    assert summary(reply.page).words.startswith("Your comment was not sent")


def test_hostile_text_stays_text(reader: Reader) -> None:
    name = '<b onclick="x">"\'&amp;'
    body = "<script>alert(1)</script> {{ 7 * 7 }} &lt;\n<img src=x onerror=y>\n\n</article></main>"
    comment_id = reader.comment(body, name=name)
    reply = reader.get("/demo")
    assert not reply.page.all("script")
    comment = reply.page.one("article", id=f"comment-{comment_id}")
    assert comment.one("h3").text.strip() == name
    assert [each.text.strip() for each in comment.one(_class="words").all("p")] == [
        "<script>alert(1)</script> {{ 7 * 7 }} &lt;<img src=x onerror=y>",
        "</article></main>",
    ]
    assert len(comment.one(_class="words").all("br")) == 1


def test_a_website_is_linked_without_trust(reader: Reader) -> None:
    sent = FORM | {"website": "https://ada.example/?a=1&b=2", "body": "With a website."}
    comment_id = reader.api("POST", f"{THREAD}/comments", sent)["comment_id"]
    reader.decide(comment_id, "approve")
    link = reader.get("/demo").page.one("article", id=f"comment-{comment_id}").one("h3").one("a")
    assert link.attributes == {"href": "https://ada.example/?a=1&b=2", "rel": "nofollow ugc noopener"}


def test_replies_nest_and_deep_ones_say_whom_they_answer(reader: Reader) -> None:
    chain = [reader.comment("Depth 0", name="Reader 0")]
    for depth in range(1, 12):
        chain.append(reader.comment(f"Depth {depth}", parent_id=chain[-1], name=f"Reader {depth}"))
    page = reader.get("/demo").page
    depths = []
    for comment_id in chain:
        element: Element | None = page.one("article", id=f"comment-{comment_id}")
        depth = -1
        while element := element.parent if element else None:
            depth += element.tag == "ol"
        depths.append(depth)
    assert depths == [0, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 6]
    last = page.one("article", id=f"comment-{chain[-1]}")
    assert "in reply to Reader 10" in last.words
    assert "in reply to" not in page.one("article", id=f"comment-{chain[3]}").words


def test_a_reply_outlives_what_it_answers_at_the_top(reader: Reader) -> None:
    parent = reader.comment("Soon gone.")
    reply_id = reader.comment("Left alone.", parent_id=parent)
    reader.decide(parent, "reject")
    comment = reader.get("/demo").page.one("article", id=f"comment-{reply_id}")
    assert comment.parent is not None
    assert comment.parent.parent is not None
    assert comment.parent.parent.attributes["class"] == "comments"
    assert "in reply to a comment that is not shown here" in comment.words


def test_replying_without_scripts(reader: Reader) -> None:
    parent = reader.comment("Answer me.", name="Bea <b>")
    page = reader.get("/demo").page
    link = page.one("article", id=f"comment-{parent}").one(_class="reply").one("a")
    assert link.words == "Reply to Bea <b>"
    page = reader.get(link.attributes["href"]).page
    assert page.one(id="respond-title").words == "Reply to Bea <b>"
    assert page.one("input", name="parent_id").attributes["value"] == parent
    assert page.one(_class="cancel").one("a").attributes["href"] == "/demo#respond"
    # The parent is kept through a mistake, too.
    page = reader.post("/demo", {"parent_id": parent, "body": "An answer"}).page
    assert page.one(id="respond-title").words == "Reply to Bea <b>"
    location = reader.post("/demo", FORM | {"parent_id": parent, "body": "An answer"}).location
    comment_id = parse_qs(urlsplit(location).query)["comment_id"][0]
    assert reader.api("GET", f"/v1/sites/demo/comments/{comment_id}")["parent_id"] == parent


def test_a_reply_to_what_is_gone_is_kept_and_can_be_sent_by_itself(reader: Reader) -> None:
    parent = reader.comment("Gone while you wrote.")
    reader.decide(parent, "spam")
    reply = reader.post("/demo", FORM | {"parent_id": parent, "body": "Too late"})
    assert reply.status == 422
    assert "no longer here" in summary(reply.page).words
    assert not reply.page.all("input", name="parent_id")
    assert field(reply.page, "body").text.strip() == "Too late"


@pytest.mark.parametrize(
    "query",
    [
        "reply_to=0000000000000000",
        "reply_to=%00%ff<script>",
        "after=nonsense",
        "after=%ff",
        "commentdesk=<script>",
        "commentdesk=published&comment_id=%22%3E<script>",
    ],
)
def test_a_strange_query_is_harmless(reader: Reader, query: str) -> None:
    page = reader.request("GET", f"/demo?{query}").page
    assert page.one(id="respond-title").words == "Leave a Reply"
    assert not page.all("script")


def test_a_closed_thread_takes_nothing_and_says_so(reader: Reader) -> None:
    reader.api("PUT", THREAD, {"closed": True})
    page = reader.get("/demo").page
    assert page.one(id="respond-title").words == "Comments are closed"
    assert not page.all("form")
    reply = reader.post("/demo", FORM | {"body": "One last word"})
    assert reply.status == 409
    assert "closed" in summary(reply.page).words
    assert field(reply.page, "body").text.strip() == "One last word"


def test_too_fast_is_told_with_the_wait(reader: Reader) -> None:
    reader.api("PUT", "/v1/sites/demo/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    assert reader.post("/demo", FORM | {"body": "Fast"}).status == 303
    reply = reader.post("/demo", FORM | {"body": "Faster"})
    assert reply.status == 429
    assert 1 <= int(reply.headers["Retry-After"]) <= 60
    assert re.search(r"Wait \d+ seconds", summary(reply.page).words)
    assert field(reply.page, "body").text.strip() == "Faster"


def test_a_long_thread_goes_on_on_the_next_page(reader: Reader) -> None:
    reader.api("PUT", THREAD, {"mode": "postmoderate"})
    for number in range(60):
        reader.api("POST", f"{THREAD}/comments", FORM | {"body": f"Number {number}"})
    first = page = reader.get("/demo").page
    assert len(first.all("article", _class="comment")) == 50
    while later := [link for link in page.all("a") if link.words == "Later comments"]:
        page = reader.get(later[0].attributes["href"]).page
        assert "First comments" in page.one("nav", aria_label="More comments").words
    shown = page.all("article", _class="comment")
    assert 1 <= len(shown) <= 50
    assert "Number 59" in shown[-1].words
    assert page.one("nav", aria_label="More comments").words == "First comments"
    link = shown[-1].one(_class="reply").one("a")
    assert reader.get(link.attributes["href"]).page.one(id="respond-title").words == "Reply to Ada"


def test_the_article_is_there_when_the_store_is_not(
    make_service: Callable[..., ServiceProcess], redis_server: RedisServer
) -> None:
    service = make_service(redis_url=redis_server.url)
    service.start()
    redis_server.kill()
    reader = Reader(service.url, service.admin_token)
    reply = reader.get("/demo")
    assert reply.status == 200
    assert reply.page.one("h1").words == "The footbridge nobody can agree on"
    assert "cannot be shown right now" in reply.page.one(id="comments").words
    reply = reader.post("/demo", FORM | {"body": "Kept meanwhile"})
    assert reply.status == 503
    assert int(reply.headers["Retry-After"]) >= 1
    assert "cannot be taken right now" in summary(reply.page).words
    assert field(reply.page, "body").text.strip() == "Kept meanwhile"


def test_without_the_demo_there_are_the_docs(make_service: Callable[..., ServiceProcess]) -> None:
    service = make_service(settings={"COMMENTDESK_DEMO": "0"})
    service.start()
    reader = Reader(service.url, service.admin_token)
    assert reader.get("/").location == "/docs"
    assert reader.get("/demo").status == 404
    assert reader.post("/demo", FORM).status == 404
    assert reader.get("/docs").status == 200


def test_with_the_demo_it_is_what_comes_first(reader: Reader) -> None:
    assert reader.get("/").location == "/demo"
