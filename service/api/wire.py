"""How values look on the wire: the one place where JSON is made of them."""

from collections.abc import Mapping
from typing import Any

import orjson

from service.api.author_wire import author_json
from service.api.cursors import cursor_after
from service.api.wire_escalations import escalation_json
from service.api.wire_notes import newest_notes_json
from service.domain.assessed import Span
from service.domain.comment import Claim, Comment, FullAuthor, FullComment, KnownComment
from service.domain.decision import Act
from service.domain.queue import Claimed, QueuePage, SitesQueuePage
from service.domain.reason import Reason
from service.domain.site import Site
from service.domain.state import State
from service.domain.thread import PublishedComment, Thread, ThreadPage
from service.domain.times import rfc3339
from service.use_cases.rules import Trial

Json = dict[str, Any]


def _rfc3339_or_none(at_ms: int | None) -> str | None:
    return rfc3339(at_ms) if at_ms else None


def comment_json(comment: Comment) -> Json:
    """A comment as `schemas.comments.CommentSchema` has it."""
    return {
        "comment_id": comment.comment_id,
        "thread": comment.thread,
        "parent_id": comment.parent_id,
        "name": comment.name,
        "website": comment.website,
        "body": comment.body,
        "state": comment.state,
        "scores": comment.scores,
        "risk": comment.risk,
        "verdict": comment.verdict,
        "reasons": [_reason_json(reason) for reason in comment.reasons],
        "spans": [_span_json(span) for span in comment.spans],
        "submitted_at": rfc3339(comment.submitted_ms),
        "published_at": _rfc3339_or_none(comment.published_ms),
        "revision": comment.revision,
        "claim": None if comment.claim is None else _claim_json(comment.claim),
        "decision_reason": comment.decision_reason,
        "escalations": [escalation_json(escalation) for escalation in comment.escalations],
    }


def trial_json(trial: Trial) -> Json:
    """What a policy makes of a comment, as `schemas.policies.PolicyTestedSchema` has it."""
    assessed = trial.assessed
    return {
        "mode": trial.mode,
        "verdict": trial.routing.verdict,
        "reasons": [_reason_json(reason) for reason in trial.routing.reasons],
        "scores": assessed.rounded_scores,
        "risk": assessed.risk,
        "spans": [_span_json(span) for span in assessed.spans],
    }


def _reason_json(reason: Reason) -> Json:
    return {"code": reason.code, **reason.values}


def _span_json(span: Span) -> Json:
    return span._asdict()


def _claim_json(claim: Claim) -> Json:
    return {
        "member_id": claim.member_id,
        "token_id": claim.token_id,
        "moderator": claim.moderator,
        "expires_at": rfc3339(claim.expires_ms),
    }


def full_comment_json(full: FullComment) -> Json:
    """A comment as `schemas.comments.FullCommentSchema` has it."""
    return comment_json(full.comment) | {
        "email": full.email,
        "assessed": full.assessed,
        "model": full.model,
        "client": {"user_agent": full.user_agent, "referrer": full.referrer},
        "author": author_json(full.author),
        "history": [_act_json(act) for act in full.history],
        "notes": newest_notes_json(full.notes),
    }


def _by_state(counts: Mapping[State, int]) -> dict[str, int]:
    return {state.value: count for state, count in counts.items()}


def _act_json(act: Act) -> Json:
    return {
        "act": act.act,
        "at": rfc3339(act.at_ms),
        "member_id": act.member_id,
        "token_id": act.token_id,
        "moderator": act.moderator,
        "reason": act.reason,
        "note": act.note,
        "bulk_id": act.bulk_id,
        "before": act.before,
        "after": act.after,
        "revision": act.revision,
    }


def full_author_json(full: FullAuthor) -> Json:
    """An author as `schemas.authors.FullAuthorSchema` has it."""
    comments = [comment_json(comment) for comment in full.comments]
    told = {"email": full.email, "comments": comments, "notes": newest_notes_json(full.notes)}
    return author_json(full.record) | told


def known_state_json(known: KnownComment) -> Json:
    """What became of a comment as `schemas.receipts.KnownStateSchema` has it: alike for all that is not published."""
    return {
        "state": known.state,
        "submitted_at": rfc3339(known.submitted_ms),
        "published_at": _rfc3339_or_none(known.published_ms),
    }


def known_comment_json(known: KnownComment) -> Json:
    """A comment as `schemas.receipts.KnownCommentSchema` has it."""
    return {"comment_id": known.comment_id, "thread": known.thread} | known_state_json(known)


def queue_page_json(page: QueuePage, now_ms: int) -> Json:
    """A page of the queue as `schemas.comments.QueuePageSchema` has it."""
    return {
        "comments": [comment_json(comment) for comment in page.comments],
        "total": page.total,
        "oldest_age_seconds": _age_seconds(page.oldest_ms, now_ms),
        "next_cursor": cursor_after(page.last),
    }


def sites_queue_page_json(page: SitesQueuePage, now_ms: int) -> Json:
    """A page of several queues as `schemas.queues.SitesQueuePageSchema` has it."""
    return {
        "comments": [{"site": each.site} | comment_json(each.comment) for each in page.comments],
        "total": page.total,
        "oldest_age_seconds": _age_seconds(page.oldest_ms, now_ms),
        "sites_left_out": page.sites_left_out,
        "next_cursor": cursor_after(page.last),
    }


def _age_seconds(since_ms: int | None, now_ms: int) -> int | None:
    return None if since_ms is None else max(0, now_ms - since_ms) // 1000


def claimed_json(claimed: Claimed) -> Json:
    """Leased comments as `schemas.moderation.ClaimedSchema` has them."""
    return {
        "comments": [comment_json(comment) for comment in claimed.comments],
        "expires_at": rfc3339(claimed.expires_ms),
    }


def published_json(comment: PublishedComment) -> Json:
    """A published comment as anyone may see it."""
    return {
        "comment_id": comment.comment_id,
        "parent_id": comment.parent_id,
        "name": comment.name,
        "website": comment.website,
        "body": comment.body,
        "submitted_at": rfc3339(comment.submitted_ms),
        "published_at": rfc3339(comment.published_ms),
    }


def thread_page_json(thread: str, page: ThreadPage, next_cursor: str | None) -> bytes:
    """A page as `schemas.threads.ThreadPageSchema` has it."""
    return orjson.dumps(
        {
            "thread": thread,
            "article": {"title": page.title, "url": page.url},
            "closed": page.is_closed,
            "count": page.total,
            "comments": [published_json(comment) for comment in page.comments or ()],
            "next_cursor": next_cursor,
        }
    )


def thread_json(thread: Thread) -> Json:
    """A thread as `schemas.threads.ThreadSchema` has it."""
    return {
        "thread": thread.thread,
        "title": thread.title,
        "url": thread.url,
        "closed": thread.closed,
        "closes_at": _rfc3339_or_none(thread.closes_ms),
        "mode": thread.mode,
        "counts": _by_state(thread.counts),
    }


def site_json(site: Site) -> Json:
    """A site as `schemas.administration.SiteSchema` has it."""
    return {
        "site": site.site,
        "title": site.title,
        "public_submission": site.public_submission,
        "allowed_origins": list(site.allowed_origins),
        "language": site.language,
        "waiting_target_minutes": site.waiting_target_minutes or None,
        "created_at": rfc3339(site.created_ms),
    }
