"""What one decision on many comments takes, and what single decisions cost meanwhile, on disk at every answer.

Run: python bench/bulk.py --comments 100000
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.lists import FIRST_MS, GAP_MS, SITE
from bench.memory import CHARS, COMMENTS_A_THREAD, COMMENTS_AN_AUTHOR, WORDS, make_desk, patiently
from service.desk import new_id
from service.domain.assessed import Assessed
from service.domain.bulk import BulkOrder
from service.domain.caller import Caller, Role
from service.domain.decision import Decision, Ruling
from service.domain.judged import Judged
from service.domain.policy import MODES
from service.domain.reason import Reason
from service.domain.replay import NO_REPLAY
from service.domain.routing import Routing, Verdict
from service.domain.selection import Selection
from service.domain.state import State
from service.domain.submission import Submission
from service.link.address import make_link
from service.platform.embedded import EmbeddedServer
from service.store import scripts
from service.store.homes import CommentHome
from service.store.submissions import NO_TRACES, NewComment
from service.use_cases.bulk import carry_on, start, undo_bulk
from service.use_cases.bulk_preview import preview

if TYPE_CHECKING:
    from service.desk import Desk

AT_ONCE = 512
SINGLES = 20_000
SINGLE = "decided on one by one"
BETWEEN_SECONDS = 0.02
"""One decision after the other, as several moderators make them together."""
ALONE = 400
"""Single decisions before and after the bulk."""
MODERATOR = Caller("t1", "t1", "Mo", frozenset({Role.MODERATOR}), frozenset({"default"}))
ROUTING = Routing(Verdict.HOLD, [Reason("risk_between")])


def _comment(number: int, thread: str) -> NewComment:
    body = f"{number} {' '.join(WORDS[(number * 7 + place * (1 + number % 5)) % len(WORDS)] for place in range(90))}"
    return NewComment(
        new_id(FIRST_MS + GAP_MS * number),
        CommentHome(thread, f"{number // COMMENTS_AN_AUTHOR:040}"),
        Submission("Ann", "ann@mail.example", body[:CHARS]),
        sealed_email=b"sealed" * 8,
        assessed=Assessed({"spam": 0.5}, 0.5, [], assessed=True, model="m"),
        judged=Judged(dict.fromkeys(MODES, ROUTING)),
        traces=NO_TRACES,
    )


async def _fill(desk: "Desk", first: int, count: int, thread: str | None = None) -> list[str]:
    """Their ids. What is sent again as the server was too busy is another comment."""
    ids: list[str] = []
    for begin in range(first, first + count, AT_ONCE):
        numbers = range(begin, min(first + count, begin + AT_ONCE))

        async def submit(numbers: range = numbers) -> list[str]:
            new = [_comment(number, thread or f"t{number // COMMENTS_A_THREAD}") for number in numbers]
            await asyncio.gather(*(desk.submissions.submit(SITE, each, NO_REPLAY, FIRST_MS) for each in new))
            return [each.comment_id for each in new]

        ids += await patiently(submit)
    return ids


@dataclass(slots=True)
class Singles:
    """Single decisions, one after the other, and the ms that each took."""

    desk: "Desk"
    ids: list[str]
    took: list[float] = field(default_factory=list)

    async def decide(self) -> None:
        ruling = Ruling(self.ids.pop(), Decision.REJECT)
        began = time.perf_counter()
        await self.desk.comments.decide("default", ruling, MODERATOR, replay=NO_REPLAY, now_ms=self.desk.now_ms())
        self.took.append(1000 * (time.perf_counter() - began))
        await asyncio.sleep(BETWEEN_SECONDS)

    async def decide_until(self, task: "asyncio.Task[None]") -> list[float]:
        """What they took until the task was done."""
        self.took = []
        while not task.done() and self.ids:
            await self.decide()
        return self.took

    async def decide_some(self) -> list[float]:
        self.took = []
        for _ in range(ALONE):
            await self.decide()
        return self.took


def _quantiles(took: Sequence[float]) -> tuple[float, float]:
    return statistics.median(took), statistics.quantiles(took, n=20)[-1]


async def measure(desk: "Desk", comments: int) -> None:
    await _fill(desk, 0, comments)
    singles = Singles(desk, await _fill(desk, comments, SINGLES, SINGLE))
    began = time.perf_counter()
    selection = Selection(State.HELD, until_ms=FIRST_MS + GAP_MS * comments)
    seen = await preview(desk, "default", selection, (), replay=NO_REPLAY)
    print(f"preview of {seen.count:,}: {time.perf_counter() - began:.2f} s")
    alone = await singles.decide_some()
    await start(desk, "default", MODERATOR, BulkOrder(seen.bulk_id, Decision.SPAM), replay=NO_REPLAY)
    during_bulk = await _carry_out(desk, singles, f"bulk of {seen.count:,}")
    done = await desk.bulks.read("default", seen.bulk_id)
    if (done.done, done.skipped) != (seen.count, 0):
        raise click.ClickException(f"not all was decided on: {done}")
    alone += await singles.decide_some()
    await undo_bulk(desk, "default", MODERATOR, seen.bulk_id)
    during_undo = await _carry_out(desk, singles, "its undo")
    alone += await singles.decide_some()
    usual = _quantiles(alone)
    print(f"a single decision, ms p50 and p95: alone, before, between and after, {usual[0]:.2f}, {usual[1]:.2f}")
    for name, (median, late) in (("the bulk", _quantiles(during_bulk)), ("the undo", _quantiles(during_undo))):
        print(f"during {name} {median:.2f}, {late:.2f}: x{median / usual[0]:.2f}, x{late / usual[1]:.2f}")


async def _carry_out(desk: "Desk", singles: Singles, name: str) -> list[float]:
    """The ms of single decisions meanwhile."""
    holding = asyncio.create_task(asyncio.sleep(3600))
    began = time.perf_counter()
    work = asyncio.create_task(carry_on(desk, "default", holding))
    took = await singles.decide_until(work)
    await work
    print(f"{name}: {time.perf_counter() - began:.0f} s")
    holding.cancel()
    return took


async def run(folder: Path, comments: int) -> None:
    server = await EmbeddedServer.open(folder)
    link = make_link(server.url, scripts.ALL)
    link.open()
    try:
        await link.wait_up(60)
        await measure(make_desk(link), comments)
    finally:
        await link.close()
        await server.close()


@click.command()
@click.option("--comments", default=100_000, show_default=True)
@click.option("--folder", type=click.Path(path_type=Path), help="Where the data is; by default a passing one.")
def main(comments: int, folder: Path | None) -> None:
    """Fill an embedded server, decide on all of it at once and take that back, with single decisions meanwhile."""
    with tempfile.TemporaryDirectory(prefix="cd-bulk-") as passing:
        asyncio.run(run(folder or Path(passing), comments))


if __name__ == "__main__":
    main()
