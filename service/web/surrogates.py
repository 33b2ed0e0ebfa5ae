r"""Halves of characters in JSON: a program that cuts a text between the two escapes of an emoji leaves `\ud83d`, which
no UTF-8 text can carry. As every browser does when it encodes such a text, they are read as U+FFFD."""

import re

_HIGH, _LOW = rb"\\u[dD][89abAB][0-9a-fA-F]{2}", rb"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_LONE = re.compile(rb"%b(?!%b)|(?<!%b)%b" % (_HIGH, _LOW, _HIGH, _LOW))


def without_lone_surrogates(raw: bytes) -> bytes:
    r"""Returns JSON in which each escape of half a character is `\ufffd`; other escapes mean what they meant. What has
    none is given back as it is."""
    if not _LONE.search(raw):
        return raw
    # An escaped backslash is written otherwise first, so that every backslash that is left begins an escape.
    return _LONE.sub(rb"\\ufffd", raw.replace(rb"\\", rb"\u005c"))
