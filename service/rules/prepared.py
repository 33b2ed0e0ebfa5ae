"""Keeps the rules of sites ready: thousands of phrases take a tenth of a second."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Container, Sequence

from service.domain.policy import Policy
from service.domain.rule import Rule
from service.rules.compiled import Rules
from service.rules.phrases import Fold

MOST = 64
"""Sites whose rules are kept ready at once; 5,000 phrases take about 1.2 MB."""

_Key = tuple[Rule, ...]
OnUnreadable = Callable[[Sequence[str]], None]
"""Is told the names of rules."""


def _nobody(_: Sequence[str]) -> None:
    pass


class PreparedRules:
    """The rules of policies, made ready in a thread when they are first asked for, and kept while they are used."""

    def __init__(
        self, fold: Fold, disposable: Container[str], *, on_unreadable: OnUnreadable = _nobody, most: int = MOST
    ) -> None:
        """disposable: see `Rules`. on_unreadable: is told of rules that cannot be read, when a policy is made ready"""
        self.fold = fold
        self._disposable = disposable
        self._on_unreadable = on_unreadable
        self._most = most
        # By identity: a policy that is read anew has a tuple of its own, and hashing thousands of phrases takes long.
        self._ready: OrderedDict[int, tuple[_Key, Rules]] = OrderedDict()
        self._preparing: dict[int, asyncio.Task[Rules]] = {}

    def known(self, policy: Policy) -> Rules | None:
        """The rules of a policy, where they are ready."""
        found = self._ready.get(id(policy.rules))
        if found is None:
            return None
        self._ready.move_to_end(id(policy.rules))
        return found[1]

    async def prepare(self, policy: Policy) -> Rules:
        """The rules of a policy, when they are ready; those who ask at once wait for one another."""
        key = id(policy.rules)
        preparing = self._preparing.get(key)
        if preparing is None:
            preparing = self._preparing[key] = asyncio.create_task(self._make(policy.rules))
            preparing.add_done_callback(lambda _: self._preparing.pop(key))
        return await asyncio.shield(preparing)

    async def _make(self, rules: _Key) -> Rules:
        made = await asyncio.to_thread(Rules, rules, self.fold, self._disposable)
        if made.unreadable:
            self._on_unreadable([each.rule.name for each in made.unreadable])
        self._ready[id(rules)] = (rules, made)
        while len(self._ready) > self._most:
            self._ready.popitem(last=False)
        return made
