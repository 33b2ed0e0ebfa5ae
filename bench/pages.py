"""The pages of the console beside the queue, on a site where each has something to show."""

from collections.abc import Iterator

import click

from bench.all_rules import OTHERS
from bench.browser import Browser, Page
from bench.connections import Connections, request
from bench.flat import FIRST_IN_LARGEST
from bench.load import Rig
from bench.memory import CHARS, WORDS
from bench.rows import LARGEST, SITE, Desk

QUEUE = "/console/default"
IN_LARGEST = 500
"""Of the largest thread so many wait, behind those that are published there."""
DECIDED = 60
"""So many of what is held are rejected, and so many are called spam."""
BY_MACHINE = 60
CLAIMED_AT_ONCE = 20
CONNECTIONS = 16
VERSIONS = 30
GERMAN = (
    "Über die neue Brücke fährt früh kaum jemand, weil für Fußgänger nichts geräumt wird, und müde Pendler ärgern sich "
    "später über die Straßenbahn, die größere Verspätungen hätte vermeiden können, wäre rechtzeitig geprüft worden. "
)
"""Letters that are not ASCII are looked through one by one when they are shown."""


def furnish(desk: Desk) -> None:
    """Makes what the pages show: comments in each state, IN_LARGEST in the largest thread, rules and their versions."""
    rig = desk.rig
    rig.api("PATCH", SITE, {"title": "Harbour Gazette"})
    with Connections(rig.url, CONNECTIONS) as connections:
        desk.counted(connections.ask_patiently(_in_german(desk.website, number) for number in range(IN_LARGEST)))
        _decide_some(desk, connections)
        rig.api("PATCH", f"{SITE}/policy", {"publish_below": 0, "reject_above": 0})
        desk.counted(connections.ask_patiently(desk.submissions(["rejected"] * BY_MACHINE)))
    policy = {"publish_below": 1, "reject_above": 1}
    rig.api("PATCH", f"{SITE}/policy", policy)
    _write_rules(rig)


def _in_german(token: str, number: int) -> bytes:
    """A comment on the largest thread."""
    turned = number % len(GERMAN)
    body = f"{number} {GERMAN[turned:] + GERMAN + GERMAN}"[:CHARS].rstrip()
    sent = {"name": f"Jörg {number}", "email": f"joerg{number}@mail.example", "body": body}
    return request("POST", f"{SITE}/threads/{LARGEST}/comments", token, sent)


def _decide_some(desk: Desk, connections: Connections) -> None:
    for decision in ("reject", "spam"):
        for _ in range(DECIDED // CLAIMED_AT_ONCE):
            claim = request("POST", f"{SITE}/claims", desk.moderator, {"limit": CLAIMED_AT_ONCE})
            (claimed,) = connections.ask_patiently([claim])
            ids = [comment["comment_id"] for comment in claimed.json()["comments"]]
            path, body = f"{SITE}/comments/{{}}/decisions", {"decision": decision}
            sent = [request("POST", path.format(each), desk.moderator, body) for each in ids]
            desk.counted(connections.ask_patiently(sent))


def _write_rules(rig: Rig) -> None:
    """One rule more in each version, until all are there; then the last one again and again."""
    rules = [{"name": name, "when": when, "action": "note"} for name, when in OTHERS.items()]
    for version in range(VERSIONS):
        named = [rule | {"name": f"{rule['name']} {version}"} for rule in rules[: version + 1]]
        rig.api("PATCH", f"{SITE}/policy", {"rules": named})


def pages_of_moderator(browser: Browser) -> Iterator[tuple[str, str]]:
    """What a page is called, and where it is."""
    comments = f"{QUEUE}/comments"
    yield "all sites", "/console"
    yield "comments, all", comments
    yield "comments, waiting", f"{comments}?state=held"
    yield "comments, published", f"{comments}?state=published"
    yield "... by the machine", f"{comments}?state=published&by=machine"
    yield "comments, rejected", f"{comments}?state=rejected"
    yield "... by the machine, rejected", f"{comments}?state=rejected&by=machine"
    yield "comments, spam", f"{comments}?state=spam"
    yield "search a word", f"{comments}?q={WORDS[0]}"
    yield "search what nobody said", f"{comments}?q=zebra+crossing"
    comment = browser.get(comments).link(f"{comments}/[0-9a-z]")
    yield "a comment", comment
    yield "an author", browser.get(comment).link(f"{QUEUE}/authors/")
    yield "threads", f"{QUEUE}/threads"
    yield f"a thread of {FIRST_IN_LARGEST + IN_LARGEST}", f"{QUEUE}/threads/{LARGEST}"
    yield "many at once", f"{QUEUE}/bulk"
    yield "reasons", f"{QUEUE}/rules/reasons"
    yield "rules", f"{QUEUE}/rules"
    yield "their versions", f"{QUEUE}/rules/versions"
    yield "two compared", _two_versions(browser.get(f"{QUEUE}/rules/versions"))
    for span in ("day", "week", "quarter"):
        yield f"numbers, {span}", f"{QUEUE}/numbers?span={span}"
    yield "settings", "/console/_/settings"
    yield "sessions", "/console/_/sessions"
    yield "guide", "/console/_/guide"


def pages_of_administrator() -> Iterator[tuple[str, str]]:
    yield "audit log", f"{QUEUE}/audit"
    yield "team", f"{QUEUE}/setup/team"
    yield "setup", f"{QUEUE}/setup"
    yield "snippet", f"{QUEUE}/setup/snippet"


def _two_versions(page: Page) -> str:
    return page.link(f"{QUEUE}/rules/versions/")


def look(browser: Browser, path: str) -> Page:
    """The page itself; one that leads elsewhere is a mistake of the bench's."""
    page = browser.get(path)
    if page.location:
        raise click.ClickException(f"{path} leads to {page.location}")
    return page
