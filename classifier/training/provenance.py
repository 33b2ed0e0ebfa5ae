"""Where weights come from: the manifest names the data, the libraries and the sources that made them."""

from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from classifier.training.calibration import BASE_RATES
from classifier.training.examples.corpus import CORPORA, corpus_path, sha256_of
from classifier.training.wordlist import LISTS, lexicon_path

_PACKAGE = Path(__file__).parents[1]
_FITTED_WITH = ("numpy", "scipy", "scikit-learn")
_WITHOUT_PART = "evaluation"
"""The folder whose sources have no part in features or weights: they only judge them."""


def code_sha256(package: Path = _PACKAGE) -> str:
    """One hexadecimal SHA-256 over the sources that make features and weights, in whichever folder they lie.

    Each source enters with its path relative to the package and with its size, in the order of the paths, so that a
    source that is moved, renamed or cut in another place gives another digest.
    """
    digest = sha256()
    sources = {path.relative_to(package).as_posix(): path for path in package.rglob("*.py")}
    for name in sorted(sources):
        if not name.startswith(f"{_WITHOUT_PART}/"):
            content = sources[name].read_bytes()
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def details_of(data: Path, areas: dict[str, float], *, seed: int) -> dict[str, Any]:
    """The fields of the manifest that say where the weights come from.

    areas: attribute -> area under the ROC curve on folds that the fit did not see
    """
    paths = [corpus_path(data, corpus) for corpus in CORPORA] + [lexicon_path(data, name) for name in LISTS]
    return {
        "trained_on": {f"{path.parent.name}/{path.name}": sha256_of(path) for path in paths},
        "fitted_with": {package: version(package) for package in _FITTED_WITH},
        "base_rates": BASE_RATES,
        "seed": seed,
        "code_sha256": code_sha256(),
        "unseen_fold_area": {attribute: round(area, 4) for attribute, area in areas.items()},
    }
