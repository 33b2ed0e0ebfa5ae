"""New comments in Redis: those that arrive in one turn of the event loop are written by one script."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from service.domain.assessed import Assessed
from service.domain.judged import Judged
from service.domain.policy import Policy
from service.domain.replay import Replay
from service.domain.site import Site
from service.domain.state import State
from service.domain.submission import Receipt, Submission
from service.link.link import Argument, Link
from service.lists.ordinals import FIRST_ORDINAL, pack_row
from service.store import keys, scripts
from service.store.comments import Comments
from service.store.homes import CommentHome
from service.store.record import Private, pack_private, pack_public
from service.store.rules import pack_fired, routing_arguments, rule_arguments

KEYS_EACH, KEYS_WITH_BEFORE = 13, 15
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
    """A submission as it is written: `author` stands for its email, which is sealed. What was `before` is what the same
    reader and text would have had yesterday, while that is known."""

    comment_id: str
    home: CommentHome
    submission: Submission
    sealed_email: bytes
    assessed: Assessed
    judged: Judged
    traces: Traces
    traces_before: Traces | None = None
    author_id: str = ""
    """Of an author who has none yet."""
    signature: bytes = b""
    """By which texts alike are found; b"" where none is kept."""


class _Waiting(NamedTuple):
    """A submission on its way, packed, and who waits for its receipt."""

    site: Site
    new: NewComment
    replay: Replay
    arguments: list[Argument]
    receipt: asyncio.Future[Receipt]


class Submissions:
    """Writes submissions. Each is a step of its own for whoever looks, though several share the way to Redis."""

    def __init__(self, link: Link, comments: Comments) -> None:
        self._link = link
        self._comments = comments
        self._waiting: dict[int, list[_Waiting]] = defaultdict(list)
        self._writing: set[asyncio.Task[None]] = set()
        self._ordinals: dict[str, int] = {}
        """Of each site the next ordinal, as it was last told: it says which chunks of the lists are written to."""

    def submit(self, site: Site, new: NewComment, replay: Replay, now_ms: int) -> asyncio.Future[Receipt]:
        """Writes one submission, or gives the first answer to one that was sent before.

        ThreadClosedError, RateLimitedError, InvalidFieldsError (parent_id), IdempotencyKeyReusedError, and what a
        `Link` may raise.
        """
        arguments = _arguments_of(new, replay, now_ms)
        loop = asyncio.get_running_loop()
        receipt: asyncio.Future[Receipt] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._write_all)
        self._waiting[id(site)].append(_Waiting(site, new, replay, arguments, receipt))
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
        names: list[str] = []
        knows_before = any(each.new.traces_before for each in batch)
        arguments: list[Argument] = [*_policy_arguments(site.policy), KEYS_WITH_BEFORE if knows_before else KEYS_EACH]
        arguments += rule_arguments(batch[0].new.judged.rules)
        for each in batch:
            names += _keys_of(site.site, each.new, each.replay)
            if knows_before:
                names += _trace_keys(site.site, each.new.traces_before or each.new.traces)
            arguments += each.arguments
        try:
            answers = await self._run(site.site, names, arguments)
        except Exception as error:  # noqa: BLE001 whatever it is, those who wait have to know
            answers = [error] * len(batch)
        for each, answer in zip(batch, answers, strict=True):
            self._settle(each, answer)

    async def _run(self, site: str, names: Sequence[str], arguments: Sequence[Argument]) -> list[Any]:
        """The answers of one script. Where other processes have come further it does nothing but tell how far."""
        answers: list[Any] = []
        while not answers:
            ordinal = self._ordinals.get(site, FIRST_ORDINAL)
            arrival = keys.arrival_keys(site, ordinal)
            shared = (
                *keys.intake_keys(site),
                *arrival,
                *keys.series_keys(site),
                *keys.near_arrival_keys(site, ordinal),
            )
            self._ordinals[site], *answers = await scripts.SUBMIT.run(self._link, [*shared, *names], *arguments)
        return answers

    def _settle(self, waiting: _Waiting, answer: Any) -> None:
        if waiting.receipt.done():
            return
        try:
            waiting.receipt.set_result(self._receipt(waiting, answer))
        except Exception as error:  # noqa: BLE001 nobody waits for ever
            waiting.receipt.set_exception(error)

    def _receipt(self, waiting: _Waiting, answer: Any) -> Receipt:
        if isinstance(answer, Exception):
            raise answer
        if answer[0] != b"ok":
            raise scripts.refusal(answer)
        comment_id, state, is_new = answer[1].decode(), State(answer[2].decode()), answer[3] == b"new"
        if is_new:
            # An answer that an older version kept has none.
            ordinal = FIRST_ORDINAL + int(answer[4]) if len(answer) > 4 else None
            self._comments.remember_home(waiting.site.site, comment_id, waiting.new.home._replace(ordinal=ordinal))
        return Receipt(comment_id, state, is_new)


def _keys_of(site: str, new: NewComment, replay: Replay) -> tuple[str, ...]:
    author = keys.author(site, new.home.author)
    return (
        *keys.thread_keys(site, new.home.thread),
        keys.comment(site, new.comment_id),
        author,
        keys.idempotency(site, replay.digest),
        *_trace_keys(site, new.traces),
        keys.said(site, new.judged.said) if new.judged.said else author,
        keys.list_thread(site, new.home.thread),
        keys.list_author(site, new.home.author),
        keys.author_of(site, new.author_id),
    )


def _trace_keys(site: str, traces: Traces) -> tuple[str, str]:
    return keys.repeat(site, traces.repeat), keys.rate_reader(site, traces.reader)


def _policy_arguments(policy: Policy) -> list[Argument]:
    rates = (policy.reader_rate, policy.site_rate, policy.stranger_rate)
    limits = (each for rate in rates for each in (rate.interval_ms, rate.tolerance_ms))
    return [policy.mode, *limits, policy.open_ms]


def _sender(new: NewComment) -> str:
    """Who is held to which limits: a website's own reader, a stranger, or nobody that is known."""
    if new.submission.is_stranger:
        return "stranger" if new.traces.reader else "unknown_stranger"
    return "reader" if new.traces.reader else ""


def _arguments_of(new: NewComment, replay: Replay, now_ms: int) -> list[Argument]:
    said, assessed, judged = new.submission, new.assessed, new.judged
    arguments: list[Argument] = [
        now_ms,
        new.comment_id,
        new.home.thread,
        new.home.author,
        said.parent_id,
        pack_public(said.name, said.body, said.website, said.parent_id),
        _pack_private(new),
        f"{assessed.queue_risk:.6f}",
        replay.fingerprint,
        _sender(new),
        said.article_title,
        said.article_url,
        int(assessed.scores is None),
        said.actor,
    ]
    arguments += routing_arguments(judged.routings)
    arguments += (pack_fired(judged.fired), pack_row(new.comment_id, assessed.queue_risk))
    arguments += (new.author_id, int(judged.is_trust_counted), new.signature)
    return arguments


def _pack_private(new: NewComment) -> bytes:
    assessed = new.assessed
    return pack_private(
        Private(
            new.sealed_email,
            assessed.scores,
            assessed.risk,
            spans=[span._asdict() for span in assessed.spans],
            assessed=assessed.assessed,
            model=assessed.model,
            reader=new.traces.reader,
            user_agent=new.submission.user_agent,
            referrer=new.submission.referrer,
        )
    )
