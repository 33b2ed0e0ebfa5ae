"""Which route takes a request: a tree of the parts of paths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
_ANY = ""
"""Stands for a placeholder: no part of a path that matters is empty."""
_END = "/"
"""Stands for the empty part behind a slash at the end."""


@dataclass(slots=True)
class _Node(Generic[T]):
    parts: dict[str, "_Node[T]"] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    taken: dict[str, T] = field(default_factory=dict)


class Router(Generic[T]):
    """Finds what was added for a path. A placeholder takes one part that is not empty; where one stands in one route,
    no other route has a word of its own."""

    def __init__(self) -> None:
        self._root: _Node[T] = _Node()

    def add(self, method: str, path: str, target: T) -> None:
        """A path such as `/v1/sites/{site}`."""
        parts = path.split("/")[1:]
        node = self._root
        for part in parts:
            node = node.parts.setdefault(_ANY if part.startswith("{") else part or _END, _Node())
        node.names = tuple(part[1:-1] for part in parts if part.startswith("{"))
        node.taken[method] = target

    def find(self, path: str) -> tuple[Mapping[str, T], dict[str, str]]:
        """By method what takes the path, and what it has in the places of the placeholders; nothing for an unknown
        path. The path is decoded but for `%2F` and `%25`, so that a part may hold a slash."""
        node = self._root
        values: list[str] = []
        for part in path.split("/")[1:]:
            found = node.parts.get(part or _END)
            if found is None and part:
                found = node.parts.get(_ANY)
                values.append(part.replace("%2F", "/").replace("%25", "%") if "%" in part else part)
            if found is None:
                return {}, {}
            node = found
        return node.taken, dict(zip(node.names, values, strict=False))
