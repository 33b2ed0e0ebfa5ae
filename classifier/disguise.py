"""Sees through disguised words."""

from __future__ import annotations


def is_suspect(body: str) -> bool:
    return False


def reveal(body: str) -> tuple[str, list[int]]:
    return body, list(range(len(body)))
