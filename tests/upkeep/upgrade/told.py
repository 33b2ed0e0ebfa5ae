"""What the API of version 0.1.0 told of its comments, held against what a service tells of them now."""

import json
import urllib.request
from datetime import datetime
from typing import Any

from tests.servers import ServiceProcess
from tests.upkeep.upgrade import format_1

COMMENTS = 60


def ask(service: ServiceProcess, path: str) -> dict[str, Any]:
    request = urllib.request.Request(service.url + path, headers={"Authorization": f"Bearer {service.admin_token}"})
    with urllib.request.urlopen(request) as answer:
        found: dict[str, Any] = json.loads(answer.read())
        return found


def ms(rfc3339: str | None) -> int | None:
    return round(datetime.fromisoformat(rfc3339).timestamp() * 1000) if rfc3339 else None


def check_told(service: ServiceProcess, count: int) -> None:
    """Comments, a thread and the queue as the API of the older version told them, whatever it tells besides by now."""
    shown = [format_1.shown(number) for number in range(count)]
    for was in shown[:: 1 + count // 100]:
        told = ask(service, f"/v1/sites/default/comments/{was['comment_id']}")
        told = {name: told[name] for name in was}
        told |= {name: ms(told[name]) for name in ("submitted_at", "published_at")}
        told["history"] = [
            {name: act[name] for name in before} | {"at": ms(act["at"])}
            for act, before in zip(told["history"], was["history"], strict=True)
        ]
        assert told == was
    thread = "article: 0"
    page = ask(service, "/v1/sites/default/threads/article:%200/comments?limit=200")
    names = ("comment_id", "parent_id", "name", "website", "body")
    published = [was for was in shown if was["published_at"] and was["thread"] == thread]
    assert [{name: each[name] for name in names} for each in page["comments"]] == [
        {name: was[name] for name in names} for was in sorted(published, key=lambda was: was["published_at"])[:200]
    ]
    queued = ask(service, "/v1/sites/default/queue?limit=200")["comments"]
    assert [each["comment_id"] for each in queued] == [was["comment_id"] for was in shown if was["state"] == "held"][
        :200
    ]
