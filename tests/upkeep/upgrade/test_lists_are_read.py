"""Lists of a store that was upgraded: pages go on from what came after the lists to what was there before them."""

import pytest

from service.domain.selection import Selection
from service.domain.state import State
from service.link.link import Link
from service.store.lists import Lists
from service.upkeep import upgrade
from tests.servers import RedisServer
from tests.store.desk import Store, new_comment
from tests.upkeep.backup.content import nothing
from tests.upkeep.upgrade.test_lists import fill, id_of

OLDER, NEWER = 90, 30


async def listed(link: Link, selection: Selection) -> list[str]:
    found: list[str] = []
    below: int | None = None
    while True:
        page = await Lists(link).find("default", selection, below=below, most=7)
        found += [each.comment_id for each in page.found]
        below = page.below
        if below is None:
            return found


@pytest.mark.parametrize(
    ("selection", "step", "first"),
    [(Selection(), 1, 0), (Selection(thread="article-1"), 3, 1), (Selection(author="author-2"), 5, 2)],
)
async def test_a_list_goes_on_to_older_comments(
    link: Link, every_redis_server: RedisServer, selection: Selection, step: int, first: int
) -> None:
    await fill(link, every_redis_server, OLDER)
    await upgrade.upgrade(link, nothing)
    store = Store(link)
    for number in range(OLDER, OLDER + NEWER):
        await store.submit(new_comment(f"article-{number % 3}", f"author-{number % 5}", comment_id=id_of(number)))
    wanted = [id_of(number) for number in range(first, OLDER + NEWER, step)]
    assert await listed(link, selection) == wanted[::-1]
    spam = [id_of(number) for number in range(OLDER) if number % 9 == 6]
    assert await listed(link, selection._replace(state=State.SPAM)) == [each for each in spam[::-1] if each in wanted]
