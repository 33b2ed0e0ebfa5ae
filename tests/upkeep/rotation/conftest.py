"""Links to servers, as for backups."""

from tests.store.conftest import link  # noqa: F401 fixtures
from tests.upkeep.backup.conftest import _log_as_before, one_link, other_link, other_server  # noqa: F401 fixtures
