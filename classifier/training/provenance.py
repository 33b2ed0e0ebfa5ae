"""Where weights come from: the manifest names the data, the libraries and the sources that made them."""

from hashlib import sha256
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]
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
