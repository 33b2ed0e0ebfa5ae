"""What each reason is called, and which of them say how a comment was routed, not what stood out in it."""

from collections.abc import Mapping

from service.html.shown.piece import Family
from service.texts.sentence import Plural, marked

ATTRIBUTES: Mapping[str, tuple[str, Family]] = {
    "toxicity": (marked("Toxic"), Family.ATTACK),
    "severe_toxicity": (marked("Severe"), Family.THREAT),
    "insult": (marked("Insult"), Family.ATTACK),
    "profanity": (marked("Coarse"), Family.COARSE),
    "identity_attack": (marked("Hate"), Family.HATE),
    "threat": (marked("Threat"), Family.THREAT),
    "sexually_explicit": (marked("Sexual"), Family.COARSE),
    "spam": (marked("Spam"), Family.SPAM),
}
"""Of each attribute its label and the family of its marks."""
RULE = "rule"
RULE_NAMED = marked("Rule “%(name)s”")
SCORE = "score_high"
FINDINGS: Mapping[str, str] = {
    "name_of_staff": marked("The name is like that of a moderator"),
    "author_banned": marked("The author is banned"),
    "near_duplicate": marked("Nearly the same was turned down"),
    "direction_overridden": marked("Letters stand in another order than they were sent in"),
    "filler_characters": marked("Characters that show as a gap, or not at all"),
}
"""What stood out, with certainty."""
DUPLICATES = Plural("%(count)s comment of another author", "%(count)s comments of other authors")
ROUTES: Mapping[str, str] = {
    "premoderated": marked("Every comment is looked at here before it is published."),
    "postmoderated": marked("It is published already: comments are looked at afterwards here."),
    "author_trusted": marked("It is published already: the author is trusted."),
    "risk_between": marked("The machine is not sure: its risk lies between the site’s thresholds."),
    "risk_below": marked("Its risk is below %(threshold)s, under which comments are published here."),
    "risk_above": marked("Its risk is above %(threshold)s, over which comments are rejected here."),
    "language_not_assessed": marked("It is in a language that the machine does not know."),
    "not_scored": marked("The machine could not score it."),
}
"""How a comment was routed."""
INVISIBLE = marked("Invisible characters")
ACCENTS = marked("Heaps of accents")
UNDRAWN = Plural("%(count)s that is not drawn", "%(count)s that are not drawn")
FOREIGN = marked("Letters that pass for others")
IN_NAME = marked("The name has invisible characters or letters that pass for others")
