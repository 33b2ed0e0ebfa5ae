"""Names and websites for the training texts: no set has them, so they are simulated, and the model card says so."""

from collections.abc import Sequence
from random import Random

from classifier.assessment import Text
from classifier.training.examples.corpus import Example

_NAMES_LISTED = (
    "Anna,Ben,Carla,David,Eva,Frank,Grace,Henry,Ines,Jack,Karen,Liam,Maria,Nina,Oscar,Paula,Quentin,Rosa,Sam,"
    "Tina,Ulrich,Vera,Will,Xenia,Yusuf,Zoe,Maria Lopez,John Smith,Priya Patel,Tom Baker,Aisha Khan,Peter Meier,"
    "Jo,MrT,old_reader,northern lass,Dave1962,birdwatcher,just a mum,J. Doe,concerned citizen,Reader from Leeds"
)
_NAMES = _NAMES_LISTED.split(",")
_SITES_LISTED = (
    "https://annasgarden.com https://www.smithfamily.net http://tombaker.co.uk https://birdnotes.wordpress.com "
    "https://bakeryonthehill.com https://ben.dev/notes https://localhistory.org https://medium.com/@paula "
    "https://johnsmith.me https://riverwalks.blogspot.com/2014/05/first-walk.html"
)
_SITES = _SITES_LISTED.split()
_SEED = 5
_SPAM_SHARE = 0.4
"""The share of spam that gets an author."""

_SELLING_NAME_SHARE = 0.7
_SPAM_SITE_SHARE = 0.8
_NAMED_SHARE = 0.5
"""The share of all other texts that get an author."""

_SITE_SHARE = 0.12


def with_authors(examples: Sequence[Example], spam_terms: Sequence[str], spam_hosts: Sequence[str]) -> list[Text]:
    """The texts in order, some with an author: spam with names that sell and listed hosts, the rest with plain ones."""
    draw = Random(_SEED)
    texts = []
    for example in examples:
        name = website = ""
        if example.labels.get("spam") == 1:
            if draw.random() < _SPAM_SHARE:
                name = draw.choice(spam_terms) if draw.random() < _SELLING_NAME_SHARE else draw.choice(_NAMES)
                host = draw.choice(spam_hosts)
                website = (
                    f"https://{host}/{draw.choice(spam_terms).replace(' ', '-')}"
                    if draw.random() < _SPAM_SITE_SHARE
                    else ""
                )
        elif draw.random() < _NAMED_SHARE:
            name = draw.choice(_NAMES)
            website = draw.choice(_SITES) if draw.random() < _SITE_SHARE else ""
        texts.append(Text(example.text, name, website))
    return texts
