"""The size of the store is kept beside the requests, and told to operators."""

from service.consumers.store_sizes import StoreSizesKeeper
from service.use_cases.watching import read_store_sizes
from tests.application.conftest import Application
from tests.application.people import desk_of


async def test_a_size_is_kept_once_the_service_has_settled(application: Application) -> None:
    desk = desk_of(application)
    keeper = StoreSizesKeeper(desk)
    await keeper.look()
    assert (await read_store_sizes(desk)).kept == []
    await keeper.look()
    await keeper.look()
    (kept,) = (await read_store_sizes(desk)).kept
    assert kept.used_bytes > 100_000
    assert 0 <= desk.now_ms() - kept.at_ms <= 6 * 60 * 60 * 1000
