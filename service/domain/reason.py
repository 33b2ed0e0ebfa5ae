"""Why the machine routed a comment as it did."""

from typing import Any

Reason = dict[str, Any]
