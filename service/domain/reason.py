"""Why the machine routed a comment as it did."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

Value = str | float | Sequence[str]
_NOTHING: Mapping[str, Value] = MappingProxyType({})


class Reason(NamedTuple):
    """A code, and by name what it speaks of: the attribute, its score, the threshold, the rule and what it matched."""

    code: str
    values: Mapping[str, Value] = _NOTHING
