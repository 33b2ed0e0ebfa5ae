"""What a page of a list costs, and a search, in a site of a million comments: each kind of question many times.

Run: python bench/lists.py --comments 1000000 --folder /var/tmp/lists
"""

import asyncio
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.memory import CHARS, COMMENTS_A_THREAD, COMMENTS_AN_AUTHOR, WORDS, make_desk, patiently
from service.desk import new_id
from service.domain.assessed import Assessed
from service.domain.caller import Caller, Role
from service.domain.decision import Decision, Ruling
from service.domain.judged import Judged
from service.domain.policy import MODES, Mode, Policy, RateLimit
from service.domain.reason import Reason
from service.domain.replay import NO_REPLAY
from service.domain.routing import Routing, Verdict
from service.domain.selection import Selection
from service.domain.site import Site
from service.domain.state import State
from service.domain.submission import Submission
from service.link.address import make_link
from service.lists.ordinals import FIRST_ORDINAL
from service.platform.embedded import EmbeddedServer
from service.store import scripts
from service.store.comments import Comments
from service.store.homes import CommentHome
from service.store.submissions import NO_TRACES, NewComment
from service.use_cases.lists import list_comments

if TYPE_CHECKING:
    from service.desk import Desk
    from service.link.link import Link

SITE = Site("default", policy=Policy(Mode.AUTO, reader_rate=RateLimit(), stranger_rate=RateLimit()))
FIRST_MS = 1_760_000_000_000
GAP_MS = 8_640
"""Ten thousand comments a day."""
AT_ONCE = 512
RULES, RULE_SHARE = 100, 0.001
LARGEST, LARGEST_SHARE = "the-largest", 0.05
BUSIEST, BUSIEST_SHARE = "busiest", 0.02
SHARES = (85, 5, 10)
"""Of published, held and rejected comments, in hundredths."""
SPAM_EVERY = 100
ONCE = "met once"
RARE, COMMON = "zanzibar", "river"
PAGE = 50
DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Filler:
    """Comments of CHARS characters with the verdicts, rules, threads and authors of a busy site; one of SPAM_EVERY was
    decided to be spam. One of a thousand says a rare word, and one in all met one of the rules."""

    desk: "Desk"
    total: int
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    async def fill(self) -> None:
        with click.progressbar(length=self.total, label=f"{self.total:,} comments", file=sys.stderr) as bar:
            for start in range(0, self.total, AT_ONCE):
                numbers = range(start, min(self.total, start + AT_ONCE))
                await patiently(lambda numbers=numbers: self._add(numbers))  # type: ignore[misc]
                bar.update(len(numbers))

    async def _add(self, numbers: range) -> None:
        new = [self._comment(number) for number in numbers]
        at = FIRST_MS + GAP_MS * numbers.start
        await asyncio.gather(*(self.desk.submissions.submit(SITE, each, NO_REPLAY, at) for each in new))
        await asyncio.gather(
            *(self._decide(each, at) for number, each in zip(numbers, new, strict=True) if number % SPAM_EVERY == 0)
        )

    async def _decide(self, new: NewComment, at: int) -> None:
        ruling = Ruling(new.comment_id, Decision.SPAM, reason="advertising", reason_code="advertising")
        moderator = Caller(
            "0123456789abcdef", "0123456789abcdef", "Mo", frozenset({Role.MODERATOR}), frozenset({"default"})
        )
        await self.desk.comments.decide("default", ruling, moderator, replay=NO_REPLAY, now_ms=at)

    def _comment(self, number: int) -> NewComment:
        chance = self.chance
        home = CommentHome(
            LARGEST if chance.random() < LARGEST_SHARE else f"t{number // COMMENTS_A_THREAD}",
            BUSIEST if chance.random() < BUSIEST_SHARE else f"{number // COMMENTS_AN_AUTHOR:040}",
        )
        words = [*chance.choices(WORDS, k=CHARS // 4), RARE if number % 1000 == 0 else ""]
        body = f"{number} {' '.join(words)}"[-CHARS:]
        risk = chance.random()
        verdict = chance.choices(list(Verdict), SHARES)[0]
        met = [f"rule {rule}" for rule in range(RULES) if chance.random() < RULE_SHARE]
        if number == self.total // 3:
            met.append(ONCE)
        reasons = [*(Reason("rule", {"rule": rule, "matched": []}) for rule in met), Reason("risk_between")]
        routing = Routing(verdict, reasons, is_listed=verdict is Verdict.HOLD)
        return NewComment(
            new_id(FIRST_MS + GAP_MS * number),
            home,
            Submission("Ann", "ann@mail.example", body),
            sealed_email=b"sealed" * 8,
            assessed=Assessed({"spam": risk}, risk, [], assessed=True, model="m"),
            judged=Judged(dict.fromkeys(MODES, routing)),
            traces=NO_TRACES,
        )


@dataclass(frozen=True, slots=True)
class Question:
    """A selection, and where its pages begin: at the newest, or anywhere."""

    selection: Selection
    is_anywhere: bool = False


def questions(total: int) -> Mapping[str, Question]:
    half_way = FIRST_MS + GAP_MS * total // 2
    held = Selection(State.HELD)
    return {
        "all": Question(Selection()),
        "all, anywhere": Question(Selection(), is_anywhere=True),
        "held": Question(held),
        "held, anywhere": Question(held, is_anywhere=True),
        "rejected, verdict": Question(Selection(State.REJECTED, Verdict.REJECT), is_anywhere=True),
        "a rule of 1 in 1,000": Question(Selection(rule="rule 5"), is_anywhere=True),
        "a rule that one met": Question(Selection(rule=ONCE, reason="risk_between")),
        "a rule that none met": Question(Selection(State.HELD, Verdict.HOLD, rule="none", reason="risk_between")),
        "the largest thread": Question(Selection(thread=LARGEST)),
        "the largest thread, anywhere": Question(Selection(thread=LARGEST), is_anywhere=True),
        "and rejected, a rule": Question(Selection(State.REJECTED, thread=LARGEST, rule="rule 5")),
        "the busiest author, spam": Question(Selection(State.SPAM, author=BUSIEST), is_anywhere=True),
        "an author of five": Question(Selection(author=f"{total // 2 // COMMENTS_AN_AUTHOR:040}")),
        "thread and author": Question(Selection(thread=LARGEST, author=BUSIEST), is_anywhere=True),
        "one day, held, a code": Question(
            Selection(State.HELD, reason="risk_between", since_ms=half_way, until_ms=half_way + DAY_MS)
        ),
        "a reason of decisions": Question(Selection(reason="advertising"), is_anywhere=True),
        "search: a common word": Question(Selection(query=COMMON), is_anywhere=True),
        "search: a rare word": Question(Selection(query=RARE), is_anywhere=True),
        "search: a word that nobody says": Question(Selection(query="nobodysaysthis"), is_anywhere=True),
        "search: held, a rare word": Question(Selection(State.HELD, query=RARE), is_anywhere=True),
    }


async def ask(desk: "Desk", total: int, question: Question, repeats: int) -> tuple[list[float], int]:
    """The ms of each page, and how many comments the last one has. Nothing is remembered from page to page."""
    chance, took, found = random.Random(1), [], 0
    for _ in range(repeats):
        fresh = replace(desk, comments=Comments(desk.link))
        below = FIRST_ORDINAL + chance.randrange(1, total) if question.is_anywhere else None
        began = time.perf_counter()
        page = await list_comments(fresh, "default", question.selection, limit=PAGE, below=below)
        took.append(1000 * (time.perf_counter() - began))
        found = len(page.comments)
    return took, found


async def server_ms(link: "Link") -> float:
    """The ms of processor time that the server's main thread took since it started."""
    told: bytes = await link.call("INFO", "cpu")
    return sum(1000 * float(each) for each in re.findall(rb"used_cpu_(?:sys|user)_main_thread:([0-9.]+)", told))


async def step_ms(link: "Link") -> float:
    """The ms that one of a hundred scripts held the server longer than, since its counts were reset."""
    told: bytes = await link.call("INFO", "latencystats")
    found = re.search(rb"usec_evalsha:\S*?p99=([0-9.]+)", told)
    return float(found[1]) / 1000 if found else 0.0


async def measure(url: str, total: int, repeats: int) -> None:
    link = make_link(url, scripts.ALL)
    link.open()
    assert await link.wait_up(60)
    desk = make_desk(link)
    await link.call("CONFIG", "SET", "appendfsync", "no")
    if not await link.call("EXISTS", "cd:{default}:totals"):
        await Filler(desk, total).fill()
    columns = ("p50", "p99", "service", "server", "step p99", "comments")
    click.echo(f"{'a page of 50, ms':36}" + "".join(f"{each:>10}" for each in columns))
    for name, question in questions(total).items():
        await ask(desk, total, question, 3)
        await link.call("CONFIG", "RESETSTAT")
        server_before, own_before = await server_ms(link), time.process_time()
        took, found = await ask(desk, total, question, repeats)
        own = 1000 * (time.process_time() - own_before) / repeats
        server = (await server_ms(link) - server_before) / repeats
        quantiles = statistics.quantiles(took, n=100, method="inclusive")
        numbers = (quantiles[49], quantiles[98], own, server, await step_ms(link))
        click.echo(f"{name:36}" + "".join(f"{number:>10.2f}" for number in numbers) + f"{found:>10}")
    await link.close()


async def run(folder: Path, total: int, repeats: int) -> None:
    server = await EmbeddedServer.open(folder)
    try:
        await measure(server.url, total, repeats)
    finally:
        await server.close()


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--comments", default=100_000, show_default=True, type=click.IntRange(1000, 10_000_000))
@click.option("--repeats", default=100, show_default=True, type=click.IntRange(3, 10_000), help="Pages of each kind.")
@click.option("--folder", type=click.Path(path_type=Path), help="Where the store is kept, and taken from again.")
def main(comments: int, repeats: int, folder: Path | None) -> None:
    """Fill an embedded server as submissions and decisions do, and print the ms of pages of 50 comments: those that
    pass, and of processor time those of this process and of the server for one page."""
    with tempfile.TemporaryDirectory(prefix="cd-lists-") as passing:
        asyncio.run(run(folder or Path(passing), comments, repeats))


if __name__ == "__main__":
    main()
