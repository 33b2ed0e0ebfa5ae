"""200 hostile texts in every field that a page of the console shows: each stays a text."""

import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from markupsafe import escape

from service import html
from tests.application.conftest import Application
from tests.application.console import Browser, Page, begun
from tests.application.console_walk import Elements
from tests.application.newspaper import Newspaper, founded
from tests.hostile_texts import HOSTILE_TEXTS

SITE = "/console/harbour"
FOLDER = Path(html.__file__).parent
TEMPLATES = "".join(each.read_text("utf-8") for each in [*FOLDER.rglob("*.html"), *FOLDER.rglob("*.py")])
PARTS_OF_PLOTS = {"path", "rect", "line", "text", "tspan", "g"}
OURS = {
    f"{end}{name}" for end in ("", "/") for name in PARTS_OF_PLOTS | set(re.findall(r"<([a-z][a-z0-9]*)", TEMPLATES))
}
OURS |= {"!DOCTYPE"}
TAG = re.compile(r'<(/?[a-z][a-z0-9]*|!DOCTYPE)((?:"[^"]*"|[^"<>])*)>')
ATTRIBUTE = re.compile(r'([^\s="/]+)="([^"]*)"')
"""A page of ours is made of these alone, whatever stands in it."""
ADDRESSED = ("href", "src", "action", "formaction", "poster", "data", "srcset")
REFUSED_ATTRIBUTES = {"style", "srcdoc", "http-equiv"}
MARKUP = [text for text in HOSTILE_TEXTS if set(text) & set("<>\"'")]
NAME_CHARS, BODY_CHARS, NOTE_CHARS, WORDS_CHARS = 100, 10_000, 2_000, 150


def faults_of(page: Page) -> list[str]:
    """What of a page is not ours: elements and attributes that no template has, addresses that lead elsewhere, and
    texts that stand in it as they came."""
    tags = TAG.findall(page.text)
    found = [f"<{name}>" for name, _ in tags if name not in OURS]
    given = [(tag, name, value) for tag, attributes in tags for name, value in ATTRIBUTE.findall(attributes)]
    found += [f"{tag} {name}" for tag, name, _ in given if name.startswith("on") or name in REFUSED_ATTRIBUTES]
    found += [f"{tag} {name}={value}" for tag, name, value in given if name in ADDRESSED and not is_own(value)]
    ids = Counter(value for _, name, value in given if name == "id")
    found += [f"two of #{name}" for name, times in ids.items() if times > 1]
    found += ["more than one h1"] * (sum(name == "h1" for name, _ in tags) != 1)
    found += ["something that is no tag of ours"] * (page.text.count("<") != len(tags))
    return found + [text for text in MARKUP if text in page.text]


def is_own(address: str) -> bool:
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    return is_path or not address or address.startswith(("#", "?", "https://news.example/"))


def is_shown(text: str, page: Page) -> bool:
    return str(escape(text)) in page.text


@pytest.fixture
async def paper(application: Application) -> Newspaper:
    return await founded(await begun(application), "harbour", "Quixotic")


@pytest.fixture
async def admin(paper: Newspaper) -> Browser:
    browser = Browser(paper.application)
    await browser.sign_in()
    await browser.get("/console/_/sessions")
    return browser


async def test_what_readers_and_moderators_write_is_text_on_every_page(paper: Newspaper, admin: Browser) -> None:
    """Name, text, thread, article, note and ban: in lists, searches, on the pages of comments, authors and threads, and
    at the queue."""
    shown = 0
    async for comment_id, text in written(paper):
        page = await admin.get(f"{SITE}/comments/{comment_id}")
        assert page.status == 200
        assert faults_of(page) == []
        shown += is_shown(text[:NAME_CHARS], page)
    assert shown > 100
    following = f"{SITE}/comments"
    while following:
        page = await admin.get(following)
        assert faults_of(page) == []
        following = next((each for each in Elements(page.text).links if "cursor=" in each and each != following), "")
    links = {each for each in Elements((await admin.get(f"{SITE}/threads")).text).links if "/threads/" in each}
    for path in sorted(links)[::8]:
        assert faults_of(await admin.get(path)) == []
    await many_at_once(admin)
    await at_the_queue(paper, await paper.enter("moderator"))


