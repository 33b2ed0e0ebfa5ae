"""What a stored comment costs: memory by kind of key, the server's resident size, disk, and the time of a restart.

Run: python bench/memory.py --comments 20000 --comments 100000
"""

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import redis

if TYPE_CHECKING:
    from service.desk import Desk
    from service.domain.site import Site
    from service.domain.submission import Submission
    from service.link.link import Link

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.append_only import rewrite_log, size_of_log

T = TypeVar("T")
CHARS = 400
AT_ONCE = 50
COMMENTS_A_THREAD = 100
COMMENTS_AN_AUTHOR = 5
HELD_EVERY = 10
SECRET = "a secret for the memory test 0123456789"
TEXT = (
    "the of and to a in is that it for was on with as are be this have from or had by not but what all were when we "
    "there can your which their said if do will each about how up out them then she many some these would other into "
    "has more her two like him see time could no make than first been its who now people my made over did down only "
    "way find use may water long little very after words called just where most know get through back much before "
    "council budget minister reporter article editor taxes village hospital nurses teachers election court judge "
    "market prices rent wages traffic buses train station bridge river weather winter summer garden kitchen football"
)
WORDS = TEXT.split()
NAME_OF_KIND = {
    "comment": "comment: its record",
    "thread-comments": "thread-comments: what is public of it",
    "repeat": "repeat: exact repeats, for 24 h",
    "author": "author: its author's record",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A store of so many comments. Bytes; `kinds` are by the kind of key, keys and their names."""

    comments: int
    fill_seconds: float
    used: int
    resident: int
    kinds: Counter[str]
    keys: Counter[str]
    record_fields: Counter[str]
    log_bytes: int
    restart_seconds: float
    rewritten_log_bytes: int
    restart_of_rewritten_seconds: float


@dataclass(slots=True)
class Filler:
    """Comments of CHARS characters, no two alike; one of HELD_EVERY stays held, half of the others are published by
    the policy and half by a moderator."""

    desk: "Desk"
    automatic: "Site"
    moderated: "Site"
    words: random.Random = field(default_factory=lambda: random.Random(7))

    async def fill(self, total: int) -> None:
        with click.progressbar(length=total, label=f"{total:,} comments", file=sys.stderr) as bar:
            for numbers in batched_numbers(total):
                await asyncio.gather(*(self._add(number, total) for number in numbers))
                bar.update(len(numbers))

    async def _add(self, number: int, total: int) -> None:
        from service.domain.caller import Caller, Role
        from service.domain.decision import Decision, Ruling
        from service.domain.replay import NO_REPLAY
        from service.use_cases import moderation
        from service.use_cases.submit import submit

        is_machines = number % HELD_EVERY % 2 == 1
        site = self.automatic if is_machines else self.moderated
        thread = f"article-{number % max(1, total // COMMENTS_A_THREAD)}"
        submission = self._submission(number, total // COMMENTS_AN_AUTHOR)
        receipt = await patiently(lambda: submit(self.desk, site, thread, submission, replay=NO_REPLAY))
        if not is_machines and number % HELD_EVERY:
            moderator = Caller(
                "t123456789abc", "m123456789abc", "Mo", frozenset({Role.MODERATOR}), frozenset({"default"})
            )
            ruling = Ruling(receipt.comment_id, Decision.APPROVE)
            await patiently(lambda: moderation.decide(self.desk, site.site, moderator, ruling, replay=NO_REPLAY))

    def _submission(self, number: int, authors: int) -> "Submission":
        from service.domain.submission import Submission

        author = number % max(1, authors)
        words = " ".join(self.words.choices(WORDS, k=CHARS // 4))
        body = f"{number} {words}"[:CHARS].rstrip()
        return Submission(f"Reader {author}", f"reader{author}@mail.example", body.ljust(CHARS, "."))


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """What the work gives, once the service is not too busy for it."""
    from service.errors import UnavailableError

    while True:
        try:
            return await work()
        except UnavailableError:
            await asyncio.sleep(0.2)


def batched_numbers(total: int) -> Iterator[range]:
    for start in range(0, total, AT_ONCE):
        yield range(start, min(total, start + AT_ONCE))


async def measure(total: int, folder: Path, options: list[tuple[str, str]], *, has_rules: bool) -> Measured:
    """Fills an embedded server in the folder, looks at it, and starts it again twice, then without the options."""
    from service.platform.embedded import EmbeddedServer

    server = await EmbeddedServer.open(folder)
    fill_seconds = await fill(server.url, total, options, has_rules=has_rules)
    with redis.Redis.from_url(server.url) as client:
        memory: dict[str, Any] = client.info("memory")
        kinds, keys = memory_by_kind(client)
        fields = sampled_fields(client)
    log_bytes = size_of_log(folder)
    await server.close()
    restart_seconds, server = await restarted(folder)
    with redis.Redis.from_url(server.url) as client:
        rewritten = rewrite_log(client, folder)
    await server.close()
    again_seconds, server = await restarted(folder)
    await server.close()
    return Measured(
        total,
        fill_seconds,
        memory["used_memory"],
        resident=memory["used_memory_rss"],
        kinds=kinds,
        keys=keys,
        record_fields=fields,
        log_bytes=log_bytes,
        restart_seconds=restart_seconds,
        rewritten_log_bytes=rewritten,
        restart_of_rewritten_seconds=again_seconds,
    )


async def fill(url: str, total: int, options: list[tuple[str, str]], *, has_rules: bool) -> float:
    """Seconds that it takes to put so many comments into a server with these options, and to seal what was done."""
    from bench.all_rules import all_rules
    from service.domain.policy import Mode, Policy
    from service.domain.rule_fields import rule_of
    from service.domain.site import Site
    from service.link.address import make_link
    from service.store import scripts

    link = make_link(url, scripts.ALL)
    link.open()
    assert await link.wait_up(10)
    for name, value in options:
        await link.call("CONFIG", "SET", name, value)
    began = time.monotonic()
    rules = tuple(rule_of(each) for each in all_rules()) if has_rules else ()
    automatic = Site("default", policy=Policy(Mode.AUTO, publish_below=1.0, reject_above=1.0, rules=rules))
    moderated = replace(automatic, policy=Policy(Mode.PREMODERATE, rules=rules))
    desk = make_desk(link)
    async with sealing(desk):
        await Filler(desk, automatic, moderated).fill(total)
    seconds = time.monotonic() - began
    await link.close()
    return seconds


@asynccontextmanager
async def sealing(desk: "Desk") -> AsyncIterator[None]:
    """The audit log is sealed meanwhile and at the end, as in a service: else its events would lie in the stream."""
    from service.consumers.sealer import Sealer

    sealer = Sealer(desk.link, desk.vault, lambda: ("default",), desk.now_ms)
    sealer.open()
    yield
    await sealer.close()
    while await sealer.seal_some("default"):
        pass


def make_desk(link: "Link") -> "Desk":
    """What use cases work with, on a link."""
    from service.api.wire_live import encode_news
    from service.app import load_model
    from service.desk import Desk, clock_ms
    from service.live.feeds import Feeds, ListenerLimits
    from service.platform.counters import Counters
    from service.registry import Registry
    from service.rules.prepared import PreparedRules
    from service.scoring import Scorer
    from service.store.bulks import Bulks
    from service.store.comments import Comments
    from service.store.format_3 import ThreadUpgrades
    from service.store.lists import Lists
    from service.store.queue import Queue
    from service.store.salts import DaySalts
    from service.store.search import Search
    from service.store.site_queues import SiteQueues
    from service.store.submissions import Submissions
    from service.store.turned_down import TurnedDown
    from service.upkeep.chain_watch import ChainWatch
    from service.vault import Vault

    vault, comments, model, counts = Vault(SECRET), Comments(link), load_model(), Counters()
    registry = Registry(link, link, vault, SECRET)
    encode = partial(encode_news, name_of=registry.name_of)
    return Desk(
        link,
        registry,
        vault,
        scorer=Scorer(model, counts),
        submissions=Submissions(link, comments),
        comments=comments,
        queue=Queue(link, comments),
        site_queues=SiteQueues(link, comments),
        lists=Lists(link),
        search=Search(link, Lists(link)),
        salts=DaySalts(link),
        rules=PreparedRules(model.fold, ()),
        bulks=Bulks(link),
        turned_down=TurnedDown(link),
        thread_upgrades=ThreadUpgrades(link),
        feeds=Feeds(link, encode, clock_ms, counts=counts, limits=ListenerLimits(5, 50, 500)),
        chains=ChainWatch(link, clock_ms),
    )


async def restarted(folder: Path) -> tuple[float, Any]:
    """Seconds until the server has read all its data and answers; the server."""
    from service.platform.embedded import EmbeddedServer

    began = time.monotonic()
    server = await EmbeddedServer.open(folder)
    return time.monotonic() - began, server


def memory_by_kind(client: redis.Redis) -> tuple[Counter[str], Counter[str]]:
    """Bytes and number of keys by kind, every key asked whole: MEMORY USAGE ... SAMPLES 0."""
    sizes: Counter[str] = Counter()
    numbers: Counter[str] = Counter()
    found = client.scan_iter(count=1000)
    for names in iter(lambda: list(_first(found, 1000)), []):
        pipeline = client.pipeline(transaction=False)
        for name in names:
            pipeline.memory_usage(name, samples=0)
        for name, size in zip(names, pipeline.execute(), strict=True):
            kind = name.decode().split(":", 3)[2]
            sizes[kind] += size
            numbers[kind] += 1
    return sizes, numbers


def _first(found: Iterator[bytes], count: int) -> Iterator[bytes]:
    for _, name in zip(range(count), found, strict=False):
        yield name


def sampled_fields(client: redis.Redis) -> Counter[str]:
    """Mean bytes of the fields in a comment's record, names and values, over a thousand comments."""
    from service.store.keys import COMMENT_FIELDS

    names = {short: name for name, short in COMMENT_FIELDS.items()}
    lengths: Counter[str] = Counter()
    seen = 0
    for name in client.scan_iter(match="cd:{default}:comment:*", count=1000):
        record: dict[Any, Any] = client.hgetall(name)
        for each, value in record.items():
            lengths[names[each.decode()]] += len(each) + len(value)
        seen += 1
        if seen == 1000:
            break
    return Counter({name: round(length / seen) for name, length in lengths.items()})


def show(measured: Measured) -> None:
    total = measured.comments
    click.echo(
        f"\n{total:,} comments, written in {measured.fill_seconds:.0f} s ({total / measured.fill_seconds:,.0f}/s)"
    )
    click.echo(f"{'kind of key':42}{'keys':>10}{'B/comment':>11}{'B/key':>9}")
    for kind, size in measured.kinds.most_common():
        if size / total >= 0.05:
            number = measured.keys[kind]
            click.echo(f"{NAME_OF_KIND.get(kind, kind):42}{number:>10,}{size / total:>11.1f}{size / number:>9.0f}")
    known = sum(measured.kinds.values())
    click.echo(f"{'all keys':42}{sum(measured.keys.values()):>10,}{known / total:>11.1f}")
    click.echo(f"{'used_memory':52}{measured.used / total:>11.1f}")
    click.echo(f"{'resident (used_memory_rss)':52}{measured.resident / total:>11.1f}")
    click.echo(f"{'append-only file as written':52}{measured.log_bytes / total:>11.1f}")
    click.echo(f"{'append-only file after BGREWRITEAOF':52}{measured.rewritten_log_bytes / total:>11.1f}")
    click.echo(
        f"restart: {measured.restart_seconds:.2f} s, after BGREWRITEAOF {measured.restart_of_rewritten_seconds:.2f} s"
    )
    fields = ", ".join(f"{name} {length}" for name, length in measured.record_fields.most_common())
    click.echo(f"bytes in a record: {fields}")


@click.command()
@click.option("--comments", multiple=True, type=int, default=(20_000,), show_default=True, help="May be repeated.")
@click.option("--set", "options", multiple=True, type=(str, str), help="A setting of the server and its value.")
@click.option("--rules", is_flag=True, help="With 5,000 phrases, 100 patterns, and a rule of every other kind.")
def main(*, comments: tuple[int, ...], options: list[tuple[str, str]], rules: bool) -> None:
    """Fills an embedded server through the service's own use cases and tells what a comment costs."""
    for total in comments:
        folder = Path(tempfile.mkdtemp(prefix="cd-memory-"))
        try:
            show(asyncio.run(measure(total, folder, options, has_rules=rules)))
        finally:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
