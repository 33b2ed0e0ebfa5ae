"""The gate: what it lets on and what not, by a clock that stands until it is turned."""

import tracemalloc
from collections.abc import Callable

import pytest

from service.domain.policy import Policy, RateLimit
from service.errors import RateLimitedError, RequestError, TooManyWrongTokensError
from service.web.buckets import MAX_BUCKETS, Buckets, Rate
from service.web.gate import GUESSES, QUESTIONS, READER, STRANGERS, WRONG_TOKENS, Gate

HOME = "192.0.2.1"
ELSEWHERE = "192.0.2.2"
STRICT = Policy(reader_rate=RateLimit(1, 1))
BUSY = Policy(reader_rate=RateLimit(600, 50))
OPEN = Policy(reader_rate=RateLimit(0, 1))


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def gate(clock: Clock) -> Gate:
    return Gate(clock)


def taken(call: Callable[[], object], times: int) -> int:
    """How often of so many times it was not refused."""
    count = 0
    for _ in range(times):
        try:
            call()
            count += 1
        except RequestError:
            pass
    return count


def wait_of(call: Callable[[], object]) -> int:
    with pytest.raises((RateLimitedError, TooManyWrongTokensError)) as refused:
        call()
    seconds = refused.value.retry_after_seconds
    assert isinstance(seconds, int)
    return seconds


class TestReaders:
    def test_a_burst_and_then_one_in_so_many_seconds(self, gate: Gate, clock: Clock) -> None:
        ask = lambda: gate.admit_reader(HOME, "news", STRICT)  # noqa: E731
        assert taken(ask, 100) == READER.burst
        assert wait_of(ask) == 2
        clock.now += 2
        assert taken(ask, 100) == 1
        clock.now += 3600
        assert taken(ask, 100) == READER.burst

    def test_a_reader_who_goes_on_asking_waits_no_longer(self, gate: Gate, clock: Clock) -> None:
        ask = lambda: gate.admit_reader(HOME, "news", STRICT)  # noqa: E731
        taken(ask, 1000)
        clock.now += 2
        assert taken(ask, 1) == 1

    def test_another_reader_and_another_site_are_let_on(self, gate: Gate) -> None:
        taken(lambda: gate.admit_reader(HOME, "news", STRICT), 100)
        gate.admit_reader(ELSEWHERE, "news", STRICT)
        gate.admit_reader(HOME, "sport", STRICT)

    def test_it_is_never_tighter_than_the_site(self, gate: Gate, clock: Clock) -> None:
        ask = lambda: gate.admit_reader(HOME, "news", BUSY)  # noqa: E731
        assert taken(ask, 150) >= 50
        clock.now += 6
        assert taken(ask, 150) >= 60

    def test_a_site_without_a_limit_has_the_one_of_all_strangers(self, gate: Gate) -> None:
        assert taken(lambda: gate.admit_reader(HOME, "news", OPEN), 1000) == STRANGERS.burst

    def test_all_strangers_together_have_one_bucket(self, gate: Gate, clock: Clock) -> None:
        readers = iter(range(10_000))
        ask = lambda: gate.admit_reader(f"10.0.{(n := next(readers)) // 250}.{n % 250}", "news", STRICT)  # noqa: E731
        assert taken(ask, 1000) == STRANGERS.burst
        clock.now += 1
        assert taken(ask, 1000) == STRANGERS.per_second

    def test_who_is_over_his_own_rate_takes_nothing_from_the_others(self, gate: Gate) -> None:
        taken(lambda: gate.admit_reader(HOME, "news", STRICT), 1000)
        readers = iter(range(1000))
        ask = lambda: gate.admit_reader(f"10.0.{(n := next(readers)) // 250}.{n % 250}", "news", STRICT)  # noqa: E731
        assert taken(ask, 1000) == STRANGERS.burst - READER.burst

    @pytest.mark.parametrize(
        ("template", "readers"),
        [
            ("2001:db8:0:1::{:x}", 1),  # addresses of one line
            ("2001:db8:0:{:x}::1", 4),  # lines of one /56: the last two digits alone change
            ("2001:db8:0:{:x}00::1", 16),  # customers of one /48
            ("::ffff:192.0.2.1", 1),
            ("fe80::1%eth{:x}", 1),
        ],
    )
    def test_an_ipv6_network_is_a_few_readers_and_not_thousands(
        self, clock: Clock, template: str, readers: int
    ) -> None:
        gate = Gate(clock, strangers=Rate(1e6, 1e6))
        numbers = iter(range(256))
        found = taken(lambda: gate.admit_reader(template.format(next(numbers)), "news", STRICT), 256)
        assert found == min(256, readers * READER.burst)

    def test_a_whole_48_is_sixteen_readers(self, clock: Clock) -> None:
        gate = Gate(clock, strangers=Rate(1e6, 1e6))
        lines = iter(range(65_536))
        found = taken(lambda: gate.admit_reader(f"2001:db8:0:{next(lines):x}::1", "news", STRICT), 5_000)
        assert found <= 16 * READER.burst

    def test_questions_are_counted_by_themselves(self, gate: Gate) -> None:
        ask = lambda: gate.admit_question(HOME, "news", STRICT)  # noqa: E731
        assert taken(ask, 100) == READER.burst
        gate.admit_reader(HOME, "news", STRICT)
        gate.admit_question(ELSEWHERE, "news", STRICT)
        gate.admit_question(HOME, "sport", STRICT)
        assert taken(lambda: gate.admit_question(HOME, "open", OPEN), 2000) < QUESTIONS.burst
        gate.admit_reader(HOME, "open", OPEN)

    def test_what_the_site_refused_is_known_until_then(self, gate: Gate, clock: Clock) -> None:
        gate.remember_refusal(HOME, "news", STRICT, 59)
        clock.now += 9
        assert wait_of(lambda: gate.admit_reader(HOME, "news", STRICT)) == 50
        gate.admit_reader(ELSEWHERE, "news", STRICT)
        gate.admit_reader(HOME, "sport", STRICT)
        clock.now += 50
        gate.admit_reader(HOME, "news", STRICT)

    def test_another_policy_makes_it_forget(self, gate: Gate) -> None:
        gate.remember_refusal(HOME, "news", STRICT, 59)
        gate.admit_reader(HOME, "news", BUSY)

    @pytest.mark.parametrize("address", ["/run/socket", "not an address", "::1::", "a:b", "\udcff:"])
    def test_what_is_no_address_is_one_reader(self, gate: Gate, address: str) -> None:
        assert taken(lambda: gate.admit_reader(address, "news", STRICT), 100) == READER.burst

    def test_whose_address_is_not_known_is_held_to_the_limit_of_all_alone(self, gate: Gate) -> None:
        """One for all of them would refuse a reader for what others sent."""
        gate.remember_refusal("", "news", STRICT, 59)
        assert taken(lambda: gate.admit_reader("", "news", STRICT), 100) == 100


