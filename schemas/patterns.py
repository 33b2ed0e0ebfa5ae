"""Patterns that tell in the API's description what a text may be; the fields check it by themselves, and more of it.

They are those that Python, ECMAScript (with the flag `u` and without) and Rust all read. What fields refuse besides
needs Unicode's tables: a text of invisible characters alone, and too many combining marks in a row.
"""

_CONTROLS = r"\u0000-\u001f\u007f-\u009f"
_SEEN = rf"[^\s{_CONTROLS}]"
_LETTER = (
    r"!-?A-~\u00c0-\u024f\u0391-\u03c9\u0410-\u044f\u05d0-\u05ea\u0621-\u063a\u0905-\u0939\u3041-\u3096\u4e00-\u9fa5"
    r"\uac00-\ud7a3"
)
_EMAIL_PART = rf"[^@\s]*[{_LETTER}][^@\s]*"
_HEX = "[0-9A-Fa-f]{1,4}"
_NAME = r"[A-Za-z0-9._~!$&'()*+,;=%\u00c0-\u1fff\u3040-\ud7ff\uf900-\ufaff-]+"
_IPV6 = rf"\[(?:{_HEX}:){{7}}{_HEX}\]|\[(?:{_HEX}(?::{_HEX}){{0,2}})?::(?:{_HEX}(?::{_HEX}){{0,3}})?\]"
_PORT = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
_PORT_OR_NONE = rf"(?::(?:{_PORT})?)?"
_SCHEME = "[Hh][Tt][Tt][Pp][Ss]?://"
_SERVER = rf"{_SCHEME}(?:{_NAME}|{_IPV6}){_PORT_OR_NONE}"
_BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = rf"(?:{_BYTE}\.){{3}}{_BYTE}"
_ASCII = "[A-Za-z0-9_-]"
_ANY_LETTER = r"[A-Za-z0-9_\u00e0-\u00f6\u00f8-\u00ff\u0430-\u044f\u4e00-\u9fa5\uac00-\ud7a3-]"
_LABEL = rf"(?:{_ASCII}{{1,40}}|{_ANY_LETTER}{{1,12}})"
_LAST_LABEL = rf"(?:[A-Za-z_-]{_ASCII}{{0,39}}|[A-Za-z_-]{_ANY_LETTER}{{0,11}}|[\u4e00-\u9fa5\uac00-\ud7a3]{{1,12}})"
_HOST = rf"(?:{_LABEL}\.){{0,5}}{_LAST_LABEL}\.?"
_REST = rf"[/?#][^\s<>\"\\^`{{|}}{_CONTROLS}]*"

ANYTHING = ""
SOMETHING = _SEEN
LINE = f"^[^{_CONTROLS}]*$"
FILLED_LINE = rf"^[^{_CONTROLS}]*{_SEEN}[^{_CONTROLS}]*$"
EMAIL = rf"^\s*{_EMAIL_PART}@{_EMAIL_PART}\s*$"
"""Something that can be seen on both sides of one @, and no spaces."""
WEB_ADDRESS = rf"^\s*(?:{_SERVER}(?:{_REST})?)?\s*$"
"""An http or https address, or nothing; of IPv6 addresses the shortened forms that are common."""
ORIGIN = rf"^\s*{_SCHEME}(?:{_HOST}|{_IPV4}|{_IPV6}){_PORT_OR_NONE}/*\s*$"
"""Of hosts those whose parts are not unusually many or long."""
_SHORT_LABEL = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?"
_SUFFIX = "[A-Za-z](?:[A-Za-z0-9-]{0,20}[A-Za-z0-9])?"
DOMAIN = rf"^(?:\*\.(?:{_SHORT_LABEL}\.){{0,6}}|(?:{_SHORT_LABEL}\.){{1,6}}){_SUFFIX}$"
"""A name of at least two parts, with `*.` before it or without; those in other scripts are taken too."""
PHRASE = rf"[{_LETTER}]"
CURSOR = "^[A-Za-z0-9_=-]*$"
