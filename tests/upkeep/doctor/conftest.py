"""A link to a server of each kind."""

from tests.store.conftest import link  # noqa: F401 fixtures
from tests.upkeep.backup.conftest import _log_as_before, writers_link  # noqa: F401 fixtures
