"""A reader's comment: scored, routed, written."""

from classifier import Text
from service.desk import Desk, new_id
from service.domain import (
    NAME_OF_STAFF,
    UNKNOWN_RISK,
    Assessed,
    Site,
    State,
    Submission,
    reader_network,
    route_each,
)
from service.store.comments import Place, Replay
from service.store.record import Private, pack_private, pack_public
from service.store.submissions import NewComment, Receipt


async def submit(desk: Desk, site: Site, thread: str, submission: Submission, replay: Replay) -> Receipt:
    """Takes a submission in; the receipt says `held` for all that is not published, so that spammers learn nothing.

    The same again, for an exact repeat within a day or a repeated Idempotency-Key.
    """
    assessed = await desk.scorer.assess(Text(submission.body, submission.name, submission.website))
    now_ms = desk.now_ms()
    new = _new_comment(desk, site, thread, submission, assessed, now_ms)
    receipt = await desk.submissions.submit(site, new, replay, now_ms)
    return receipt if receipt.state == State.PUBLISHED else receipt._replace(state=State.HELD)


def _new_comment(
    desk: Desk, site: Site, thread: str, submission: Submission, assessed: Assessed, now_ms: int
) -> NewComment:
    vault = desk.vault
    comment_id = new_id(now_ms)
    author = vault.email_hash(submission.email)
    reader = vault.reader_hash(reader_network(submission.client_ip), now_ms) if submission.client_ip else ""
    private = Private(
        vault.seal(submission.email, comment_id),
        assessed.scores,
        assessed.risk,
        assessed.spans,
        assessed.assessed,
        assessed.model,
        reader,
        submission.user_agent,
        submission.referrer,
    )
    return NewComment(
        comment_id,
        Place(thread, author),
        submission.parent_id,
        pack_public(submission.name, submission.body, submission.website, submission.parent_id),
        pack_private(private),
        risk=UNKNOWN_RISK if assessed.risk is None or not assessed.assessed else assessed.risk,
        is_unscored=assessed.scores is None,
        routings=route_each(site.policy, assessed, _held_for(desk, site, submission)),
        repeat_digest=vault.digest(site.site, thread, author, submission.body),
        reader=reader,
        article_title=submission.article_title,
        article_url=submission.article_url,
    )


def _held_for(desk: Desk, site: Site, submission: Submission) -> tuple[str, ...]:
    return (NAME_OF_STAFF,) if desk.registry.is_like_staff(site.site, submission.name) else ()
