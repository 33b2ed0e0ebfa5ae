"""A cache with a bound: the values that were used last are kept."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(key: object, value: object) -> int:  # noqa: ARG001 all values count alike
    return 1


class Recent(Generic[K, V]):
    """Values by key whose weights add up to `most` at most, and of which there are `most_values` at most.

    `weigh` gives the weight of a value in bytes; by default every value weighs 1. A value that is put in over a bound
    removes those that were used longest ago.
    """

    def __init__(self, most: int, weigh: Callable[[K, V], int] = _one, *, most_values: int | None = None) -> None:
        self._most, self._weigh = most, weigh
        self._most_values = most if most_values is None else most_values
        self._weight = 0
        self._values: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: K) -> bool:
        return key in self._values

    def get(self, key: K) -> V | None:
        """Returns the value, which becomes the one used last, or None."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keeps a value, as the one used last."""
        if key in self._values:
            self.drop(key)
        self._values[key] = value
        self._weight += self._weigh(key, value)
        while self._weight > self._most or len(self._values) > self._most_values:
            self._weight -= self._weigh(*self._values.popitem(last=False))

    def drop(self, key: K) -> None:
        """Removes the value of a key; an unknown key is no error."""
        if key in self._values:
            self._weight -= self._weigh(key, self._values.pop(key))

    def clear(self) -> None:
        """Removes all values."""
        self._values.clear()
        self._weight = 0
