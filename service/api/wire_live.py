"""How news looks on the wire: JSON in server-sent events."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from service.domain.news import News
from service.domain.times import rfc3339
from service.web.server_sent import Message, frames_of

Json = dict[str, Any]
NameOf = Callable[[str], str | None]
"""The name of an actor; None where nobody, or no longer anybody, has one."""


def news_json(news: News, name_of: NameOf) -> Json:
    """What happened as `schemas.live.NewsSchema` has it: what would be empty is left out."""
    said: Json = {
        "type": news.type,
        "bulk_id" if news.is_of_bulk else "comment_id": news.subject,
        "thread": news.thread,
        "at": rfc3339(news.at_ms),
        "by": news.actor,
        "moderator": name_of(news.actor) if news.actor else None,
        "state": news.state,
        "revision": news.revision,
        "detail": dict(news.detail),
    }
    return {name: value for name, value in said.items() if value not in ("", None, {})}


async def encode_news(news: Sequence[News], name_of: NameOf) -> bytes:
    """What is sent to everybody who listens to a site."""
    return await frames_of(
        Message(each.type, orjson.dumps(news_json(each, name_of)).decode(), str(each.place)) for each in news
    )
