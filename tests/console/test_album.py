"""The album has every page: its addresses can be filled, and no two pictures have one name."""

from service.routes import PAGES_WITH_DEMO
from tests.console.album import NO_PAGE, pictures
from tests.console.day import IDS


def test_every_page_of_the_route_table_is_in_the_album() -> None:
    taken = list(pictures(dict.fromkeys(IDS, "x")))
    pages = [each.path for each in PAGES_WITH_DEMO if each.method == "GET" and each.path.startswith("/console")]
    addresses = {path.format(**dict.fromkeys(IDS, "x")) for path in pages if not path.endswith(NO_PAGE)}
    assert addresses < {each.address for each in taken}
    assert len({each.name for each in taken}) == len(taken)
