"""A site's rules: held against submissions, tried on one that is not kept, and checked before they are."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from classifier import Folded, Text
from service.desk import Desk
from service.domain.assessed import Assessed
from service.domain.judged import Judged
from service.domain.policy import Mode, Policy
from service.domain.reason import Reason
from service.domain.routing import NAME_OF_STAFF, Routing, may_be_trusted, route_each
from service.domain.rule import Fired, PlacedRule, Rule
from service.domain.site import Site
from service.domain.submission import Submission
from service.errors import InvalidFieldsError
from service.rules.checked import RulesError, checked
from service.rules.compiled import Said
from service.store.homes import CommentHome
from service.store.trials import try_submission


class Ruled(NamedTuple):
    """The rules of a policy that a submission meets, in their order; `left` are those that only the store can decide
    on, one of them perhaps about what was said elsewhere."""

    fired: Sequence[Fired] = ()
    left: Sequence[PlacedRule] = ()
    asks_what_was_said: bool = False


NO_RULES = Ruled()


async def met_rules(
    desk: Desk, policy: Policy, thread: str, submission: Submission, *, readings: Sequence[Folded]
) -> Ruled:
    """Holds a policy's rules against a submission. readings: its body as the classifier read it"""
    if not policy.rules:
        return NO_RULES
    rules = desk.rules.known(policy) or await desk.rules.prepare(policy)
    said = Said(
        thread,
        submission.body,
        submission.website,
        submission.email,
        folded=lambda: _texts(readings),
        now_ms=desk.now_ms(),
    )
    return Ruled(rules.met_by(said), rules.left, rules.asks_what_was_said)


def _texts(readings: Sequence[Folded]) -> Iterable[str]:
    return (text for reading in readings for text in (reading.read, reading.plain) if text)


def held_for(desk: Desk, site: Site, submission: Submission, author: str, signature: bytes) -> list[Reason]:
    """What holds a submission besides its scores and the site's rules: its sender's name, and what it is like."""
    reasons = [Reason(NAME_OF_STAFF)] if desk.registry.people.is_like_staff(site.site, submission.name) else []
    near = desk.turned_down.reason_against(site.site, author, signature, desk.now_ms()) if signature else None
    return [*reasons, near] if near else reasons


def signature_of(desk: Desk, readings: Sequence[Folded]) -> bytes:
    """By what a body is compared with others; b"" where it was not read, or nothing is to be compared."""
    return readings[0].signature if readings and desk.near_duplicates else b""


def judge(
    desk: Desk,
    site: Site,
    submission: Submission,
    author: str,
    *,
    assessed: Assessed,
    held: Sequence[Reason],
    ruled: Ruled,
) -> Judged:
    """What becomes of a submission of an author, as far as it can be told before the store is asked. held: what
    `held_for` gave"""
    policy = site.policy
    return Judged(
        route_each(policy, assessed, held, () if ruled.left else ruled.fired),
        # Stands for the author and his words, wherever on the site he says them.
        desk.vault.digest("said", site.site, author, submission.body) if ruled.asks_what_was_said else "",
        ruled.left,
        ruled.fired if ruled.left else (),
        is_trust_counted=submission.is_author_verified and may_be_trusted(policy, assessed, held, ruled.fired),
    )


class Trial(NamedTuple):
    """What would become of a submission, in the mode that holds for it."""

    mode: Mode
    routing: Routing
    assessed: Assessed


async def try_policy(desk: Desk, site: Site, thread: str, submission: Submission) -> Trial:
    """Says what the site's policy makes of a submission, with what is known of its author, and keeps nothing of it.
    thread: "" for one of no thread"""
    scored = await desk.scorer.assess(Text(submission.body, submission.name, submission.website))
    assessed, policy = scored.assessed, site.policy
    ruled = await met_rules(desk, policy, thread, submission, readings=scored.readings)
    home = CommentHome(thread, desk.vault.email_hash(submission.email))
    held = held_for(desk, site, submission, home.author, signature_of(desk, scored.readings))
    judged = judge(desk, site, submission, home.author, assessed=assessed, held=held, ruled=ruled)
    mode, routing = await try_submission(desk.link, site.site, policy.mode, home, judged, now_ms=desk.now_ms())
    return Trial(mode, routing, assessed)


async def check_rules(desk: Desk, rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules with their domains in one spelling. InvalidFieldsError names each field that is not taken."""
    try:
        return await asyncio.to_thread(checked, rules, desk.rules.fold)
    except RulesError as error:
        raise InvalidFieldsError(errors=error.errors) from error
