"""Where comments stand in the lists of a site: each by its ordinal, counted in order of arrival."""

FIRST_ORDINAL = 1 << 31
"""Of the first comment that a site took in; what is older than the lists, or was brought along, is below it."""
ROWS_A_CHUNK, ROW_BYTES = 1024, 12
"""A chunk of rows: of each comment its id, and its risk as a part of 65,535."""
BITS_A_CHUNK = 8192
"""A chunk of bits: one of each comment in each plane."""
_ID_BASE = 32
RISK_STEPS = 65_535


def pack_row(comment_id: str, risk: float) -> bytes:
    """The row of a comment. comment_id: 16 characters in base 32 (RFC 4648, 7); risk: in [0, 1], of which six decimals
    count, as in the comment's record"""
    part = int(round(risk, 6) * RISK_STEPS + 0.5)
    return (int(comment_id, _ID_BASE) << 16 | part).to_bytes(ROW_BYTES, "big")
