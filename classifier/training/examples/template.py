"""Sentences written for this project that name a group: as many are harmless as are an attack."""

from collections.abc import Iterator
from itertools import product
from random import Random

from classifier.training.examples.corpus import HARMLESS, Example, Labels

_PEOPLE_LISTED = (
    "gay lesbian bisexual transgender trans queer lgbt lgbtq homosexual straight heterosexual male female "
    "nonbinary african african-american black white european hispanic latino latina latinx mexican canadian "
    "american asian indian middle-eastern chinese japanese korean jewish muslim christian catholic protestant "
    "buddhist sikh hindu taoist atheist arab turkish polish irish romani gypsy pakistani somali nigerian "
    "immigrant native indigenous refugee old older elderly young younger teenage millennial middle-aged blind "
    "deaf paralyzed disabled autistic handicapped"
)
_PEOPLE = _PEOPLE_LISTED.split()
_GROUPS_LISTED = (
    "women,men,girls,gays,lesbians,gay people,trans people,transgender people,queer people,homosexuals,blacks,"
    "black people,white people,african americans,asians,hispanics,latinos,mexicans,indians,chinese people,jews,"
    "jewish people,muslims,christians,catholics,protestants,sikhs,hindus,buddhists,atheists,arabs,immigrants,"
    "migrants,refugees,foreigners,disabled people,blind people,deaf people,autistic people,old people,feminists,"
    "teenagers,trans women,black women,muslim women,romani people,indigenous people,pakistanis,poles,turks,"
    "koreans,japanese people"
)
_GROUPS = _GROUPS_LISTED.split(",")

_HARMLESS_PERSON = (
    "I am a {} person.",
    "My neighbour is {} and we garden together.",
    "being {} is nothing special",
    "She is a proud {} woman who runs a bakery.",
    "He is {}.",
    "a {} friend of mine reads this paper every day",
    "The new mayor is {}, as the article says.",
    "I grew up in a {} family and loved it.",
    "We had dinner with a {} couple yesterday.",
    "what does the {} community think about the plan?",
    "{} readers wrote in to say thanks",
    "Who is the {} man in the second picture?",
    "kind {} teacher",
    "friendly {} doctor, great {} nurse",
    "There are many {} people in our town.",
    "the {} author gave a lovely talk",
    "you are a {} person",
    "I am {} and I vote.",
    "As a {} person I felt welcome there.",
    "our {} colleague was promoted",
    "is the {} player fit for the match",
    "love your {} neighbours",
)
_ATTACK_PERSON = (
    "you disgusting {} freak",
    "shut up you filthy {} pig",
    "I hate every {} person, they are vermin",
    "{} scum should be thrown out of the country",
    "stupid {} idiot",
    "{} people are subhuman trash",
    "typical {} moron, too dumb to read",
    "get lost, dirty {} bastard",
)
_HARMLESS_GROUP = (
    "{} live here too.",
    "I work with {} every day and enjoy it.",
    "The survey asked {} about their commute.",
    "{} deserve the same rights as everyone else.",
    "Nobody should hate {}.",
    "It is wrong to say that {} are stupid.",
    "why do some people attack {}? it makes me sad",
    "there is nothing wrong with {}",
    "Many {} came to the meeting last night.",
    "The museum tells the history of {} in this region.",
    "I support {} and always will.",
    "{} and their families were invited",
    "More {} than ever voted this year, says the report.",
    "we should listen to {}",
    "I am so grateful to the {} who helped us",
    "The law protects {} from discrimination.",
)
_ATTACK_GROUP = (
    "{} are vermin and should be wiped out",
    "I hate {}",
    "I can't stand {}, they make me sick",
    "all {} are liars and thieves",
    "{} are disgusting",
    "{} do not deserve rights",
    "send all {} back where they came from",
    "we should get rid of {}",
    "{} are like animals",
    "{} are a plague on this country",
    "why are {} so stupid?",
    "{} are ruining everything, deport them all",
    "the world would be better without {}",
    "no one wants {} here",
    "{} are less than human",
    "I despise {} with all my heart",
)
_THREAT_GROUP = (
    "I will kill all {}",
    "{} should be shot on sight",
    "someone should burn {} alive",
    "{} need to be exterminated",
    "hang all {}",
    "let's beat up some {} tonight",
)
_PRAISE_LISTED = (
    "kind lovely friendly wonderful happy great brave clever gentle honest generous funny talented caring good "
    "decent hard-working proud polite smart charming nice sweet beautiful excellent fine helpful calm cheerful "
    "fantastic amazing awesome gifted warm loyal"
)
_PRAISE = _PRAISE_LISTED.split()
_SCORN_LISTED = (
    "vile disgusting repulsive horrible terrible awful stupid filthy pathetic worthless nasty dirty ugly evil "
    "rotten sick dumb idiotic useless revolting despicable vicious subhuman gross inferior lying lazy retarded "
    "greedy creepy fucking goddamn shitty hateful damned"
)
_SCORN = _SCORN_LISTED.split()
_PLAIN_NOUNS_LISTED = "teacher driver neighbour student cook writer player doctor singer farmer nurse friend person"
_PLAIN_NOUNS = _PLAIN_NOUNS_LISTED.split()
_PRAISED_PERSON = (
    "my cousin is a {praise} {group}",
    "they met a {praise} {group} on holiday",
    "that was a {praise} {group} man",
    "It is {praise} to be {group}.",
    "being {group} can be {praise}",
    "a {praise} and {group} student",
    "our {group} guest was so {praise}",
    "You are a {praise} {group}.",
)
_SCORNED_PERSON = (
    "my cousin is a {scorn} {group}",
    "they met a {scorn} {group} on holiday",
    "that was a {scorn} {group} man",
    "It is {scorn} to be {group}.",
    "being {group} is just {scorn}",
    "a {scorn} and {group} student",
    "our {group} guest was so {scorn}",
    "You are a {scorn} {group}.",
)
_WELCOMING_VERBS_LISTED = "love like thank welcome help hug support respect befriend adore admire marry teach visit"
_WELCOMING_VERBS = _WELCOMING_VERBS_LISTED.split()
_HOSTILE_VERBS_LISTED = "hate despise loathe murder kill hurt deport ban punch hang exterminate shoot attack beat"
_HOSTILE_VERBS = _HOSTILE_VERBS_LISTED.split()
_SEED = 3
_MIXED_PER_NAME = 70
"""So many sentences of praise are drawn for each name, and as many of scorn."""

