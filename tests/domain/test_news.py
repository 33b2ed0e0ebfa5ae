"""What moderators are told of events."""

from hypothesis import given
from hypothesis import strategies as st

from service.domain.event import Event, EventKind
from service.domain.news import NOWHERE, NewsType, Place, news_of, place_of, with_progress

IDS = st.builds("{}-{}".format, st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))


def event(kinds: str, number: int = 1, *, detail: str = "") -> Event:
    what = ("c1", "thread", 2, "held", "published")
    return Event(f"{number}-0", tuple(kinds.split()), "t1", 1000 + number, *what, detail=detail)


def types(*events: Event) -> list[str]:
    return [news.type for news in with_progress(events)]


@given(IDS, st.integers(0, 9))
def test_a_place_is_found_again(event_id: str, part: int) -> None:
    assert place_of(str(Place(event_id, part))) == Place(event_id, part)


@given(st.text(max_size=60))
def test_any_other_text_is_no_place(text: str) -> None:
    assert place_of(text) in {NOWHERE} or str(place_of(text)) == text


def test_a_number_that_no_stream_has_is_no_place() -> None:
    assert place_of(f"{2**64}-0.1") == NOWHERE
    assert place_of("1-٣.1") == NOWHERE


def test_all_that_an_act_led_to_is_told_in_its_order_and_has_a_place_of_its_own() -> None:
    told = news_of(event("decided published left"))
    assert [news.type for news in told] == ["decided", "published", "left"]
    assert [str(news.place) for news in told] == ["1-0.1", "1-0.2", "1-0.3"]
    assert [news.actor for news in told] == ["t1", "", ""]
    assert {news.state for news in told} == {"published"}


def test_who_sent_a_comment_is_in_no_news() -> None:
    (entered,) = news_of(event("submitted entered"))
    assert (entered.type, entered.actor) == (NewsType.ENTERED, "")


def test_a_claim_has_no_state() -> None:
    (claimed,) = news_of(event("claimed"))
    assert (claimed.actor, claimed.state) == ("t1", "")


def test_nothing_is_told_of_what_no_moderator_sees_in_the_queue() -> None:
    told = {str(kind) for kind in EventKind if news_of(event(kind))}
    assert told == {*map(str, EventKind)} & {*map(str, NewsType)}
    assert not news_of(event("a-kind-of-a-newer-version"))


def test_acts_of_a_bulk_are_told_together() -> None:
    detail = '{"reason":"spam","bulk":"b1"}'
    acts = [event("decided rejected left", 1, detail=detail), event("decided rejected", 2, detail=detail)]
    events = [*acts, event("claimed", 3)]
    assert types(*events) == ["left", "claimed", "bulk_progress"]
    progress = with_progress(events)[-1]
    assert (progress.subject, progress.detail, progress.at_ms) == ("b1", {"acts": 2}, 1002)
    assert str(progress.place) == "3-0.1"
    assert types(event("bulk_started", 1)) == ["bulk_started"]


def test_a_detail_that_is_no_object_is_passed_over() -> None:
    for broken in ("{", "[1]", '"bulk"', "null"):
        (claimed,) = news_of(event("claimed", detail=broken))
        assert claimed.detail == {}
