"""Sentences written for this project that threaten someone, and as many in the same words that threaten nobody."""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

from classifier.training.examples.corpus import Example, Labels

_SPEAKERS = ("I will", "I'll", "I'm going to", "im gonna", "I am going to", "we will", "we're going to", "ill")
_HARMS_LISTED = (
    "kill {},murder {},hurt {},shoot {},stab {},strangle {},beat {} up,find {} and hurt {},find {} and kill {},"
    "hunt {} down,come for {},track {} down and hurt {},hurt {} badly,find {} and hurt {} badly,come over and hurt {},"
    "break your legs,break your neck,cut your throat,slit your throat,smash your face in,"
    "burn your house down,blow up your house,punch you in the face,put a bullet in {},beat {} to death,make {} suffer,"
    "make {} bleed,kick your teeth in,rip your head off,run {} over,destroy {},set {} on fire,kill your family,"
    "hurt your children,end you"
)
_HARMS = _HARMS_LISTED.split(",")
_VICTIMS = ("you", "you all", "him", "her", "them", "your wife", "that reporter", "the mayor")
_WHENS = ("", "", " tonight", " tomorrow", " soon", " one day", " when I see you", ", just wait", ", I swear", "!")
_WISHES = (
    "someone should shoot {}",
    "somebody should kill {}",
    "I hope someone kills {}",
    "I want to see {} hang",
    "I know where you live, watch your back",
    "watch your back, I know your address",
    "you are a dead man",
    "you are dead, I am coming for {}",
    "{} will be dead soon",
    "you have two days left to live",
    "keep talking and you will get hurt",
    "say that to my face and I will hurt you",
    "you will pay for this with your life",
    "next time I see you I will break your jaw",
    "sleep with one eye open, I am coming",
    "a bullet is waiting for {}",
    "you deserve to be shot and I will do it",
    "let's find {} and burn the place down",
)
_FRIENDLY_LISTED = (
    "call {},help {},thank {},meet {},send {} a better link,send {} the photos,write to {},visit {},show {} the way,"
    "bring {} some soup,pick {} up at the station,vote for {},cook for {},miss {},walk {} home,wait for {},"
    "buy {} a drink,tell {} the score,read your article,answer your question,fix the page,watch the match with {},"
    "shoot {} an email,beat {} at chess,wave at {} and say thanks,hit the gym with {},kill time before work,"
    "cut the grass,burn some calories,break the news to {},run over to the shop"
)
_FRIENDLY = _FRIENDLY_LISTED.split(",")
_REPORTED = (
    "a man was shot and killed on Main Street, police say",
    "the police found {} and the murder weapon",
    "he was stabbed by a stranger, the report says",
    "the virus kills thousands of people every year",
    "who killed {} in the last episode?",
    "the plot kills the film for me",
    "the fire burned the house down, nobody was hurt",
    "this tax will kill small shops",
    "stop killing wolves",
    "these stairs will kill my knees",
    "my father was murdered in 1982 and I still miss him",
    "he threatened to kill {} and was arrested",
    "nobody should be killed for a drawing",
    "the bomb was found and made safe",
    "I could murder a burger right now",
    "that joke killed {}",
)
_SEED = 9
_N_DRAWN = 3_000
"""So many sentences are drawn of those who threaten, and as many of those who do not."""

_TIMES = 3
"""Each sentence is said so often: beside the 1,300 threats of the sets, once is too little."""


_THREAT: Labels = {"threat": 1.0}
_NO_THREAT: Labels = {"threat": 0.0}
"""They have no other label: these sentences would teach little of toxicity, and made it worse elsewhere."""

CORPUS = "threats"


def _drawn(actions: Sequence[str], labels: Labels, draw: Random) -> Iterator[Example]:
    """Sentences in which someone says what they will do."""
    sentences = list(product(_SPEAKERS, actions, _VICTIMS, _WHENS))
    for speaker, action, victim, when in draw.sample(sentences, _N_DRAWN):
        yield Example(f"{speaker} {action.replace('{}', victim)}{when}", labels, CORPUS)


def threat_examples() -> Iterator[Example]:
    """Threats, and harmless plans and reports; they are the same every time."""
    for _ in range(_TIMES):
        yield from _sentences(Random(_SEED))


def _sentences(draw: Random) -> Iterator[Example]:
    """Drawn threats and plans, then all wishes and all reports."""
    yield from _drawn(_HARMS, _THREAT, draw)
    yield from _drawn(_FRIENDLY, _NO_THREAT, draw)
    for patterns, labels in ((_WISHES, _THREAT), (_REPORTED, _NO_THREAT)):
        for pattern, victim, when in product(patterns, _VICTIMS, _WHENS):
            yield Example(f"{pattern.replace('{}', victim)}{when}", labels, CORPUS)
