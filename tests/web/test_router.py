"""Routes found by their paths."""

import pytest

from service.web.router import Router


@pytest.fixture
def router() -> Router[str]:
    made: Router[str] = Router()
    for method, path in (
        ("GET", "/"),
        ("GET", "/sites"),
        ("POST", "/sites"),
        ("GET", "/sites/{site}/threads/{thread}"),
    ):
        made.add(method, path, f"{method} {path}")
    return made


def test_paths_with_words_and_placeholders(router: Router[str]) -> None:
    assert router.find("/") == ({"GET": "GET /"}, {})
    assert router.find("/sites") == ({"GET": "GET /sites", "POST": "POST /sites"}, {})
    taken, values = router.find("/sites/a/threads/b%2Fc%25")
    assert list(taken) == ["GET"]
    assert values == {"site": "a", "thread": "b/c%"}


@pytest.mark.parametrize(
    "path",
    ["", "*", "/x", "//", "/sites/", "/sites/a", "/sites//threads/b", "/sites/a/threads/", "/sites/a/threads/b/"],
)
def test_other_paths_are_nothing(router: Router[str], path: str) -> None:
    assert not router.find(path)[0]
