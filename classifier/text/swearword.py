"""Words that people mask with signs (f*ck), and pictures that they use as words: lists written for this project."""

_STEMS = (
    "arse arsehole ass asses asshole assholes bastard bastards bitch bitches bitching bollocks bullshit cock cocks "
    "cocksucker cocksuckers cunt cunts crap damn dick dickhead dicks douche dumbass dumbfuck dyke fag faggot faggots "
    "fags fuck fucked fucker fuckers fuckin fucking fucks goddamn hell idiot idiots jackass kike kill loser losers "
    "moron morons motherfucker motherfuckers motherfucking negro nigga niggas nigger niggers paki paedo pedo penis "
    "piss pissed porn prick pricks pussy rape raped rapist retard retarded retards scum sex shit shithead shits "
    "shitty slut sluts spic stupid stfu tits trannies tranny twat twats vagina wank wanker wankers whore whores"
)

MASKED_WORDS: dict[int, tuple[str, ...]] = {}
"""Length -> the words of that length, in the order in which they are tried against a mask."""

for _word in _STEMS.split():
    MASKED_WORDS[len(_word)] = (*MASKED_WORDS.get(len(_word), ()), _word)

PICTURE_WORDS: dict[str, str] = {
    "🖕": "fuck you",
    "💩": "shit",
    "🤡": "clown",
    "🐷": "pig",
    "🐖": "pig",
    "🐽": "pig",
    "🐀": "rat",
    "🐍": "snake",
    "🐒": "monkey",
    "🐵": "monkey",
    "🙈": "monkey",
    "🦍": "ape",
    "🐕": "dog",
    "🐶": "dog",
    "🐄": "cow",
    "🐮": "cow",
    "🪳": "cockroach",
    "🦠": "virus",
    "🔫": "shoot",
    "🔪": "stab",
    "🗡": "stab",
    "💣": "bomb",
    "🧨": "bomb",
    "🗑": "trash",
    "🚮": "trash",
    "🤮": "disgusting vomit",
    "🤢": "disgusting",
    "💀": "dead",
    "☠": "dead",
    "⚰": "dead",
    "🍆": "dick",
    "🍑": "ass",
    "💦": "cum",
    "🐔": "chicken",
    "🐱": "pussy",
    "🐈": "pussy",
    "🌈": "gay",
    "✡": "jew",
    "🕍": "jew",
    "☪": "muslim",
    "🕌": "muslim",
    "🧕": "muslim woman",
    "👳": "muslim",
    "⚧": "trans",
    "♿": "disabled",
    "👩": "woman",
    "👨": "man",
    "👵": "old woman",
    "👴": "old man",
    "🥜": "nuts",
    "🤬": "fuck",
    "👿": "evil",
    "😈": "evil",
    "👎": "bad",
    "❤": "love",
    "👏": "applause",
    "🥰": "love",
    "😍": "love",
    "🔥": "burn",
    "👊": "punch",
    "🤛": "punch",
    "🪓": "kill",
    "🏏": "beat",
}
"""Picture -> the words that it is read as where it stands by itself."""

PICTURE_LETTERS: dict[str, str] = {
    "🅰": "a",
    "🅱": "b",
    "🅾": "o",
    "⭕": "o",
    "⚫": "o",
    "⚪": "o",
    "🔴": "o",
    "🔵": "o",
    "🟠": "o",
    "🟡": "o",
    "🟢": "o",
    "🟣": "o",
    "🟤": "o",
    "🌑": "o",
    "🌕": "o",
    "🌚": "o",
    "🌝": "o",
    "🌞": "o",
    "⚽": "o",
    "🏀": "o",
    "🍩": "o",
    "🍪": "o",
    "❗": "i",
    "❕": "i",
    "ℹ": "i",
    "💲": "s",
    "✝": "t",
    "❌": "x",
    "🐝": "b",
    "👁": "i",
}
"""Picture -> the letter that it is read as beside a letter."""

LOOKALIKE_LETTERS = str.maketrans(
    "аәвеёєкмнопрстухсѕіїјԁԛԝһӏгиьзбαβεηικνορτυχωγσ",
    "aabeeekmhonpctyxcsiijdqwhlrubzbabenikvoptyxwyo",
)
"""Cyrillic and Greek letters -> the Latin letters that they are taken for, in words that mix scripts."""
