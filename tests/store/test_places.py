"""What a process remembers of where comments belong has an end in bytes."""

import tracemalloc

from service.platform.recent import Recent
from service.store.homes import CommentHome, _size_of

MAX_BYTES = 2_000_000


def test_the_longest_names_of_threads_take_no_more_than_all_are_given() -> None:
    places: Recent[tuple[str, str], CommentHome] = Recent(MAX_BYTES, _size_of)
    tracemalloc.start()
    for number in range(20_000):
        places.put(("default", f"{number:016d}"), CommentHome(f"{number:06d}" + "\U0001f309" * 250, f"{number:032x}"))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert 100 < len(places) < 2000
    assert taken < 1.5 * MAX_BYTES
    assert places.get(("default", f"{0:016d}")) is None
    assert places.get(("default", f"{19_999:016d}")) is not None


def test_one_that_is_put_twice_counts_once() -> None:
    places: Recent[tuple[str, str], CommentHome] = Recent(MAX_BYTES, _size_of)
    for _ in range(100_000):
        places.put(("default", "c" * 16), CommentHome("t1", "a"))
    assert len(places) == 1