async def written(paper: Newspaper) -> AsyncIterator[tuple[str, str]]:
    """Each text as a comment of its own; those that no comment may have are left out."""
    for at, text in enumerate(HOSTILE_TEXTS):
        sent = {"name": text[:NAME_CHARS], "email": f"h{at}@mail.example", "body": text[:BODY_CHARS]}
        url = "https://news.example/" if "//" in text else text[:300]
        article = {"article": {"title": text[:300], "url": url}}
        thread = quote(text[:60], safe="") if text.isprintable() and text.strip() not in {"", ".", ".."} else f"t{at}"
        for more in ({"website": text[:200]}, {}, {"name": f"Reader {at}"}):
            path = f"/v1/sites/harbour/threads/{thread}/comments"
            answer = await paper.application.ask("POST", path, sent | article | more, token=paper.tokens["website"])
            if answer.status < 300:
                comment_id = (await answer.json())["comment_id"]
                await annotated(paper, comment_id, text)
                yield comment_id, text
                break


async def annotated(paper: Newspaper, comment_id: str, text: str) -> None:
    """Where a note and a ban's reason may have it."""
    path, token = f"/v1/sites/harbour/comments/{comment_id}", paper.tokens["moderator"]
    await paper.application.ask("POST", f"{path}/notes", {"note": text[:NOTE_CHARS]}, token=token)
    author = (await (await paper.application.ask("GET", path)).json())["author"]["author_id"]
    ban = f"/v1/sites/harbour/authors/{author}/ban"
    await paper.application.ask("PUT", ban, {"reason": text[:200]}, token=token)


async def many_at_once(admin: Browser) -> None:
    """All that wait, looked at before a decision; and bulks for such reasons, with such notes."""
    assert faults_of(await admin.post(f"{SITE}/bulk", {"all": "1", "state": "held"})) == []
    begun = 0
    for text in HOSTILE_TEXTS[::8]:
        preview = await admin.post(f"{SITE}/bulk", {"all": "1", "q": "sank"})
        (start,) = [form for form in Elements(preview.text).forms if "/bulk/" in form.action]
        given = {"decision": "spam", "reason": text.strip()[:200], "note": text[:NOTE_CHARS]}
        started = await admin.post(start.action, start.fields | given)
        begun += started.status == 303
        page = await admin.get(started.location) if started.location else started
        assert faults_of(page) == []
    assert begun > 5
    assert faults_of(await admin.get(f"{SITE}/bulk")) == []


async def at_the_queue(paper: Newspaper, moderator: Browser) -> None:
    """Ten after ten, until none is left."""
    for turn in count():
        assert faults_of(await moderator.get(f"{SITE}?view=list&order=newest")) == []
        await moderator.post(f"{SITE}/claims", {"key": str(turn)})
        page = await moderator.get(f"{SITE}?view=one&order=oldest")
        assert faults_of(page) == []
        taken = [form.fields["comment_id"] for form in Elements(page.text).forms if "note" in form.fields]
        if not taken:
            assert turn > len(MARKUP) / 10
            return
        for comment_id in taken:
            await paper.decide(comment_id, "spam")


async def test_what_is_asked_for_is_text(admin: Browser) -> None:
    """Words, filters, places in lists, addresses of nothing, and a page to go on to."""
    for given in spread(FILTERS, WORDS_CHARS):
        page = await admin.get(f"{SITE}/comments?{urlencode(given)}")
        assert page.status in {200, 422}
        assert faults_of(page) == []
        assert all(is_shown(given[name], page) for name in ("q", "since") if given[name].isprintable())
    for text in HOSTILE_TEXTS:
        asked = text[:WORDS_CHARS]
        for path in (f"{SITE}/{quote(asked, safe='')}", f"{SITE}/audit?{urlencode({'actor': asked, 'act': asked})}"):
            assert faults_of(await admin.get(path)) == [], path
        assert faults_of(await Browser(admin.application).get(f"/console/_/sign-in?{urlencode({'next': asked})}")) == []


