"""Twenty rounds of sudden death; more of them, as at night: python -m tests.faults.rounds --rounds 200 --seed 1"""

from pathlib import Path

import pytest

from tests.faults.rounds import play

ROUNDS = 20
SEED = 20


@pytest.mark.timeout(600)
async def test_whoever_dies_whenever_nothing_acknowledged_is_lost_or_doubled(tmp_path: Path) -> None:
    await play(ROUNDS, SEED, tmp_path, print)