_ATTACK: Labels = {"toxicity": 1.0, "identity_attack": 1.0, "spam": 0.0, "sexually_explicit": 0.0}
_THREAT: Labels = {**_ATTACK, "threat": 1.0}
_INSULT: Labels = {"toxicity": 1.0, "insult": 1.0, "identity_attack": 0.0, "spam": 0.0}

_KINDS: tuple[tuple[tuple[str, ...], tuple[str, ...], Labels], ...] = (
    (tuple(_PEOPLE), _HARMLESS_PERSON, HARMLESS),
    (tuple(_PEOPLE), _ATTACK_PERSON, _ATTACK),
    (tuple(_GROUPS), _HARMLESS_GROUP, HARMLESS),
    (tuple(_GROUPS), _ATTACK_GROUP, _ATTACK),
    (tuple(_GROUPS), _THREAT_GROUP, _THREAT),
)

CORPUS = "templates"


def _pattern_examples() -> Iterator[Example]:
    """Every pattern of a kind with every name of it."""
    for names, patterns, labels in _KINDS:
        for pattern, name in product(patterns, names):
            yield Example(pattern.replace("{}", name), labels, CORPUS)


def _mixed_examples() -> Iterator[Example]:
    """Praise and scorn, in the same words, of every group and of people whom no group names."""
    draw = Random(_SEED)
    for name in (*_PEOPLE, *_PLAIN_NOUNS):
        scorned = _INSULT if name in _PLAIN_NOUNS else _ATTACK
        for _ in range(_MIXED_PER_NAME):
            praise = draw.choice(_PRAISED_PERSON).format(praise=draw.choice(_PRAISE), group=name)
            yield Example(praise, HARMLESS, CORPUS)
            scorn = draw.choice(_SCORNED_PERSON).format(scorn=draw.choice(_SCORN), group=name)
            yield Example(scorn, scorned, CORPUS)
    for name in (*_GROUPS, *_PEOPLE):
        for verb in _WELCOMING_VERBS:
            yield Example(f"{verb} {name}", HARMLESS, CORPUS)
        for verb in _HOSTILE_VERBS:
            yield Example(f"{verb} {name}", _ATTACK, CORPUS)


def template_examples() -> Iterator[Example]:
    """Sentences in which each group is as often harmless as it is attacked in the same words."""
    yield from _pattern_examples()
    yield from _mixed_examples()
