"""How bulks and their previews look on the wire."""

from typing import Any

from service.api.wire import comment_json
from service.domain.bulk import ApprovedAuthor, Bulk, Preview, Undoing
from service.domain.times import rfc3339

Json = dict[str, Any]


def preview_json(preview: Preview) -> Json:
    """A preview as `schemas.bulk.BulkPreviewSchema` has it."""
    return {
        "count": preview.count,
        "is_whole": preview.is_whole,
        "examples": {
            "typical": None if preview.typical is None else comment_json(preview.typical),
            "least_alike": [comment_json(each) for each in preview.strange],
        },
        "warnings": {
            "approved_authors": {
                "count": preview.warned_count,
                "authors": [_approved_author_json(each) for each in preview.warned],
            }
        },
        "preview_token": preview.bulk_id,
    }


def _approved_author_json(author: ApprovedAuthor) -> Json:
    return author._asdict()


def bulk_json(bulk: Bulk) -> Json:
    """A bulk as `schemas.bulk.BulkRecordSchema` has it."""
    return _progress_json(bulk) | {
        "bulk_id": bulk.bulk_id,
        "decision": bulk.decision,
        "reason": bulk.reason,
        "note": bulk.note,
        "claimed": bulk.claimed,
        "stopped": bulk.is_stopped,
        "undo": None if bulk.undo is None else _progress_json(bulk.undo),
    }


def _progress_json(progress: Bulk | Undoing) -> Json:
    return {
        "state": "running" if progress.is_running else "done",
        "done": progress.done,
        "total": progress.total,
        "skipped": progress.skipped,
        "by": progress.actor,
        "moderator": progress.moderator,
        "started_at": rfc3339(progress.started_ms),
        "finished_at": None if progress.finished_ms is None else rfc3339(progress.finished_ms),
    }
