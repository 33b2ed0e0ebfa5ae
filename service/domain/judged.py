"""A submission as it is judged before the store is asked."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from service.domain.policy import Mode
from service.domain.routing import Routing
from service.domain.rule import Fired, PlacedRule


class Judged(NamedTuple):
    """What each mode makes of a submission, and what the store needs to judge on."""

    routings: Mapping[Mode, Routing]
    said: str = ""
    """Stands for the author and his words, for rules about what was said elsewhere."""
    rules: Sequence[PlacedRule] = ()
    """Those that the store decides on, the same for all of a site."""
    fired: Sequence[Fired] = ()
    """Those that were found before, where the store has to put its own among them: else the routings have them."""
    is_trust_counted: bool = False
    """Whether a trusted author's comment would be published, see `routing.may_be_trusted`."""
