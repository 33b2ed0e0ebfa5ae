"""Pages are found by place, and the oldest go when there are too many bytes."""

from service.page_cache import NO_PAGE, Page, PageCache, Place


def place(thread: str) -> Place:
    return ("default", thread, 100, "")


def test_the_last_page_of_a_place_counts() -> None:
    cache = PageCache()
    assert cache.get(place("a")) == NO_PAGE
    cache.put(place("a"), Page("1.1", b"old"))
    cache.put(place("a"), Page("1.2", b"new"))
    assert cache.get(place("a")) == Page("1.2", b"new")


def test_what_was_not_asked_for_goes_first() -> None:
    cache = PageCache(max_bytes=10)
    cache.put(place("a"), Page("1", b"12345"))
    cache.put(place("b"), Page("1", b"12345"))
    cache.get(place("a"))
    cache.put(place("c"), Page("1", b"12345"))
    assert cache.get(place("b")) == NO_PAGE
    assert cache.get(place("a")) != NO_PAGE
    assert cache.get(place("c")) != NO_PAGE


def test_a_page_made_anew_does_not_count_twice() -> None:
    cache = PageCache(max_bytes=10)
    for version in range(100):
        cache.put(place("a"), Page(str(version), b"12345"))
    cache.put(place("b"), Page("1", b"12345"))
    assert cache.get(place("a")).version == "99"


def test_a_page_larger_than_all_is_not_kept() -> None:
    cache = PageCache(max_bytes=10)
    cache.put(place("a"), Page("1", b"12345678901"))
    assert cache.get(place("a")) == NO_PAGE
