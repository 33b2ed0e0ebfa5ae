"""The gate before a stranger's body is read: rates counted in this process alone, without Redis.

It bounds work, it does not moderate: a site's own limits are in Redis, are exact, and are tighter. What is refused
here cost no reading, no parsing, no scoring and no round trip.
"""

import hashlib
import math
import os
import time
from collections.abc import Callable
from typing import NamedTuple, TypedDict

from service.domain.policy import Policy
from service.errors import RateLimitedError, TooManyQuestionsError, TooManyWrongTokensError
from service.platform.recent import Recent
from service.texts.sentence import Sentence, sentence
from service.web.buckets import MAX_BUCKETS, Buckets, Rate
from service.web.network import networks_of

READER = Rate(30 / 60, 40)
"""One reader on one site, at least: a comment every two seconds, and 40 at once."""
OVER_POLICY = 2
"""Where a site allows its readers more, so many times what it allows: never less than the site's own limit."""
STRANGERS = Rate(50, 400)
"""All strangers together in one process. The longest comment takes about 8 ms to score, so that this is 40% of a core;
no newspaper gets a tenth of it, also with all its readers behind one proxy that is not listed."""
QUESTIONS = Rate(200, 800)
"""All questions of strangers in one process, such as what became of a comment. One takes about 0.25 ms with its read of
the store, so that this is a twentieth of a core; they keep no comment out."""
GUESSES = Rate(10 / 60, 10)
"""Wrong tokens of one network, each counted once: whoever guesses brings others."""
WRONG_TOKENS = Rate(1, 60)
"""The same again counted too: a program that was left with a revoked token asks on and on."""

TOLD = Rate(1 / 60, 1)
"""Refused sign-ins of one network that are told."""

_GUESS, _WRONG = b"guess ", b"wrong "
_ALL = b""


