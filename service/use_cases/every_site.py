"""What is done on one site after the other, though a part of the store may be away."""

from collections.abc import Awaitable, Callable, Iterable

from service.errors import UnavailableError


async def at_every_site(sites: Iterable[str], act: Callable[[str], Awaitable[object]]) -> None:
    """Acts on each site. UnavailableError when a part of the store was away; on all else was acted all the same."""
    away: UnavailableError | None = None
    for site in sites:
        try:
            await act(site)
        except UnavailableError as error:
            away = error
    if away is not None:
        raise away
