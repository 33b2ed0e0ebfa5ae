"""New comments in Redis: those that arrive in one turn of the event loop are written by one script."""

import asyncio
from collections import defaultdict
from typing import Any, NamedTuple

from service.domain.event import READER
from service.domain.policy import MODES, Mode, Policy
from service.domain.replay import Replay
from service.domain.routing import Routing
from service.domain.site import Site
from service.link.link import Argument, Link
from service.store import keys, scripts
from service.store.comments import CommentHome, remember_home
from service.store.record import pack_reasons

KEYS_EACH, KEYS_WITH_BEFORE = 9, 11
"""Keys of each submission, without and with those of yesterday."""
MOST_AT_ONCE = 32
"""Submissions that one script writes: about two milliseconds of the server's time."""


class Traces(NamedTuple):
    """By what a reader and his words are known again for a while: keyed hashes, both "" for a reader whom the website
    does not tell."""

    reader: str = ""
    repeat: str = ""


NO_TRACES = Traces()


class NewComment(NamedTuple):
    """A submission as it is written. `public` and `private` are packed, see `record.py`. What was `before` is what the
    same reader and text would have had yesterday, while that is known."""

    comment_id: str
    home: CommentHome
    parent_id: str
    public: bytes
    private: bytes
    risk: float
    is_unscored: bool
    routings: dict[Mode, Routing]
    traces: Traces
    traces_before: "Traces | None" = None
    is_stranger: bool = False
    actor: str = READER
    article_title: str = ""
    article_url: str = ""


class Receipt(NamedTuple):
    """What the store did with a submission: the same again for a repeat."""

    comment_id: str
    state: str
    is_new: bool


class _Waiting(NamedTuple):
    """A submission on its way, and who waits for its receipt."""

    site: Site
    new: NewComment
    replay: Replay
    now_ms: int
    receipt: asyncio.Future[Receipt]


class Submissions:
    """Writes submissions. Each is a step of its own for whoever looks, though several share the way to Redis."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._waiting: dict[int, list[_Waiting]] = defaultdict(list)
        self._writing: set[asyncio.Task[None]] = set()

    def submit(self, site: Site, new: NewComment, replay: Replay, now_ms: int) -> asyncio.Future[Receipt]:
        """Writes one submission, or gives the first answer to one that was sent before.

        ThreadClosedError, RateLimitedError, InvalidFieldsError (parent_id), IdempotencyKeyReusedError, and what a
        `Link` may raise.
        """
        loop = asyncio.get_running_loop()
        receipt: asyncio.Future[Receipt] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._write_all)
        self._waiting[id(site)].append(_Waiting(site, new, replay, now_ms, receipt))
        return receipt

    def _write_all(self) -> None:
        for waiting in self._waiting.values():
            for start in range(0, len(waiting), MOST_AT_ONCE):
                task = asyncio.create_task(self._write(waiting[start : start + MOST_AT_ONCE]))
                self._writing.add(task)
                task.add_done_callback(self._writing.discard)
        self._waiting.clear()

    async def _write(self, batch: list[_Waiting]) -> None:
        """One script for submissions of one site."""
        site = batch[0].site
        names: list[str] = [*keys.intake_keys(site.site)]
        knows_before = any(each.new.traces_before for each in batch)
        arguments: list[Argument] = [*_policy_arguments(site.policy), KEYS_WITH_BEFORE if knows_before else KEYS_EACH]
        for each in batch:
            names += _keys_of(site.site, each.new, each.replay)
            if knows_before:
                names += _trace_keys(site.site, each.new.traces_before or each.new.traces)
            arguments += _arguments_of(each)
        try:
            answers: list[Any] = await scripts.SUBMIT.run(self._link, names, *arguments)
        except Exception as error:  # noqa: BLE001 whatever it is, those who wait have to know
            answers = [error] * len(batch)
        for each, answer in zip(batch, answers, strict=True):
            _settle(each, answer)


def _settle(waiting: _Waiting, answer: Any) -> None:
    if waiting.receipt.done():
        return
    try:
        waiting.receipt.set_result(_receipt(waiting, answer))
    except Exception as error:  # noqa: BLE001 nobody waits for ever
        waiting.receipt.set_exception(error)


def _receipt(waiting: _Waiting, answer: Any) -> Receipt:
    if isinstance(answer, Exception):
        raise answer
    if answer[0] != b"ok":
        raise scripts.refusal(answer)
    comment_id, state, is_new = answer[1].decode(), answer[2].decode(), answer[3] == b"new"
    if is_new:
        remember_home(waiting.site.site, comment_id, waiting.new.home)
    return Receipt(comment_id, state, is_new)


def _keys_of(site: str, new: NewComment, replay: Replay) -> tuple[str, ...]:
    return (
        *keys.thread_keys(site, new.home.thread),
        keys.comment(site, new.comment_id),
        keys.author(site, new.home.author),
        keys.idempotency(site, replay.digest),
        *_trace_keys(site, new.traces),
    )


def _trace_keys(site: str, traces: Traces) -> tuple[str, str]:
    return keys.repeat(site, traces.repeat), keys.rate_reader(site, traces.reader)


def _policy_arguments(policy: Policy) -> list[Argument]:
    rates = (policy.reader_rate, policy.site_rate, policy.stranger_rate)
    return [policy.mode, *(each for rate in rates for each in (rate.interval_ms, rate.tolerance_ms))]


def _sender(new: NewComment) -> str:
    """Who is held to which limits: a website's own reader, a stranger, or nobody that is known."""
    return "stranger" if new.is_stranger else "reader" if new.traces.reader else ""


def _arguments_of(waiting: _Waiting) -> list[Argument]:
    new = waiting.new
    arguments: list[Argument] = [
        waiting.now_ms,
        new.comment_id,
        new.home.thread,
        new.home.author,
        new.parent_id,
        new.public,
        new.private,
        f"{new.risk:.6f}",
        waiting.replay.fingerprint,
        _sender(new),
        new.article_title,
        new.article_url,
        int(new.is_unscored),
        new.actor,
    ]
    for mode in MODES:
        routing = new.routings[mode]
        arguments += (routing.verdict, int(routing.is_listed), pack_reasons(routing.reasons))
    return arguments
