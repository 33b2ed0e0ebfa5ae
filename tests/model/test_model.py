"""Any sequence of acts on a site: the service does what the model does, on every kind of server.

Each kind plays the same 2,000 steps in every run of the tests. A night has time for more, and for others each time:

    TESTS_MODEL_STEPS=50000 python -m pytest tests/model
"""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from service.link import server
from service.upkeep import doctor
from tests.model.asking import Asking
from tests.model.machine import Everybody
from tests.model.site import ModelledSite
from tests.pipeline.audited import read_sealed, states_in
from tests.topology import RedisServers, Watched

STEPS = 2_000
STEPS_A_RUN = 50
"""At most."""
LEAST_STEPS_A_RUN = 40
"""On average."""
LIMITS = settings(
    max_examples=STEPS // LEAST_STEPS_A_RUN,
    stateful_step_count=STEPS_A_RUN,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # not shortened when it fails: that takes minutes, and fifty steps can be read
    suppress_health_check=[HealthCheck.too_slow],
)
PATIENCE_SECONDS = 60.0
"""A machine that is busy with other things is no bug: no server is given up because of it."""
KINDS = ("embedded", "sentinel", "valkey-cluster", "valkey-masters")


@pytest.fixture(params=KINDS)
def server_url(request: pytest.FixtureRequest, redis_servers: RedisServers) -> Iterator[str]:
    """Where the service is to find its server; "" for the one that it brings."""
    if request.param == "sentinel":
        watched = Watched()
        try:
            watched.start()
            yield watched.url
        finally:
            watched.stop()
    else:
        yield "" if request.param == "embedded" else redis_servers.get(request.param).url


@pytest.mark.timeout(300)
def test_a_site_is_as_its_model_after_every_step(
    server_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "REPLY_TIMEOUT_SECONDS", PATIENCE_SECONDS)

    class Here(Everybody):
        asking: ClassVar[Asking] = Asking(tmp_path, server_url)
        played: ClassVar[dict[str, ModelledSite]] = {}

    try:
        run_state_machine_as_test(Here, settings=limits())
        assert Here.steps >= STEPS
        check_audit(Here)
        report = Here.asking.run(doctor.examine(Here.asking.desk.link, lambda _: None))
        assert not report.faults
    finally:
        Here.asking.close()


def check_audit(played: type[Everybody]) -> None:
    """The audit log of each site, which nobody else reads, tells every comment's state, and every act on it."""
    for name, site in played.played.items():
        entries = played.asking.run(read_sealed(played.asking.desk.link, name))
        assert states_in(entries) == {each.comment_id: each.state for each in site.comments.values()}
        acts = Counter(each.act for each in entries)
        assert acts["decided"] + acts["undone"] == sum(len(each.history) for each in site.comments.values())


def limits() -> settings:
    wanted = os.environ.get("TESTS_MODEL_STEPS")
    if wanted is None:
        return LIMITS
    return settings(LIMITS, max_examples=int(wanted) // LEAST_STEPS_A_RUN, derandomize=False, print_blob=True)
