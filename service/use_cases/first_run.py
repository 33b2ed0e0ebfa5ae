"""The first steps of an installation: a site, a website that may send, a comment, a decision."""

from typing import NamedTuple

from service.desk import Desk
from service.domain.caller import Role
from service.domain.replay import NO_REPLAY, Replay
from service.domain.routing import Verdict
from service.domain.selection import Selection
from service.domain.site import DEFAULT_SITE, Site, SiteChange
from service.domain.state import State
from service.domain.submission import Receipt, Submission
from service.domain.token import TokenFilter
from service.use_cases.lists import list_comments
from service.use_cases.sites import change_site, create_site
from service.use_cases.submit import submit

TEST_THREAD = "first-comment"
_DECIDED = (State.PUBLISHED, State.REJECTED, State.SPAM)


class FirstSteps(NamedTuple):
    """Which steps the store says are done: `site` is the one that they are about, None while none has a name."""

    site: Site | None = None
    is_connected: bool = False
    is_commented: bool = False
    is_decided: bool = False

    @property
    def left(self) -> int:
        """How many are not done."""
        return [self.site is not None, self.is_connected, self.is_commented, self.is_decided].count(False)


async def read_first_steps(desk: Desk) -> FirstSteps:
    site = await _first_site(desk)
    if site is None:
        return FirstSteps()
    is_commented = await _has(desk, site, Selection())
    return FirstSteps(site, _is_connected(desk, site), is_commented, is_commented and await _is_decided(desk, site))


async def is_empty(desk: Desk) -> bool:
    """Whether nobody has begun: no site has a name, and the one that is there from the start has no comment."""
    return await _first_site(desk) is None


async def count_steps_left(desk: Desk) -> int:
    """How many of the first steps are left; none where there are several sites, which somebody made who knows how."""
    return (await read_first_steps(desk)).left if len(_named(desk)) <= 1 else 0


async def name_first_site(desk: Desk, wanted: Site, replay: Replay, *, actor: str) -> Site:
    """Makes the site, or gives the one that is there from the start its name. SiteExistsError."""
    there = desk.registry.sites.get(wanted.site)
    if there is not None and there.site == DEFAULT_SITE and not there.title:
        return await change_site(desk, there, SiteChange(title=wanted.title), actor=actor)
    return await create_site(desk, wanted, replay, actor=actor)


async def send_test_comment(desk: Desk, site: Site, submission: Submission, *, replay: Replay = NO_REPLAY) -> Receipt:
    """A comment as a website would send it, in a thread of its own."""
    return await submit(desk, site, TEST_THREAD, submission, replay=replay)


async def _first_site(desk: Desk) -> Site | None:
    """The oldest site that somebody made or gave a name; else the one that is there from the start, once it has a
    comment."""
    named = min(_named(desk), key=lambda each: (each.created_ms, each.site), default=None)
    default = desk.registry.sites.get(DEFAULT_SITE)
    if named is None and default is not None and await _has(desk, default, Selection()):
        return default
    return named


def _named(desk: Desk) -> list[Site]:
    made = [each for each in desk.registry.sites.values() if not each.is_demo]
    return [each for each in made if each.title or each.site != DEFAULT_SITE]


def _is_connected(desk: Desk, site: Site) -> bool:
    """Whether a website has a token of the site, or readers' browsers may do without."""
    tokens, _ = desk.registry.people.page_of_tokens(TokenFilter(site.site, Role.WEBSITE), "", 1)
    return bool(tokens) or site.public_submission


async def _is_decided(desk: Desk, site: Site) -> bool:
    """Whether a comment that was held is so no longer."""
    for state in _DECIDED:
        if await _has(desk, site, Selection(state=state, verdict=Verdict.HOLD)):
            return True
    return False


async def _has(desk: Desk, site: Site, selection: Selection) -> bool:
    return bool((await list_comments(desk, site.site, selection, limit=1, below=None)).comments)
