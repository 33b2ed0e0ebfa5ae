"""The digest of the code that trains: it covers every source that makes features or weights, wherever it lies."""

from pathlib import Path

import pytest

from classifier.training.provenance import code_sha256


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with sources at its top and in folders, one within another."""
    for name in ("scorer.py", "features/hashing.py", "training/train.py", "training/deep/er.py", "evaluation/plot.py"):
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"NAME = {name!r}\n")
    return tmp_path / "package"


@pytest.mark.parametrize("name", ["scorer.py", "features/hashing.py", "training/train.py", "training/deep/er.py"])
def test_a_changed_source_gives_another_digest_in_whichever_folder_it_lies(package: Path, name: str) -> None:
    before = code_sha256(package)
    (package / name).write_text("NAME = 'another'\n")
    assert code_sha256(package) != before


def test_a_renamed_source_gives_another_digest(package: Path) -> None:
    before = code_sha256(package)
    (package / "scorer.py").rename(package / "reader.py")
    assert code_sha256(package) != before


def test_text_that_moves_from_one_source_to_the_next_gives_another_digest(package: Path) -> None:
    before = code_sha256(package)
    first, second = package / "training" / "deep" / "er.py", package / "training" / "train.py"
    whole = first.read_text() + second.read_text()
    first.write_text(whole[:5])
    second.write_text(whole[5:])
    assert code_sha256(package) != before


def test_what_only_judges_the_weights_has_no_part_in_the_digest(package: Path) -> None:
    before = code_sha256(package)
    (package / "evaluation" / "plot.py").write_text("NAME = 'another'\n")
    (package / "notes.txt").write_text("no source\n")
    assert code_sha256(package) == before


def test_the_digest_of_this_package_is_the_same_every_time() -> None:
    assert code_sha256() == code_sha256()
