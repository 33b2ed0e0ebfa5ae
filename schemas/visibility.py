r"""Finds the characters of a text that are invisible or change its direction, and the places where they are valid.

Categories are those of Python's Unicode data, and of `_NEWER` for what those data lack, so that the results are the
same with Unicode 14 (Python 3.11) and later. Every function takes time that is linear in the text.
"""

import re
import unicodedata
from itertools import chain

MAX_MARKS = 30
"""The number of combining marks in a row, as in the Stream-Safe Text Format of UAX #15: no language needs more, and
sorting them may take quadratic time."""
_MARK_BLOCKS = (range(0x300, 0x3100), range(0xA66F, 0xAC00), range(0xFB1E, 0xFE30))
"""All blocks below U+10000 that have combining marks."""
_PICTURES = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""Blocks of emoji (UTS #51), unassigned code points included."""
_IDEOGRAPHS = (
    "\u3001\u3002\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\uff01-\uff1f\U00020000-\U0002fffd\U00030000-\U0003fffd"
)
"""Characters of Chinese and Japanese that variation selectors may follow, with two whole planes of them."""
_JOINING = (
    "\u0610-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17d3\u1807-\u18aa\u1b00-\u1bff\ua840-\ua871\ua8e0-\ua8ff"
    "\uaa60-\uaa7f\ufb50-\ufdff\ufe70-\ufefc\U00010d00-\U00010d3f\U00011000-\U00011fff\U0001e900-\U0001e95f"
)
"""Scripts whose letters join: Arabic, Syriac, N'Ko, Mongolian, Adlam, and those of India and its neighbours."""
_ENDING = "\u0647\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca"
"""Letters that a joiner may follow at the end of a word too: heh in Kurdish, and the viramas of India."""
_FILLERS = (
    "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufffc\U00013441\U00013442\U00016fe4\U0001d159"
    "\u180b-\u180f\ufe00-\ufe0f\U000e0000-\U000e0fff"
)
"""Letters, marks and signs that are invisible or only choose the form of another character."""
_NEWER = re.compile(
    f"[{_PICTURES}{_IDEOGRAPHS}"
    "\u0558\u058b-\u058c\u05c8-\u05c9\u088f\u0897\u0b53-\u0b54\u0c5c\u0cdc-\u0cf3\u0ece\u1acf-\u1af0\u1b4e-\u1b4f"
    "\u1b7f\u1c89-\u1c8a\u208f-\u20c4\u2427-\u2429\u2b96\u2e60-\u2e63\u2ffc-\u2fff\u31e4-\u31ef\ua7cb-\ua7f1"
    "\uab6c-\uab6d\ufbc3-\ufbd2\ufd90-\ufd91\ufdc8-\ufdce\U000105c0-\U000105f3\U000107bb-\U000107bf"
    "\U00010940-\U00010959\U00010d40-\U00010d8f\U00010ec2-\U00010eff\U0001123f-\U00011241\U00011380-\U000113e2"
    "\U000116d0-\U000116e3\U00011b00-\U00011b0a\U00011b60-\U00011b67\U00011bc0-\U00011bf9\U00011db0-\U00011df1"
    "\U00011f00-\U00011f5a\U0001246f-\U0001247f\U00012550-\U00012686\U0001342f\U00013440-\U000143fa"
    "\U00016100-\U00016139\U00016d40-\U00016d79\U00016ea0-\U00016ed3\U00016ff2-\U00016ff6\U000187f8-\U000187ff"
    "\U00018cd6-\U00018d20\U00018d80-\U000191d2\U0001b123-\U0001b168\U0001cc00-\U0001cefd\U0001d127-\U0001d128"
    "\U0001d1eb-\U0001d1ff\U0001d250-\U0001d281\U0001d2c0-\U0001d2d3\U0001d6a6\U0001db00-\U0001db1c"
    "\U0001df1f-\U0001df96\U0001dfcd-\U0001dfff\U0001e030-\U0001e08f\U0001e4d0-\U0001e4f9\U0001e5d0-\U0001e5ff"
    "\U0001e6c0-\U0001e6ff\U0001fbcb-\U0001fbfa]"
)
"""Code points that Unicode 15 to 18 assigned (their UnicodeData.txt compared with that of 14), and those reserved for
emoji and ideographs: no reader is refused for a letter that is newer than this Python."""
_BELONGING = re.compile(
    "("
    f"(?<=[{_PICTURES}\ufe0f])\u200d(?=[{_PICTURES}])"
    f"|(?<=[{_JOINING}])[\u200c\u200d](?=[{_JOINING}])"
    f"|(?<=[{_ENDING}])[\u200c\u200d](?!\\S)"
    f"|(?<=[{_PICTURES}])[\ufe0e\ufe0f]"
    "|(?<=[#*0-9])\ufe0f(?=\u20e3)"
    f"|(?<=[{_IDEOGRAPHS}])[\ufe00-\ufe02\U000e0100-\U000e01ef]"
    "|(?<=[\u1807\u1820-\u18aa])[\u180b-\u180d\u180f]"
    "|(?<=\U0001f3f4)[\U000e0061-\U000e007a]{2}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,3}\U000e007f"
    ")"
)
"""Characters that are invisible by themselves, in the places where they are valid; the whole match is one group."""
_FILLER = re.compile(f"[{_FILLERS}]")
_LETTER = re.compile("[^\\W\u115f\u1160\u3164\uffa0\U00013441\U00013442]")
_HIDDEN_CATEGORIES = frozenset({"Cf", "Zl", "Zp", "Co", "Cs"})


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


_HIGH = "\U00010000-\U0001d3ff\U0001d800-\U0001efff\U000e0100-\U000e01ef"
"""Blocks with marks from U+10000 on; their other characters are told apart only where many stand in a row."""
_MARK = "[" + "".join(filter(_is_mark, map(chr, chain(*_MARK_BLOCKS)))) + _HIGH + "]"
_ONE_MARK = re.compile(_MARK)
_MAYBE_TOO_MANY = re.compile(f"{_MARK}{_MARK}{{{MAX_MARKS}}}")


def has_too_many_marks(text: str) -> bool:
    """Returns whether more than MAX_MARKS combining marks stand in a row.

    A row of 31 has a mark at one of every 31st places, so that most texts need a look at these places alone.
    """
    if not _ONE_MARK.search(text[MAX_MARKS :: MAX_MARKS + 1]):
        return False
    run = _MAYBE_TOO_MANY.search(text)
    if run is None:
        return False
    if all(map(_is_mark, run[0])):
        return True
    no_marks = {ord(char): " " for char in set(text) if char > "\uffff" and not _is_mark(char)}
    return bool(_MAYBE_TOO_MANY.search(text.translate(no_marks)))


def has_hidden(text: str) -> bool:
    """Returns whether a text holds characters that are invisible where they stand: format characters, controls of
    direction, fillers, unassigned ones. Joiners and selectors are valid in emoji and in the scripts that need them."""
    if text.isprintable() and not _FILLER.search(text):
        return False
    return any(map(_is_hidden, set(_BELONGING.sub("", text))))


def hidden_places(text: str) -> list[int]:
    """Returns the places of the characters that `has_hidden` finds, in order."""
    if not has_hidden(text):
        return []
    hidden = set(filter(_is_hidden, set(text)))
    belonging = {place for match in _BELONGING.finditer(text) for place in range(*match.span())}
    return [place for place, char in enumerate(text) if char in hidden and place not in belonging]


def without_hidden(text: str) -> str:
    """Returns the text without the characters that `has_hidden` finds, and without what belonged to these alone."""
    while has_hidden(text):
        parts = _BELONGING.split(text)
        parts[::2] = ["".join(char for char in part if not _is_hidden(char)) for part in parts[::2]]
        text = "".join(parts)
    return text


def without_marks(text: str) -> str:
    """Returns the text without any combining mark."""
    return "".join(char for char in text if not _is_mark(char))


def has_visible(text: str) -> bool:
    """Returns whether a text has a visible character; spaces, and marks without a letter, are not visible."""
    return bool(_LETTER.search(text)) or any(map(_is_visible, set(text)))


def _is_hidden(char: str) -> bool:
    category = unicodedata.category(char)
    if _FILLER.match(char) or category in _HIDDEN_CATEGORIES:
        return True
    return category == "Cn" and not _NEWER.match(char)


def _is_visible(char: str) -> bool:
    category = unicodedata.category(char)
    if _FILLER.match(char):
        return False
    return category[0] not in "CMZ" or (category == "Cn" and bool(_NEWER.match(char)))
