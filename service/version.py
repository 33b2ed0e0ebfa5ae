"""Which version of commentdesk this is."""

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version


@lru_cache(maxsize=1)
def own_version() -> str:
    """Asked once: it is read from the disk."""
    try:
        return version("commentdesk")
    except PackageNotFoundError:
        return "unknown"
