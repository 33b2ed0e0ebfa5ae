"""What the classifier's tests share."""

import os
from pathlib import Path

import pytest

from classifier import Classifier

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return Classifier.load()


@pytest.fixture(scope="session")
def data() -> Path:
    """The labelled sets; a test that needs them is skipped where they are absent, unless they are required."""
    if not DATA.is_dir():
        if os.environ.get("TESTS_REQUIRE_DATA") == "1":
            pytest.fail(f"the data is required and there is none at {DATA}")
        pytest.skip("the labelled sets are not here")
    return DATA
