"""A site's own reasons for decisions: read by its moderators, set by its operators."""

from collections.abc import Sequence

from service.desk import Desk
from service.domain.decision_reason import DEFAULT_REASONS, DecisionReason, codes_of
from service.domain.site import Site
from service.store import sites
from service.store.sites import ReasonsAct
from service.texts.catalogue import CATALOGUE


def reasons_of(site: Site) -> Sequence[DecisionReason]:
    """The reasons that a site's moderators choose from; the default ones in the site's language."""
    if site.reasons is not None:
        return site.reasons
    return default_reasons(site)


def default_reasons(site: Site) -> Sequence[DecisionReason]:
    """What a site has that set none, in its language."""
    texts = CATALOGUE.of(site.language)
    return [reason._replace(title=texts.gettext(reason.title)) for reason in DEFAULT_REASONS]


def switched_off(site: Site) -> Sequence[DecisionReason]:
    """Reasons that are not chosen from, though decisions may carry them: the site's own of before, and default ones."""
    off = {reason.code: reason for reason in (*default_reasons(site), *site.retired_reasons[::-1])}
    return [reason for code, reason in off.items() if code not in codes_of(site.reasons)]


async def set_reasons(
    desk: Desk, site: Site, reasons: Sequence[DecisionReason] | None, *, actor: str
) -> Sequence[DecisionReason]:
    """Replaces the whole list; None brings the default ones back. SiteNotFoundError."""
    changed = await sites.set_reasons(desk.link, site.site, reasons, actor=actor, now_ms=desk.now_ms())
    await desk.registry.read_site(site.site)
    return reasons_of(changed)


async def change_reasons(
    desk: Desk,
    site: Site,
    reasons: Sequence[DecisionReason] | None,
    *,
    seen: Sequence[DecisionReason] | None,
    actor: str,
) -> None:
    """Replaces the list that was seen; None stands for the default ones. SiteNotFoundError, StaleReasonsError where the
    site has another list by now, unless it is what was wanted."""
    act = ReasonsAct(reasons, seen=seen, actor=actor, now_ms=desk.now_ms())
    await sites.change_reasons(desk.link, site.site, act)
    await desk.registry.read_site(site.site)
