"""Submissions that are tried: judged as if they were sent, in one step that only reads."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.domain.policy import Mode
from service.domain.routing import Routing, Verdict
from service.domain.rule import Fired, PlacedRule
from service.link.link import Link
from service.store import keys, scripts
from service.store.record import unpack_reasons
from service.store.rules import pack_fired, routing_arguments, rule_arguments


class Asked(NamedTuple):
    """What of a submission the store judges, see `submissions.NewComment`. `thread` is "" for one of no thread."""

    thread: str
    author: str
    said: str
    routings: Mapping[Mode, Routing]
    rules: Sequence[PlacedRule] = ()
    fired: Sequence[Fired] = ()
    is_trust_counted: bool = False


async def try_submission(link: Link, site: str, mode: Mode, asked: Asked, *, now_ms: int) -> tuple[Mode, Routing]:
    """The mode of the thread, or that of its site, and what becomes of the submission in it."""
    author = keys.author(site, asked.author)
    names = [
        keys.thread_keys(site, asked.thread).thread,
        author,
        keys.said(site, asked.said) if asked.said else author,
    ]
    arguments = [*routing_arguments(asked.routings), pack_fired(asked.fired), int(asked.is_trust_counted)]
    arguments += rule_arguments(asked.rules)
    found_mode, verdict, listed, reasons = await scripts.TRY_POLICY.run(
        link, names, now_ms, asked.thread, mode, *arguments
    )
    routing = Routing(Verdict(verdict.decode()), unpack_reasons(reasons), is_listed=listed == b"1")
    return Mode(found_mode.decode()), routing
