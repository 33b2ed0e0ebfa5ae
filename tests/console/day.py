"""A day at a newspaper, invented: its site, its team, and what readers wrote."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.request import Request, urlopen

from tests.servers import ServiceProcess

SITE = "harbour"
TITLE = "Harbour Gazette"
ARTICLES = {
    "footbridge": "The footbridge will be closed until spring",
    "ferry": "Council looks at a ferry for the north quay",
    "market": "Fish market moves indoors",
}
COMMENTS = (
    (
        "footbridge",
        "Karin B.",
        "I cross it twice a day with a pram. Nobody asked us, and the detour takes half an hour.",
    ),
    ("footbridge", "Tom", "Whoever planned this is a complete muppet. Resign, and take your clipboard with you."),
    (
        "footbridge",
        "Zoë Lindqvist",
        "Thank you for the figures. Could you add how many walkers were counted in winter?",
    ),
    ("footbridge", "harbourwatcher", "You idiots never learn. I hope the mayor falls into the water, the liar."),
    (
        "footbridge",
        "M. Oduya",
        "My uncle built the old one in 1961. It stood for forty years without a single plan on paper.",
    ),
    (
        "ferry",
        "BestDealz",
        "Cheap watches and real discounts at http://watches.example http://deals.example buy now buy now",
    ),
    ("ferry", "Ada", "The ferry would cost a tenth of the bridge and carry bicycles. Why is that not on the table?"),
    ("ferry", "Piet", "People like her should go back to where they came from, they ruin this town."),
    ("ferry", "Ines", "Does it run at night? The late shift ends at two."),
    ("ferry", "Old Salt", "What a load of crap. The damn thing sank twice when my father ran it."),
    ("market", "Renske", "Indoors means no gulls. I will miss the gulls, though my sandwich will not."),
    ("market", "Donaudampfschifffahrtsgesellschaftskapitän", "Rinderkennzeichnungsfleischetikettierungsüberwachung!"),
    ("market", "עדה", "השוק היה המקום היפה ביותר בנמל, ואני מקווה שיישאר כך."),
    ("market", "Jo", "I will find out where you live and then you will see what happens."),
    ("market", "Lea", "Opening hours, please: the old sign said six, the new one says seven."),
)
"""Thread, name and text; a long name, another script and what a moderator meets besides."""
IDS = ("site", "thread", "comment_id", "author_id", "member_id", "bulk_id", "versions")
"""What stands in addresses of the console."""
POLICY = {
    "mode": "auto",
    "publish_below": 0.02,
    "rules": [{"name": "watches", "when": {"words": {"phrases": ["cheap watch*"]}}, "action": "hold"}],
}
MEMBERS = {"Nora": ["moderator"], "Omar": ["moderator", "operator"]}


@dataclass(frozen=True, slots=True)
class Day:
    """What there is after it: tokens by the member's name, and ids for the addresses of pages."""

    tokens: Mapping[str, str]
    ids: Mapping[str, str]


def ask(service: ServiceProcess, method: str, path: str, body: object = None, token: str = "") -> Any:
    """A call of the API, the administrator's unless another token is given; its JSON, None without any."""
    headers = {"Authorization": f"Bearer {token or service.admin_token}", "Content-Type": "application/json"}
    content = None if body is None else json.dumps(body).encode()
    with urlopen(Request(service.url + path, content, headers, method=method), timeout=30) as answer:
        said = answer.read()
    return json.loads(said) if said else None


def live_through(service: ServiceProcess) -> Day:
    """Makes the site and its team, sends what readers wrote, and decides a third of it."""
    ask(service, "POST", "/v1/sites", {"site": SITE, "title": TITLE, "allowed_origins": ["https://harbour.example"]})
    ask(service, "PATCH", f"/v1/sites/{SITE}/policy", POLICY)
    tokens = {}
    for name, roles in {**MEMBERS, "The paper": ["website"]}.items():
        made = ask(service, "POST", "/v1/tokens", {"name": name, "roles": roles, "site": SITE})
        tokens[name] = made["token"]
    for at, (thread, name, body) in enumerate(COMMENTS):
        sent = {"name": name, "email": f"reader{at}@mail.example", "body": body, "article": _article(thread)}
        ask(service, "POST", f"/v1/sites/{SITE}/threads/{thread}/comments", sent, tokens["The paper"])
    queue = ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"]
    for at, comment in enumerate(queue[::3]):
        decision = {"decision": ("approve", "reject", "spam")[at % 3]}
        ask(service, "POST", f"/v1/sites/{SITE}/comments/{comment['comment_id']}/decisions", decision, tokens["Nora"])
    ids = {
        "site": SITE,
        "thread": "footbridge",
        "versions": "1..2",
        "bulk_id": _approve_market(service, tokens["Nora"]),
    }
    return Day(tokens, ids | _ids(service))


def _approve_market(service: ServiceProcess, token: str) -> str:
    """Approves what waits under one article as one; the bulk's id."""
    wanted = {"select": {"thread": "market", "state": "held"}}
    preview = ask(service, "POST", f"/v1/sites/{SITE}/bulk/previews", wanted, token)
    started = {"preview_token": preview["preview_token"], "decision": "approve"}
    return str(ask(service, "POST", f"/v1/sites/{SITE}/bulk", started, token)["bulk_id"])


def _article(thread: str) -> dict[str, str]:
    return {"title": ARTICLES[thread], "url": f"https://harbour.example/{thread}"}


def _ids(service: ServiceProcess) -> dict[str, str]:
    queue = ask(service, "GET", f"/v1/sites/{SITE}/queue")["comments"]
    waiting = next(each for each in queue if each["thread"] != "market")
    full = ask(service, "GET", f"/v1/sites/{SITE}/comments/{waiting['comment_id']}")
    (member, *_) = ask(service, "GET", f"/v1/members?site={SITE}")["members"]
    return {
        "comment_id": waiting["comment_id"],
        "author_id": full["author"]["author_id"],
        "member_id": member["member_id"],
    }
