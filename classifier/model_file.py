"""The model on disk: arrays as .npy files, and a manifest that names, describes and hashes every array."""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.error import ModelError
from classifier.features.hashing import FEATURES_VERSION, N_BLOCKS, N_ROWS
from classifier.features.lexicon import Lexicon
from classifier.features.structure import STRUCTURE

FORMAT = 2
DEFAULT_DIRECTORY = Path(__file__).parent / "model"
_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True)
class Weights:
    """What was learned, and the word lists that the features need.

    version: names these weights
    hashed: (N_ROWS, n_attributes) int8, the quantised weights of the hashed features
    scales: (N_BLOCKS, n_attributes) float64, the value of one quantisation step
    shares: (2, n_attributes) float64, how much of a logit the whole text makes, and how much its worst window
    structure: (n_structure, n_attributes) float64, the weights of the structural features
    bias: (n_attributes,) float64, the logit of a text without features
    lexicon_keys: (n_entries,) uint32, the hashes of listed words, the most important first
    lexicon_marks: (n_entries,) uint16, the marks of these words, see `Mark`
    """

    version: str
    hashed: NDArray[np.int8]
    scales: NDArray[np.float64]
    shares: NDArray[np.float64]
    structure: NDArray[np.float64]
    bias: NDArray[np.float64]
    lexicon_keys: NDArray[np.uint32]
    lexicon_marks: NDArray[np.uint16]

    @property
    def features_version(self) -> str:
        """Names the features: the version of their code, then a digest of the word lists, which have a part in them."""
        lists = hashlib.sha256(self.lexicon_keys.tobytes() + self.lexicon_marks.tobytes())
        return f"{FEATURES_VERSION}.{lists.hexdigest()[:_LISTS_DIGEST_CHARS]}"

    def lexicon(self) -> Lexicon:
        """The word lists, ready for look-up."""
        return Lexicon.of_entries(self.lexicon_keys, self.lexicon_marks)


_ANY = -1
"""Stands for any length of an axis."""

_LISTS_DIGEST_CHARS = 12


def _shapes() -> dict[str, tuple[tuple[int, ...], str]]:
    """Name of an array -> the shape and the type that it must have."""
    n_attributes = len(ATTRIBUTES)
    return {
        "hashed": ((N_ROWS, n_attributes), "int8"),
        "scales": ((N_BLOCKS, n_attributes), "float64"),
        "shares": ((2, n_attributes), "float64"),
        "structure": ((len(STRUCTURE), n_attributes), "float64"),
        "bias": ((n_attributes,), "float64"),
        "lexicon_keys": ((_ANY,), "uint32"),
        "lexicon_marks": ((_ANY,), "uint16"),
    }


def _fits(array: NDArray[Any], shape: tuple[int, ...], dtype: str) -> bool:
    same = [wanted in (_ANY, length) for wanted, length in zip(shape, array.shape, strict=False)]
    return array.ndim == len(shape) and all(same) and array.dtype == np.dtype(dtype)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(f"model file {path} cannot be read: {error.strerror or error}") from error


def read_manifest(directory: Path) -> dict[str, Any]:
    """The manifest of a model folder. It raises ModelError for one that this code cannot use."""
    path = directory / _MANIFEST
    try:
        manifest = orjson.loads(_read_bytes(path))
    except orjson.JSONDecodeError as error:
        raise ModelError(f"model file {path} is not JSON: {error}") from error
    wanted = {"format": FORMAT, "features_version": FEATURES_VERSION, "attributes": list(ATTRIBUTES)}
    if not isinstance(manifest, dict) or not isinstance(manifest.get("arrays"), dict):
        raise ModelError(f"model file {path} is not a manifest: it has no arrays")
    for field, value in wanted.items():
        if manifest.get(field) != value:
            raise ModelError(f"model file {path} has {field} {manifest.get(field)!r}, this code needs {value!r}")
    return manifest


def _read_array(directory: Path, name: str, manifest: dict[str, Any]) -> NDArray[Any]:
    path = directory / f"{name}.npy"
    content = _read_bytes(path)
    digest = hashlib.sha256(content).hexdigest()
    wanted = manifest["arrays"].get(name)
    if not isinstance(wanted, dict) or digest != wanted.get("sha256"):
        raise ModelError(f"model file {path} is damaged: its SHA-256 {digest} is not the one in {_MANIFEST}")
    try:
        array: NDArray[Any] = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, EOFError) as error:
        raise ModelError(f"model file {path} is not an array: {error}") from error
    shape, dtype = _shapes()[name]
    if not _fits(array, shape, dtype):
        raise ModelError(f"model file {path} holds {array.dtype}{array.shape}, this code needs {dtype}{shape}")
    return array


def read_weights(directory: Path | None = None) -> Weights:
    """The weights of a model folder, by default the shipped one.

    It raises ModelError for a file that is missing, has another SHA-256 than the manifest says, or does not fit.
    """
    directory = DEFAULT_DIRECTORY if directory is None else directory
    manifest = read_manifest(directory)
    arrays = {name: _read_array(directory, name, manifest) for name in _shapes()}
    if len(arrays["lexicon_keys"]) != len(arrays["lexicon_marks"]):
        raise ModelError(f"model files in {directory} do not fit: lexicon_keys and lexicon_marks differ in length")
    return Weights(version=str(manifest.get("version", "")), **arrays)


def write_weights(directory: Path, weights: Weights, details: dict[str, Any]) -> None:
    """Writes the arrays and the manifest into a folder; details: further fields of the manifest."""
    directory.mkdir(parents=True, exist_ok=True)
    arrays = {}
    for name in _shapes():
        array = getattr(weights, name)
        buffer = BytesIO()
        np.save(buffer, array, allow_pickle=False)
        content = buffer.getvalue()
        (directory / f"{name}.npy").write_bytes(content)
        arrays[name] = {
            "sha256": hashlib.sha256(content).hexdigest(),
            "shape": list(array.shape),
            "dtype": str(array.dtype),
        }
    manifest = {
        "format": FORMAT,
        "features_version": FEATURES_VERSION,
        "version": weights.version,
        "attributes": list(ATTRIBUTES),
        "arrays": arrays,
        **details,
    }
    (directory / _MANIFEST).write_bytes(orjson.dumps(manifest, option=orjson.OPT_INDENT_2) + b"\n")
