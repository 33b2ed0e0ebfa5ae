"""Reads a short text, such as a secret, from a file as editors and secret stores write it."""

import codecs
from pathlib import Path

MOST_BYTES = 64 * 1024
"""More is no secret: the end of a device such as /dev/zero is not waited for."""
_BOMS = {codecs.BOM_UTF32_LE: "UTF-32", codecs.BOM_UTF32_BE: "UTF-32", codecs.BOM_UTF16_LE: "UTF-16"} | {
    codecs.BOM_UTF16_BE: "UTF-16"
}
"""The marks of encodings that are refused. That of UTF-32 comes first: it begins as UTF-16's does."""


def read_text(path: Path) -> str:
    """Returns the text of a file in UTF-8 without a byte order mark, and without white space around it.

    Raises ValueError, with what is wrong in words, when the file is empty, too large, a folder, or in another encoding,
    and OSError when it cannot be read. No message holds anything of the text.
    """
    if path.is_dir():
        raise ValueError("it is a folder, not a file.")
    with path.open("rb") as file:
        raw = file.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise ValueError(f"it has more than {MOST_BYTES} bytes.")
    text = _decoded(raw).strip()
    if not text:
        raise ValueError("it is empty.")
    return text


def _decoded(raw: bytes) -> str:
    for mark, encoding in _BOMS.items():
        if raw.startswith(mark):
            raise ValueError(f"it is in {encoding}. Save it as UTF-8.")
    if b"\0" in raw:
        raise ValueError("it holds null bytes, as UTF-16 does. Save it as UTF-8.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError("it is not in UTF-8. Save it as UTF-8.") from None
