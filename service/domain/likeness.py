"""Names that look alike have one skeleton, in the spirit of Unicode TR #39 (confusables), but coarser: case, spaces,
punctuation, marks and digits for letters make no difference, since nobody loses more by it than a moment of waiting.

The table is our own, drawn up by the shapes of the letters in common fonts: a row has a Latin letter and those of
other scripts, and of older Latin spelling, that pass for it. Compatibility forms (bold, circled, full width) come by
NFKD. PyPI's `confusable-homoglyphs` has more; it is of 2024, and takes 900 KB and a quarter as many bytes to read it.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

STAFF_WORDS = ("administrator", "admin", "moderator")
"""Names that are nobody's and claim to be staff's."""

_LOOK_ALIKES = {
    "a": "аАαΑᎪꓮᗅɑɒΆ𐊠ӕ",
    "b": "вВβΒЬьᏴᏏꓐʙɓҌҍƄᑲᖯᗷꞴ𐌁",
    "c": "сСϲϹᏟꓚⅽ𐊢ϾƈçҫⲥⲤ𐌂",
    "d": "ԁԀᎠꓓᗪɗđĐᏧժᑯꓒᗞ",
    "e": "€еЕεΕᎬꓰɛҽҾƐэЭє℮ꬲⴹ",
    "f": "ϝϜꓝꞘƒғҒᖴſք",
    "g": "ԍԌɡᏀꓖցɢɠᏳƍ",
    "h": "һҺнНΗᎻꓧհʜħĦңҢԋᏂⲎᕼ",
    "i": "іІιΙӀӏıɩɪᎥꓲⵏլɨꙇⲒ",
    "j": "јЈϳͿᎫꓙյʝȷᒍ",
    "k": "кКκΚᏦꓗқҚҡƙⲕᛕ",
    "l": "£ⅼᏞꓡʟłŁɭ∣ǀᛁᒪƖⳐ𐌉",
    "m": "мМΜᎷꓟᗰⅿʍӎϺⲘᛖ",
    "n": "пПηΝꓠոռԥиИɴŋɲⲚ",
    "o": "оОοΟσօՕᎤꓳዐөӨøØδ०০੦૦௦౦೦൦๐໐၀٥ہهⲟⲞჿഠဝ୦ⵔⵀ〇סᴑ𐐬𐐄",
    "p": "рРρΡᏢꓑþƿҏⲣⲢᑭ⍴",
    "q": "ԛԚզգϙɋⵕ",
    "r": "гГᎡꓣƦʀɾᏒґяЯꭇᴦⲅꮁᖇ",
    "s": "ѕЅꓢᏚՏʂꜱșşƽᏕ",
    "t": "тТτΤᎢꓔƭŧҭҬⲦ⊤",
    "u": "υսԱꓴʊцЦμµʋꞟᑌ∪",
    "v": "ѵѴνᏙꓦᴠѷᐯⴸ∨",
    "w": "шШѡωԝԜᎳꓪɯաщЩᏔ",
    "x": "хХχΧꓫⅹҳҲⲬꭓⵝᕁ᙭ᚷ×",
    "y": "уУүҮγΥᎩꓬʏყӯұỿⲨᎽɣ",
    "z": "ΖᏃꓜʐᴢƶʒⲌⲍȤ",
}
_SMALL_CAPITALS = dict(zip("ᴀᴄᴅᴇꜰᴊᴋᴍᴏᴘᴛᴜᴡ", "acdefjkmoptuw", strict=True))
_DIGITS = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "8": "b"}
_SIGNS = {"@": "a", "$": "s", "|": "i", "!": "i", "l": "i", "L": "i"}
_PAIRS = (("rn", "m"), ("vv", "w"), ("uu", "w"))
_NO_LETTER = re.compile(r"[\W_]+")


def _shapes() -> dict[int, str]:
    shapes = {ord(alike): letter for letter, row in _LOOK_ALIKES.items() for alike in row}
    shapes |= {ord(small): letter for small, letter in _SMALL_CAPITALS.items()}
    for offset in range(26):  # negative circled and squared letters, and the letters of flags
        shapes |= dict.fromkeys((0x1F150 + offset, 0x1F170 + offset, 0x1F1E6 + offset), chr(ord("a") + offset))
    return shapes


_SHAPES = _shapes()
_STROKES = (
    {code: chr(code).lower() if chr(code).isalnum() else None for code in range(128)}
    | {ord(digit): letter for digit, letter in _DIGITS.items()}
    | {ord(sign): letter for sign, letter in _SIGNS.items()}
)


@lru_cache(4096)
def skeleton(name: str) -> str:
    """What a name of at most a few hundred characters looks like: letters alone, alike for names that look alike;
    empty where there is no letter."""
    if not name.isascii():
        name = unicodedata.normalize("NFKD", name).translate(_SHAPES).casefold()
        name = _NO_LETTER.sub("", unicodedata.normalize("NFKD", name).translate(_SHAPES))
    shape = name.translate(_STROKES)
    for pair, letter in _PAIRS:
        shape = shape.replace(pair, letter)
    return shape


def skeletons(names: Iterable[str]) -> frozenset[str]:
    """The skeletons of staff's names, however their case is written: a letter may look like another in capitals."""
    written = {form for name in (*STAFF_WORDS, *names) for form in (name, name.lower(), name.upper(), name.title())}
    return frozenset(map(skeleton, written)) - {""}


def latin_look_alike(letter: str) -> str:
    """What Latin letters, in its own case, a letter of another script or form passes for; "" where it looks like none.
    A ligature passes for several."""
    shape = unicodedata.normalize("NFKD", letter).translate(_SHAPES).casefold()
    latin = "".join(each for each in shape if each.isascii() and each.isalpha())
    return latin.upper() if letter.isupper() else latin


def look_alikes(latin: str) -> str:
    """The letters of other scripts that pass for a Latin one, of both cases."""
    return _LOOK_ALIKES.get(latin.lower(), "")
