"""A newspaper with all that the console's pages can show: comments in each state, notes, a ban, a team, versions."""

from dataclasses import dataclass, field
from typing import Any

from tests.application.conftest import Application
from tests.application.console import Browser

MAIL = "mail.example"
OPEN_HOUSE = {"mode": "premoderate", "reader_rate_per_minute": None, "stranger_rate_per_minute": None}


@dataclass(slots=True)
class Newspaper:
    """A site whose every text holds `word`, so that what is its own is known wherever it stands; `ids` fill the
    addresses of its pages."""

    application: Application
    site: str
    word: str
    tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """A call of the API below the site, as the administrator without a token; its JSON."""
        given = {"token": token} if token else {}
        answer = await self.application.ask(method, f"/v1/sites/{self.site}{path}", body, **given)
        assert answer.status < 300, (path, await answer.text())
        return await answer.json() if answer.content_type.endswith("json") else None

    async def send(self, reader: str, body: str, thread: str = "bridge", **more: Any) -> str:
        """A comment by the website; its id."""
        sent = {
            "name": f"{reader} {self.word}",
            "email": f"{reader}.{self.word}@{MAIL}".lower(),
            "body": f"{body} {self.word}",
            "article": {"title": f"The {thread} {self.word}", "url": f"https://news.example/{thread}"},
        }
        path = f"/threads/{thread}-{self.word}/comments"
        return str((await self.ask("POST", path, sent | more, self.tokens["website"]))["comment_id"])

    async def decide(self, comment_id: str, decision: str) -> None:
        await self.ask("POST", f"/comments/{comment_id}/decisions", {"decision": decision}, self.tokens["moderator"])

    async def enter(self, role: str) -> Browser:
        """A browser in which somebody of the team has signed in."""
        browser = Browser(self.application)
        await browser.sign_in(self.tokens[role])
        await browser.get("/console/_/sessions")
        return browser


async def founded(application: Application, site: str, word: str) -> Newspaper:
    """Makes the site, its team and its first day."""
    paper = Newspaper(application, site, word)
    await application.ask("POST", "/v1/sites", {"site": site, "title": f"Gazette {word}"})
    for role in ("website", "moderator", "operator"):
        wanted = {"role": role, "site": site, "name": f"{role} {word}", "member": {"name": f"{role} {word}"}}
        made = await (await application.ask("POST", "/v1/tokens", wanted)).json()
        paper.tokens[role] = made["token"]
        paper.ids[f"{role}_id"], paper.ids[f"{role}_token_id"] = made["member"]["member_id"], made["token_id"]
    rule = {"name": f"rule {word}", "when": {"words": {"phrases": [f"phrase {word}"]}}, "action": "hold"}
    for thread_rule in ({}, {"thread": f"ferry-{word}"}):
        await paper.ask("PATCH", "/policy", OPEN_HOUSE | {"rules": [rule | thread_rule]})
    await _read_and_decided(paper)
    return paper


async def _read_and_decided(paper: Newspaper) -> None:
    moderator = paper.tokens["moderator"]
    held = await paper.send("Ada", "Nobody asked us about the bridge.")
    for decision, body in (("approve", "It sank twice."), ("reject", "Resign, all of you."), ("spam", "Buy now.")):
        comment_id = await paper.send("Piet", body, thread="ferry")
        await paper.decide(comment_id, decision)
        paper.ids[decision] = comment_id
    reply = await paper.send("Tom", "phrase", thread="ferry", parent_id=paper.ids["approve"])
    author = (await paper.ask("GET", f"/comments/{held}"))["author"]["author_id"]
    banned = (await paper.ask("GET", f"/comments/{paper.ids['reject']}"))["author"]["author_id"]
    await paper.ask("POST", f"/comments/{held}/notes", {"note": f"A note {paper.word}"}, moderator)
    await paper.ask("POST", f"/comments/{held}/escalations", {"note": f"Who knows {paper.word}"}, moderator)
    await paper.ask("POST", f"/authors/{author}/notes", {"note": f"Of an author {paper.word}"}, moderator)
    await paper.ask("PUT", f"/authors/{banned}/ban", {"reason": f"Banned {paper.word}"}, moderator)
    await paper.ask("PUT", f"/authors/{banned}/trust", {}, moderator)
    paper.ids |= {
        "site": paper.site,
        "thread": f"bridge-{paper.word}",
        "comment_id": held,
        "reply": reply,
        "author_id": author,
        "banned_id": banned,
        "member_id": paper.ids["moderator_id"],
        "token_id": paper.ids["website_token_id"],
        "versions": "1..2",
        "bulk_id": await _bulk(paper),
    }


async def _bulk(paper: Newspaper) -> str:
    """Approves what waits in one thread as one; the bulk's id."""
    await paper.send("Lea", "Opening hours, please.", thread="market")
    wanted = {"select": {"thread": f"market-{paper.word}", "state": "held"}}
    preview = await paper.ask("POST", "/bulk/previews", wanted, paper.tokens["moderator"])
    started = {"preview_token": preview["preview_token"], "decision": "approve"}
    return str((await paper.ask("POST", "/bulk", started, paper.tokens["moderator"]))["bulk_id"])
