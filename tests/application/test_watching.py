"""Who watches the service: metrics, readiness and health, on this machine and from elsewhere."""

from collections.abc import Awaitable, Callable

import pytest

from tests.application.conftest import ADMIN, Application

BY_A_PROXY = {"X-Forwarded-For": "203.0.113.9"}
METRICS_TOKEN = "a-token-for-the-metrics-of-this-suite"


async def test_this_machine_sees_each_part_and_strangers_the_sum(application: Application) -> None:
    here = await (await application.ask("GET", "/readyz", token="")).json()
    assert here == {
        "ready": True,
        "checks": {"redis": "ok", "durability": "ok", "registry": "ok", "model": "ok"},
    }
    assert await (await application.client.get("/readyz", headers=BY_A_PROXY)).json() == {"ready": True}
    assert (await application.client.get("/metrics", headers=BY_A_PROXY)).status == 401


@pytest.mark.parametrize(("role", "status"), [("operator", 200), ("admin", 200), ("website", 403), ("moderator", 403)])
async def test_metrics_are_for_operators_from_anywhere(application: Application, role: str, status: int) -> None:
    headers = BY_A_PROXY | {"Authorization": f"Bearer {await application.token(role)}"}
    assert (await application.client.get("/metrics", headers=headers)).status == status


@pytest.mark.parametrize(("token", "status"), [(METRICS_TOKEN, 200), (ADMIN, 200), ("", 401), ("wrong", 401)])
async def test_a_token_for_metrics_is_asked_for_on_this_machine_too(
    open_application: Callable[..., Awaitable[Application]], token: str, status: int
) -> None:
    application = await open_application(METRICS_TOKEN=METRICS_TOKEN)
    assert (await application.ask("GET", "/metrics", token=token)).status == status


async def test_a_request_is_counted_by_its_route_and_never_by_its_address(application: Application) -> None:
    await application.ask("GET", "/v1/sites/default/queue")
    await application.ask("GET", "/v1/a-secret-place")
    text = await (await application.ask("GET", "/metrics", token="")).text()
    counted = [line for line in text.splitlines() if line.startswith("commentdesk_requests_total{")]
    assert [line for line in counted if 'route="/v1/sites/{site}/queue"' in line and 'status="200"' in line]
    assert [line for line in counted if 'route="unknown"' in line and 'status="404"' in line]
    assert "a-secret-place" not in text


async def test_health_tells_the_version_under_any_token(application: Application) -> None:
    answer = await application.ask("GET", "/healthz", token="wrong")
    assert (answer.status, (await answer.json())["status"]) == (200, "ok")
