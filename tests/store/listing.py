"""What lists and search need of a desk, on the store of a test."""

from types import SimpleNamespace
from typing import Any

from service.store.lists import Lists
from service.store.search import Search
from tests.store.desk import Store


def desk_of(store: Store) -> Any:
    found = Lists(store.link)
    return SimpleNamespace(
        link=store.link,
        comments=store.comments,
        lists=found,
        search=Search(store.link, found),
        now_ms=lambda: store.now,
    )