class Gate:
    """Refuses with RateLimitedError or TooManyWrongTokensError, which say when to come again. Nothing of an address
    but a keyed hash is kept, under a key that ends with the process."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        reader: Rate = READER,
        strangers: Rate = STRANGERS,
        questions: Rate = QUESTIONS,
        most: int = MAX_BUCKETS,
    ) -> None:
        self._clock = clock
        self._key = os.urandom(16)
        self._reader = reader
        self._submissions = _Counts(Buckets(most), Buckets(1), strangers)
        self._questions = _Counts(Buckets(most), Buckets(1), questions)
        self._failures = Buckets(most)
        self._refused: Recent[bytes, tuple[float, Policy]] = Recent(most)
        self._wrong_tokens: Recent[bytes, None] = Recent(most)
        self._known: Recent[bytes, None] = Recent(most)
        self._closed_until = 0.0
        self.is_anyone_refused = False
        """Whether any network has sent too many wrong tokens of late: nearly never, and asked of every request."""

    def admit_reader(self, address: str, site: str, policy: Policy | None) -> None:
        """Lets a stranger's submission on, or refuses it; it counts whatever becomes of it. A site without a limit on
        its readers, behind a proxy that hides them for example, has none here but that of all strangers together; nor
        has a reader whose address is not known, "", as others would be refused for him."""
        now, name = self._clock(), site.encode() + b" "
        if address:
            self._require_not_refused(self._hashed(name + networks_of(address)[0][0]), policy, now)
        wait = self._spend(self._submissions, name, address, policy=policy, now=now)
        if wait:
            raise RateLimitedError(**_told(wait))

    def admit_question(self, address: str, site: str, policy: Policy | None) -> None:
        """The same for a stranger's question, at the rates of a reader's submissions; TooManyQuestionsError. Questions
        are counted by themselves: who asks often can comment all the same."""
        wait = self._spend(self._questions, site.encode() + b" ", address, policy=policy, now=self._clock())
        if wait:
            raise TooManyQuestionsError(**_told(wait))

    def _spend(self, counts: "_Counts", name: bytes, address: str, *, policy: Policy | None, now: float) -> float:
        """Takes a token of the reader and one of all strangers; returns the seconds to wait where there is none, which
        takes none."""
        rate = self._rate_of(policy) if address else None
        networks = () if rate is None else networks_of(address)
        wanted = [] if rate is None else [(self._hashed(name + each), rate.times(share)) for each, share in networks]
        wait = max((counts.readers.wait(key, each, now) for key, each in wanted), default=0.0)
        wait = max(wait, counts.everyone.wait(_ALL, counts.rate, now))
        if not wait:
            counts.everyone.spend(_ALL, counts.rate, now)
            for key, each in wanted:
                counts.readers.spend(key, each, now)
        return wait

    def remember_refusal(self, address: str, site: str, policy: Policy, seconds: int) -> None:
        """The site's own limit refused the reader for so long: asked again before, the answer is known."""
        if not address:
            return
        key = self._hashed(site.encode() + b" " + networks_of(address)[0][0])
        self._refused.put(key, (self._clock() + seconds, policy))

    def require_few_wrong_tokens(self, address: str, is_valid: Callable[[], bool]) -> None:
        """Refuses a network that sent too many wrong tokens. `is_valid` tells whether the token that it brings now is
        one that we made, of 256 random bits: those cannot be guessed, so that nobody locks out their holders."""
        now = self._clock()
        self.is_anyone_refused = now < self._closed_until
        if not self.is_anyone_refused:
            return
        wanted = [*self._wanted(_GUESS, GUESSES, address), *self._wanted(_WRONG, WRONG_TOKENS, address)]
        wait = max(self._failures.wait(key, rate, now) for key, rate in wanted)
        if wait and not is_valid():
            raise TooManyWrongTokensError(**_told(wait))

    def note_wrong_token(self, address: str, token: str) -> None:
        now = self._clock()
        seen = self._hashed(networks_of(address)[0][0] + b" " + token.encode("utf-8", "replace"))
        spent = self._wanted(_WRONG, WRONG_TOKENS, address)
        if seen not in self._wrong_tokens:
            spent += self._wanted(_GUESS, GUESSES, address)
        self._wrong_tokens.put(seen, None)
        for key, rate in spent:
            self._failures.spend(key, rate, now)
            self._closed_until = max(self._closed_until, now + self._failures.wait(key, rate, now))
        self.is_anyone_refused = now < self._closed_until

    def is_refusal_told(self, address: str) -> bool:
        """Whether a refused sign-in of a network is to be told to the audit log: once a minute."""
        now, key = self._clock(), self._hashed(b"told " + networks_of(address)[0][0])
        if self._failures.wait(key, TOLD, now):
            return False
        self._failures.spend(key, TOLD, now)
        return True

    def tries_left(self, address: str) -> int:
        """How many more wrong tokens of a network are looked at for now."""
        now = self._clock()
        return min(self._failures.left(key, rate, now) for key, rate in self._wanted(_GUESS, GUESSES, address))

    def note_given_token(self, address: str) -> None:
        """A token that a person may have chosen, the administrator's or that for metrics, was right from this
        network."""
        self._known.put(self._hashed(networks_of(address)[0][0]), None)

    def knows(self, address: str) -> bool:
        """Whether one was: then others' wrong tokens do not lock its holder out there."""
        return self._hashed(networks_of(address)[0][0]) in self._known

    def _rate_of(self, policy: Policy | None) -> Rate | None:
        """Of one reader; None where the site sets no limit."""
        if policy is None:
            return self._reader
        allowed = policy.reader_rate
        if not allowed.per_minute:
            return None
        return Rate(
            max(self._reader.per_second, OVER_POLICY * allowed.per_minute / 60),
            max(self._reader.burst, OVER_POLICY * allowed.burst),
        )

    def _wanted(self, kind: bytes, rate: Rate, address: str) -> list[tuple[bytes, Rate]]:
        return [(self._hashed(kind + each), rate.times(share)) for each, share in networks_of(address)]

    def _require_not_refused(self, key: bytes, policy: Policy | None, now: float) -> None:
        found = self._refused.get(key)
        if found is None:
            return
        until, under = found
        if until > now and under == policy:
            raise RateLimitedError(**_told(until - now))
        self._refused.drop(key)

    def _hashed(self, text: bytes) -> bytes:
        return hashlib.blake2b(text, key=self._key, digest_size=12).digest()


class _Counts(NamedTuple):
    """What is counted of one kind of request: a bucket of each reader, the one of all strangers, and its rate."""

    readers: Buckets
    everyone: Buckets
    rate: Rate


class _Told(TypedDict):
    detail: Sentence
    retry_after_seconds: int


def _told(wait: float) -> _Told:
    seconds = math.ceil(wait)
    return {"detail": sentence("Try again in %(seconds)s s.", seconds=seconds), "retry_after_seconds": seconds}
