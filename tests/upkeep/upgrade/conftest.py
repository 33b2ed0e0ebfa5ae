"""Links to a server of each kind, and another server of another kind to restore into."""

from tests.store.conftest import link  # noqa: F401 fixtures
from tests.upkeep.backup.conftest import (  # noqa: F401 fixtures
    _log_as_before,
    one_link,
    other_link,
    other_server,
    writers_link,
)