class TestWrongTokens:
    @staticmethod
    def looks(gate: Gate, address: str, *, is_valid: bool = False) -> None:
        gate.require_few_wrong_tokens(address, lambda: is_valid)

    def test_who_guesses_is_stopped_and_may_come_again(self, gate: Gate, clock: Clock) -> None:
        for number in range(int(GUESSES.burst)):
            self.looks(gate, HOME)
            gate.note_wrong_token(HOME, f"guess {number}")
        assert wait_of(lambda: self.looks(gate, HOME)) == 6
        assert gate.is_anyone_refused
        clock.now += 6
        self.looks(gate, HOME)
        assert [gate.is_anyone_refused] == [False]

    def test_others_are_not(self, gate: Gate) -> None:
        for number in range(100):
            gate.note_wrong_token(HOME, f"guess {number}")
        self.looks(gate, ELSEWHERE)

    def test_who_has_a_token_that_nobody_can_guess_is_not_locked_out(self, gate: Gate) -> None:
        for number in range(100):
            gate.note_wrong_token(HOME, f"guess {number}")
        self.looks(gate, HOME, is_valid=True)

    def test_the_same_wrong_token_is_a_mistake_and_stopped_later(self, gate: Gate) -> None:
        for _ in range(int(WRONG_TOKENS.burst) - 1):
            gate.note_wrong_token(HOME, "revoked")
        self.looks(gate, HOME)
        gate.note_wrong_token(HOME, "revoked")
        assert wait_of(lambda: self.looks(gate, HOME)) == 1

    def test_a_48_does_not_guess_for_65536(self, gate: Gate) -> None:
        for number in range(int(16 * GUESSES.burst)):
            gate.note_wrong_token(f"2001:db8:0:{number:x}00::1", f"guess {number}")
        assert wait_of(lambda: self.looks(gate, "2001:db8:0:ffff::1"))

    def test_who_has_a_given_token_is_known_where_it_was_right(self, gate: Gate) -> None:
        gate.note_given_token(HOME)
        assert gate.knows(HOME)
        assert not gate.knows(ELSEWHERE)


def test_buckets_take_no_more_memory_than_they_may() -> None:
    buckets, rate = Buckets(), Rate(1, 10)
    tracemalloc.start()
    try:
        for number in range(5 * MAX_BUCKETS):
            buckets.spend(number.to_bytes(12), rate, number)
        size, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(buckets) == MAX_BUCKETS
    assert size < 4 * 1024 * 1024


def test_of_buckets_the_longest_untouched_is_forgotten() -> None:
    buckets, rate = Buckets(2), Rate(1, 1)
    for key in (b"a", b"b", b"a", b"c"):
        buckets.spend(key, rate, 0)
    assert [buckets.wait(key, rate, 0) for key in (b"a", b"b", b"c")] == [1, 0, 1]