async def test_what_is_typed_into_forms_is_text(admin: Browser) -> None:
    """Also where the form is refused and shown again."""
    for path, names in FORMS.items():
        for given in spread(names, MOST_TYPED_CHARS):
            page = await admin.post(SITE + path, {"seen": "null", "all": "1"} | given)
            assert page.status in {200, 303, 404, 422}, (path, page.text)
            assert not page.text or faults_of(page) == [], (path, given)


FILTERS = ("q", "state", "by", "since", "thread", "author", "cursor", "did")
FORMS = {
    "/rules/trial": ("name", "email", "body", "thread"),
    "/authors": ("email",),
    "/setup": ("title", "language", "allowed_origins"),
    "/rules/new": ("rule_name", "kind", "values", "action", "rule_thread"),
    "/rules": ("mode", "publish_below", "reader_burst", "close_after_days"),
    "/rules/all": ("rules",),
    "/setup/team": ("name", "rights", "reach", "days"),
    "/rules/reasons": ("title", "reason_code", "was"),
    "/bulk": ("q", "state", "by", "since", "thread", "author", "like", "reason", "note", "left_out", "leave_out"),
}
"""Forms that show again what was typed, by their fields."""
MOST_TYPED_CHARS = 400


def spread(names: tuple[str, ...], most_chars: int) -> Iterator[dict[str, str]]:
    """Each text in one of the fields, and all of them filled."""
    for at in range(0, len(HOSTILE_TEXTS), len(names)):
        texts = (HOSTILE_TEXTS[(at + place) % len(HOSTILE_TEXTS)][:most_chars] for place in range(len(names)))
        yield dict(zip(names, texts, strict=True))


async def test_what_operators_name_is_text(paper: Newspaper, admin: Browser) -> None:
    """Sites, members, tokens, rules, phrases, reasons, and browsers."""
    for at, text in enumerate(HOSTILE_TEXTS):
        name = text.strip()[:NAME_CHARS]
        await paper.application.ask("POST", "/v1/sites", {"site": f"s{at}", "title": name})
        token = {"role": "moderator", "site": "harbour", "name": name}
        await paper.application.ask("POST", "/v1/tokens", token)
        await paper.application.ask("PATCH", f"/v1/members/{paper.ids['moderator_id']}", {"name": name})
    for at in range(0, len(HOSTILE_TEXTS), 20):
        await named(paper, [text.strip()[:NAME_CHARS] for text in HOSTILE_TEXTS[at : at + 20]])
        comment = f"/comments/{paper.ids['comment_id']}"
        for path in ("/rules", "/rules/reasons", "/rules/versions", "", "?view=list", "/comments", comment):
            assert faults_of(await admin.get(SITE + path)) == [], path
    pages = [await admin.get(path) for path in ("/console", f"{SITE}/setup/team", f"{SITE}/numbers", f"{SITE}/audit")]
    assert [faults_of(page) for page in pages] == [[], [], [], []]
    assert sum(is_shown(text.strip()[:NAME_CHARS], pages[0]) for text in HOSTILE_TEXTS) > 100
    for at in range(0, len(HOSTILE_TEXTS), 10):
        assert faults_of(await admin.get(f"/console/s{at}")) == []


async def named(paper: Newspaper, texts: list[str]) -> None:
    """Gives rules and reasons these names, as far as they may have them."""
    rules, reasons = list[object](), list[object]()
    for at, text in enumerate(texts):
        rule = {"name": text, "when": {"words": {"phrases": [text]}}, "action": "hold"}
        if await is_taken(paper, "PATCH", "/policy", {"rules": [*rules, rule]}):
            rules.append(rule)
        reason = {"code": f"r{at}", "title": text, "public": True}
        if await is_taken(paper, "PUT", "/reasons", {"reasons": [*reasons, reason]}):
            reasons.append(reason)
    assert len(rules) > len(texts) // 2 or len(reasons) > len(texts) // 2


async def is_taken(paper: Newspaper, method: str, path: str, body: object) -> bool:
    return (await paper.application.ask(method, f"/v1/sites/harbour{path}", body)).status < 300
