"""Submissions that are tried: judged as if they were sent, in one step that only reads."""

from service.domain.judged import Judged
from service.domain.policy import Mode
from service.domain.routing import Routing, Verdict
from service.link.link import Link
from service.store import keys, scripts
from service.store.homes import CommentHome
from service.store.record import unpack_reasons
from service.store.rules import pack_fired, routing_arguments, rule_arguments


async def try_submission(
    link: Link, site: str, mode: Mode, home: CommentHome, judged: Judged, *, now_ms: int
) -> tuple[Mode, Routing]:
    """The mode of the thread, or that of its site, and what becomes of the submission in it. The home's thread is ""
    for one of no thread."""
    author = keys.author(site, home.author)
    names = [
        keys.thread_keys(site, home.thread).thread,
        author,
        keys.said(site, judged.said) if judged.said else author,
    ]
    arguments = [*routing_arguments(judged.routings), pack_fired(judged.fired), int(judged.is_trust_counted)]
    arguments += rule_arguments(judged.rules)
    found_mode, verdict, listed, reasons = await scripts.TRY_POLICY.run(
        link, names, now_ms, home.thread, mode, *arguments
    )
    routing = Routing(Verdict(verdict.decode()), unpack_reasons(reasons), is_listed=listed == b"1")
    return Mode(found_mode.decode()), routing
