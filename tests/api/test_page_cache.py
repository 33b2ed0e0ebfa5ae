"""Pages are found by place, and the oldest go when there are too many bytes."""

import tracemalloc

from service.api.page_cache import Page, PageCache, PageKey, size_of

ENTRY_BYTES = size_of(("default", "a", "oldest", 100, ""), Page("1", b"12345"))


def place(thread: str) -> PageKey:
    return ("default", thread, "oldest", 100, "")


def test_the_last_page_of_a_place_counts() -> None:
    cache = PageCache()
    assert cache.get(place("a")) is None
    cache.put(place("a"), Page("1.1", b"old"))
    cache.put(place("a"), Page("1.2", b"new"))
    assert cache.get(place("a")) == Page("1.2", b"new")


def test_what_was_not_asked_for_goes_first() -> None:
    cache = PageCache(max_bytes=2 * ENTRY_BYTES)
    cache.put(place("a"), Page("1", b"12345"))
    cache.put(place("b"), Page("1", b"12345"))
    cache.get(place("a"))
    cache.put(place("c"), Page("1", b"12345"))
    assert cache.get(place("b")) is None
    assert cache.get(place("a")) is not None
    assert cache.get(place("c")) is not None


def test_a_page_made_anew_does_not_count_twice() -> None:
    cache = PageCache(max_bytes=2 * ENTRY_BYTES)
    for version in range(100):
        cache.put(place("a"), Page(str(version % 10), b"12345"))
    cache.put(place("b"), Page("1", b"12345"))
    assert cache.get(place("a")) == Page("9", b"12345")


def test_a_page_larger_than_all_is_not_kept() -> None:
    cache = PageCache(max_bytes=ENTRY_BYTES)
    cache.put(place("a"), Page("1", b"123456"))
    assert cache.get(place("a")) is None
    cache.put(place("a"), Page("1", b"12345"))
    assert cache.get(place("a")) is not None


def test_small_pages_under_long_names_take_no_more_than_they_may() -> None:
    """What strangers choose is in the count: the names of threads, and how many entries there are."""
    most = 4 * 1024 * 1024
    cache = PageCache(most)
    tracemalloc.start()
    try:
        for number in range(20_000):
            cache.put(("default", f"\u0416{number}" * 40, "oldest", 100, f"{number}" * 80), Page(f"{number}.1", b"[]"))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 1000 < len(cache) < 20_000
    assert 0.7 * most < taken < 1.1 * most
