"""As much of a desk as operations of a test ask for: no store, one site, one token of its moderator."""

from service.domain.caller import Caller, Role
from service.domain.site import Site
from service.registry import Registry
from service.vault import Vault

TOKEN = "the moderator's token"
MODERATOR = Caller("t1", "m1", "Mo", frozenset({Role.MODERATOR}), frozenset({"news"}))


class SmallRegistry(Registry):
    def __init__(self) -> None:
        self.sites = {"news": Site("news"), "other": Site("other")}
        self.is_loaded = True

    def caller(self, token: str, now_ms: int) -> Caller | None:
        return MODERATOR if token == TOKEN else None

    def note_seen(self, caller: Caller, now_ms: int) -> None:
        """There is nothing to note it in."""


class SmallDesk:
    def __init__(self) -> None:
        self.registry = SmallRegistry()
        self.vault = Vault("a secret of this test")

    def now_ms(self) -> int:
        return 0
