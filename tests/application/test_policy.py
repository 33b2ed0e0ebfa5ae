"""A policy is replaced, or changed in part."""

import asyncio
from typing import Any

import pytest

from schemas.administration import PolicySchema
from tests.application.conftest import Application
from tests.application.test_reads import refused

POLICY = "/v1/sites/default/policy"


async def policy(application: Application) -> dict[str, Any]:
    found: dict[str, Any] = await (await application.ask("GET", POLICY)).json()
    assert PolicySchema().validate(found) == {}
    return found


async def test_only_what_is_given_changes(application: Application) -> None:
    await application.ask("PUT", POLICY, {"mode": "auto", "publish_below": 0.2, "site_rate_per_minute": 50})
    before = await policy(application)
    for change in (
        {"reader_burst": 9},
        {"site_rate_per_minute": None},
        {"mode": "postmoderate", "reject_above": 0.5},
        {},
    ):
        answer = await application.ask("PATCH", POLICY, change)
        before |= change | ({"version": before["version"] + 1} if change else {})
        assert (answer.status, await answer.json()) == (200, before)
        assert await policy(application) == before


async def test_two_changes_at_once_both_count(application: Application) -> None:
    changes: list[dict[str, Any]] = [
        {"reader_burst": 40},
        {"site_burst": 41},
        {"stranger_burst": 42},
        {"publish_below": 0.11},
        {"mode": "auto"},
    ]
    for answer in await asyncio.gather(*(application.ask("PATCH", POLICY, change) for change in changes)):
        assert answer.status == 200
    found = await policy(application)
    assert [{name: found[name] for name in change} for change in changes] == changes


@pytest.mark.parametrize("change", [{"publish_below": 0.99}, {"reject_above": 0.01}])
async def test_thresholds_do_not_cross_what_is_there(application: Application, change: dict[str, float]) -> None:
    before = await policy(application)
    told = await refused(await application.ask("PATCH", POLICY, change), "publish_below")
    assert told == {"publish_below": ["Must not be above reject_above."]}
    assert await policy(application) == before


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"mode": None, "reader_burst": None}, ["mode", "reader_burst"]),
        (
            {"mode": "never", "publish_below": 2, "reader_rate_per_minute": 0},
            ["mode", "publish_below", "reader_rate_per_minute"],
        ),
        ({"stranger_burst": True, "unknown": 1}, ["stranger_burst", "unknown"]),
        ([], ["_body"]),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_changes(
    application: Application, change: Any, fields: list[str]
) -> None:
    before = await policy(application)
    await refused(await application.ask("PATCH", POLICY, change), *fields)
    assert await policy(application) == before


async def test_a_change_is_an_operators(application: Application) -> None:
    for role, status in (("operator", 200), ("moderator", 403), ("website", 403)):
        token = await application.token(role)
        assert (await application.ask("PATCH", POLICY, {"reader_burst": 3}, token=token)).status == status
