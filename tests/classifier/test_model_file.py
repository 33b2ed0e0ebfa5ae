"""A damaged, missing or mismatching model is refused with the file's name and the reason."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest

from classifier import Classifier, ModelError
from classifier.model_file import DEFAULT_DIRECTORY

MAX_MODEL_BYTES = 8_000_000


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT_DIRECTORY, tmp_path / "model"))


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(bytes(content))


def change_manifest(model: Path, change: Callable[[dict[str, object]], None]) -> None:
    path = model / "manifest.json"
    manifest = orjson.loads(path.read_bytes())
    change(manifest)
    path.write_bytes(orjson.dumps(manifest))


def test_loads(model: Path) -> None:
    assert Classifier.load(model).version == Classifier.load().version


@pytest.mark.parametrize("name", ["hashed", "scales", "structure", "bias", "lexicon_keys", "lexicon_marks"])
def test_damaged_array(model: Path, name: str) -> None:
    flip_a_byte(model / f"{name}.npy")
    with pytest.raises(ModelError, match=rf"{name}\.npy is damaged"):
        Classifier.load(model)


def test_missing_array(model: Path) -> None:
    (model / "bias.npy").unlink()
    with pytest.raises(ModelError, match=r"bias\.npy cannot be read"):
        Classifier.load(model)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"manifest\.json cannot be read"):
        Classifier.load(tmp_path / "nowhere")


def test_broken_manifest(model: Path) -> None:
    (model / "manifest.json").write_bytes(b"{")
    with pytest.raises(ModelError, match="is not JSON"):
        Classifier.load(model)


@pytest.mark.parametrize("content", [b"[]", b"{}", b'"x"', b'{"arrays": []}'])
def test_manifest_of_another_shape(model: Path, content: bytes) -> None:
    (model / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match="is not a manifest"):
        Classifier.load(model)


def test_features_of_another_version(model: Path) -> None:
    change_manifest(model, lambda manifest: manifest.update(features_version=99))
    with pytest.raises(ModelError, match="has features_version 99"):
        Classifier.load(model)


@pytest.mark.parametrize("array", [np.zeros(3), np.zeros(8, dtype=np.float32)])
def test_array_of_another_shape(model: Path, array: np.ndarray) -> None:
    from hashlib import sha256

    np.save(model / "bias.npy", array)
    digest = sha256((model / "bias.npy").read_bytes()).hexdigest()
    change_manifest(model, lambda manifest: manifest["arrays"]["bias"].update(sha256=digest))  # type: ignore[index]
    with pytest.raises(ModelError, match=r"bias\.npy holds"):
        Classifier.load(model)


def test_pickled_array(model: Path) -> None:
    from hashlib import sha256

    np.save(model / "bias.npy", np.array([object()]), allow_pickle=True)
    digest = sha256((model / "bias.npy").read_bytes()).hexdigest()
    change_manifest(model, lambda manifest: manifest["arrays"]["bias"].update(sha256=digest))  # type: ignore[index]
    with pytest.raises(ModelError, match="is not an array"):
        Classifier.load(model)


def test_size() -> None:
    assert sum(path.stat().st_size for path in DEFAULT_DIRECTORY.iterdir()) <= MAX_MODEL_BYTES


def test_scoring_needs_no_scikit_learn() -> None:
    """Loading must be quick: the scoring path imports neither scikit-learn nor scipy."""
    code = (
        "import sys; from classifier import Classifier, Text; Classifier.load().assess([Text('a fine day')]);"
        "unwanted = ('sklearn', 'scipy', 'aiohttp', 'redis', 'asyncio');"
        "sys.exit(any(name.split('.')[0] in unwanted for name in sys.modules))"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
