"""No text takes much longer than others of its length: what is four times as long takes about four times as long."""

import time

import pytest

from classifier import Classifier, Text

FULL_CHARS = 10_000
"""What a comment may have at most."""
MOST_MS = 10.0
MOST_RATIO = 6.0
MEASURABLE_MS = 1.0
"""A shorter time is noise."""
KINDS = [
    "-aa.", "-", "a-", "aa-aa.", "--------.", "aa.", "a.b.c", "-aa.com", "-a.-b.", "aa.aa-", "x.com ", "aa.com/",
    "www.", "http://", "https://a", "\U0001f600-\U0001f595viagra", "&lt;\u6f22", "\u0301viagra?=", "&#x1F600;", "&amp",
    "a b ", "f u c k ", "f*ck ", "1d10t ", "aaa ", "aab", "@a.b", "a@b.c ", "d@d", "+1 234 ", "1-2 ", "1.1.1.1 ",
    "<a ", "[url",
    "\u00e9-\u00f6.", "\u043f-a", "a\u0430\u0431 ", "\u6f22\u5b57", "\u202eab",
    "\u202eab\u202c", "\u202eab\n", "\u2067\u2066a\u2069", "\u200fa", "\u3164", "$$$", "!!!", "_.-", "a\n",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "z\u0300\u0301\u0302", "you are an idiot ",
]  # fmt: skip


def cpu_ms(classifier: Classifier, body: str) -> float:
    """Of five times the shortest: what others do on this machine only adds."""
    times = []
    for _ in range(5):
        started = time.thread_time()
        classifier.assess([Text(body, "Ada", "")])
        times.append(time.thread_time() - started)
    return 1000 * min(times)


@pytest.mark.parametrize("start", ["", "www.x "])
@pytest.mark.parametrize("kind", KINDS)
def test_time_grows_as_the_text_does(classifier: Classifier, kind: str, start: str) -> None:
    whole = (start + kind * FULL_CHARS)[:FULL_CHARS]
    long, short = cpu_ms(classifier, whole), cpu_ms(classifier, whole[: FULL_CHARS // 4])
    assert long < MEASURABLE_MS or long / short < MOST_RATIO
    assert long < MOST_MS


@pytest.mark.parametrize("kind", ["-aa.", "a-", "www.", "http://", "x/", "%41", "-.", "aa.aa-"])
def test_names_and_websites_too(classifier: Classifier, kind: str) -> None:
    started = time.thread_time()
    for _ in range(5):
        classifier.assess([Text("Fine.", (kind * 100)[:100], ("https://" + kind * 2048)[:2048])])
    assert 1000 * (time.thread_time() - started) / 5 < MOST_MS
