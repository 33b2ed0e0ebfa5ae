"""As much of a desk as operations of a test ask for: no store, no sites, no tokens."""

from service.registry import Registry


class NoSites(Registry):
    """Knows nobody, and is asked by no token."""

    def __init__(self) -> None:
        self.sites = {}
        self.is_loaded = True

    def caller(self, token: str, now_ms: int) -> None:
        return None


class SmallDesk:
    """As much of one as these operations ask for."""

    def __init__(self) -> None:
        self.registry = NoSites()

    def now_ms(self) -> int:
        return 0
