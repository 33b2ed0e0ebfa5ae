"""Any sequence of acts on a site: the service says what the model says, on every kind of server."""

import os
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.asking import Asking
from tests.model.machine import Moderation
from tests.servers import RedisServer, client_of
from tests.store.recount import recount

STEPS_A_RUN = 50


def play(url: str, folder: Path, runs: int) -> None:
    """So many runs on one server; then every counter of every site is counted again from its comments."""

    class OnThisServer(Moderation):
        asking = Asking(url, folder)

    # Not shortened when it fails: that takes minutes on a real server, and fifty steps can be read.
    limits = settings(
        max_examples=runs,
        stateful_step_count=STEPS_A_RUN,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    try:
        run_state_machine_as_test(OnThisServer, settings=limits)
        print("STEPS", OnThisServer.steps, OnThisServer.sites)
        with client_of(url) as client:
            for number in range(1, OnThisServer.sites + 1):
                recount(client, f"site-{number}")
    finally:
        OnThisServer.asking.close()


def test_one(redis_server: RedisServer, tmp_path: Path) -> None:
    play(redis_server.url, tmp_path, int(os.environ.get("RUNS", "3")))
