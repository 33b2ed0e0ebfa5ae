"""A memory with an end: what was asked for last is kept, what was longest untouched is forgotten."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


def _one(key: object, value: object) -> int:  # noqa: ARG001 each counts alike
    return 1


class Recent(Generic[K, V]):
    """Values by key that weigh at most so much together, by `weigh` in bytes, else each as one; there may be a bound
    on their number beside it. What is put in over a bound makes it forget the oldest."""

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
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keeps it as the newest."""
        if key in self._values:
            self.drop(key)
        self._values[key] = value
        self._weight += self._weigh(key, value)
        while self._weight > self._most or len(self._values) > self._most_values:
            self._weight -= self._weigh(*self._values.popitem(last=False))

    def drop(self, key: K) -> None:
        if key in self._values:
            self._weight -= self._weigh(key, self._values.pop(key))

    def clear(self) -> None:
        self._values.clear()
        self._weight = 0
