"""Comment spam as blogs get it, and honest thanks that look like it: sentences written for this project.

There is no open set of such spam. The patterns are common knowledge: praise that fits any article, then a service, a
place, a number or an address.
"""

from collections.abc import Iterator
from random import Random

from classifier.training.examples.corpus import HARMLESS, Example

CORPUS = "pitches"

_PRAISE_LISTED = (
    "Great post.|Nice article, thanks for sharing.|Very informative blog.|I really appreciate your work.|"
    "This is a superb website, keep it up.|Wonderful information, thank you.|I am impressed by the details here.|"
    "Your blog is so cool.|I have bookmarked your page.|What an amazing read.|"
    "Hello, I enjoy reading all of your posts.|Thank you for providing such valuable content.|"
    "Excellent blog, I will share it with my friends.|I was searching for this for a long time.|"
    "Keep posting such useful articles.|Awesome write up!"
)
_PRAISE = _PRAISE_LISTED.split("|")
_OFFERS_LISTED = (
    "{service} in {place}|best {service} {place}|{service} near {place}|cheap {service} online|"
    "We offer {service} in {place} at affordable rates.|If you need {service}, contact us today.|"
    "Get the best {service} for your business.|Looking for {service}? Visit our website {site}|"
    "You can also check {service} here: {site}|Call our {service} helpline at {phone} for instant help.|"
    "For {service} dial {phone}, we are available 24/7.|Book {service} now and get {percent}% off.|"
    "Our experts provide {service} round the clock, call {phone}.|Visit my page for {service} {site}|"
    "I found {service} at {site} and it changed my life.|{service} | {service} {place} | {site}|"
    "Our {service} support number is always active, call now.|Try {service}, it is free, no registration needed.|"
    "Please visit {site} for {service}.|Contact us on WhatsApp {phone} for {service}."
)
_OFFERS = _OFFERS_LISTED.split("|")
_SERVICES_LISTED = (
    "seo services,web design,digital marketing,carpet cleaning,pest control,movers and packers,escort service,"
    "call girls,online casino,slot games,sports betting,payday loans,loan offer,assignment help,"
    "essay writing service,printer support,router setup,antivirus support,airline reservations,hotel booking,"
    "taxi service,wedding photography,hair transplant,weight loss pills,male enhancement,cbd gummies,viagra,"
    "replica watches,designer handbags,sneakers,crypto trading,bitcoin investment,forex signals,hacking services,"
    "spell caster,game hack,free robux,mod apk,iptv subscription,movie streaming,backlinks,instagram followers,"
    "youtube views,data science training,python certification course,interior designers,apartments for rent,"
    "property dealers,roof repair,plumber,air conditioner repair,dental clinic,astrologer,visa consultants,"
    "gold jewellery,kitchen cabinets,used cars"
)
_SERVICES = _SERVICES_LISTED.split(",")
_PLACES_LISTED = "Dubai Delhi London Houston Mumbai Sydney Toronto Karachi Miami Lagos Singapore Chicago Perth Austin"
_PLACES = _PLACES_LISTED.split()
_ENDINGS = ["com", "net", "org", "in", "co", "xyz", "online", "shop", "site", "info", "biz"]
_THANKS_LISTED = (
    "Thanks for the article, it answered my question about {topic}.|"
    "Great piece on {topic}, I learned a lot.|"
    "Thank you, this was helpful. One question: how does {topic} work in winter?|"
    "I disagree about {topic}, but well written.|"
    "Nice tutorial! The part about {topic} did not run on my machine though, any idea why?|"
    "I get an error when I try the second example on {topic}, can you help?|"
    "Could you explain {topic} in more detail please?|"
    "Very good overview of {topic}. Looking forward to the next part.|"
    "Is there a typo in the section on {topic}?|"
    "I followed all the steps for {topic} and it works, thank you so much.|"
    "You forgot to mention {topic}.|My family and I visited last year and {topic} was the best of it.|"
    "Does anyone know more about {topic}?|"
    "import numpy as np\nx = np.zeros(3)\nprint(x)\nThis fails for {topic}, what is wrong?|"
    "Here is my code:\n\nfor row in rows:\n    print(row[0])\n\nIt prints nothing for {topic}.|"
    "See https://en.wikipedia.org/wiki/{topic} for the background.|"
    "The link in the third paragraph is broken ({topic}).|"
    "The report is at https://www.parliament.uk/reports, page 12, on {topic}.|"
    "I called the office about {topic} and they said no."
)
_THANKS = _THANKS_LISTED.split("|")
_TOPICS_LISTED = (
    "the bridge,gardening,linear regression,the budget,school meals,sorting lists,the harbour,data frames,"
    "bus routes,bread,recursion,the election,rain water,housing,neural networks,football,the museum,plotting,"
    "taxes,hospital beds"
)
_TOPICS = _TOPICS_LISTED.split(",")
_SEED = 9
_SPAM_COUNT = 2400
_HARMLESS_COUNT = 1600
_MAX_PRAISES = 2
_TITLE_SHARE = 0.3
_PHONE_DIGITS = 10


def _filled(pattern: str, draw: Random) -> str:
    """An offer with a drawn service, place, site and phone number in it."""
    service = draw.choice(_SERVICES)
    digits = "".join(draw.choice("0123456789") for _ in range(_PHONE_DIGITS))
    host = f"{service.replace(' ', draw.choice(('', '-')))}{draw.randrange(100)}.{draw.choice(_ENDINGS)}"
    numbers = (f"+1-{digits[:3]}-{digits[3:6]}-{digits[6:]}", f"+91{digits}", f"1 800 {digits[:3]} {digits[3:7]}")
    return pattern.format(
        service=service.title() if draw.random() < _TITLE_SHARE else service,
        place=draw.choice(_PLACES),
        site=draw.choice(("https://", "http://", "www.", "")) + host,
        phone=draw.choice(numbers),
        percent=draw.randrange(10, 90),
    )


def pitch_examples() -> Iterator[Example]:
    """Praise with an offer and offers alone, then honest thanks and questions; they are the same every time."""
    draw = Random(_SEED)
    for _ in range(_SPAM_COUNT):
        praise = [draw.choice(_PRAISE) for _ in range(draw.randrange(0, _MAX_PRAISES + 1))]
        text = " ".join([*praise, _filled(draw.choice(_OFFERS), draw)])
        yield Example(text, {"spam": 1.0}, CORPUS)
    for _ in range(_HARMLESS_COUNT):
        yield Example(draw.choice(_THANKS).format(topic=draw.choice(_TOPICS)), HARMLESS, CORPUS)
