"""Why the machine routed a comment as it did."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

_NOTHING: Mapping[str, str | float] = MappingProxyType({})


class Reason(NamedTuple):
    """A code, and by name what it speaks of: the attribute, its score, the threshold."""

    code: str
    values: Mapping[str, str | float] = _NOTHING
