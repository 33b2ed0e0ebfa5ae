"""Rules in words: when each is met, and what it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.domain.rule import (
    Action,
    Condition,
    DisposableEmail,
    Domains,
    EmailDomains,
    Hours,
    LinkDomains,
    Links,
    Newcomer,
    OftenRejected,
    Pattern,
    Repeated,
    Rule,
    ThreadAge,
    Words,
)
from service.html.shown.composition import Shown, shown
from service.texts.sentence import Plural, marked
from service.texts.texts import Texts

ACTION_WORDS = {
    Action.HOLD: marked("Hold"),
    Action.REJECT: marked("Reject"),
    Action.NOTE: marked("Note among the reasons"),
}
NAMED = 5
"""So many phrases or domains of a rule stand in its row."""
MAX_CHARS = 80
_LINK_DOMAINS = (marked("Links to one of:"), marked("Links to another domain than:"))
_EMAIL_DOMAINS = (marked("Email of one of:"), marked("Email of another domain than:"))
_LINKS = Plural("More than %(count)s link", "More than %(count)s links")
_NEWCOMER = Plural(
    "Author with fewer than %(count)s approved comment", "Author with fewer than %(count)s approved comments"
)
_REJECTED = Plural(
    "More than %(share)s of the author's last comment was rejected",
    "More than %(share)s of the author's last %(count)s comments were rejected",
)
_AGE = Plural("Thread older than %(count)s day", "Thread older than %(count)s days")
_REPEATED = Plural(
    "Said in another thread within %(count)s hour", "Said in another thread within the last %(count)s hours"
)


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule as a table has it: `when` is a sentence of ours, `named` what the site wrote, cut, `more` how many others
    it wrote; `thread` is None for a rule of all threads."""

    place: int
    name: Shown
    when: str
    named: Sequence[Shown]
    more: int
    does: str
    thread: Shown | None


def rule_row(place: int, rule: Rule, texts: Texts) -> RuleRow:
    """A rule at its place, from 0 on."""
    named = named_in(rule.condition)
    return RuleRow(
        place,
        shown(rule.name),
        condition_words(rule.condition, texts),
        [shown(each[:MAX_CHARS]) for each in named[:NAMED]],
        more=max(0, len(named) - NAMED),
        does=texts.gettext(ACTION_WORDS[rule.action]),
        thread=shown(rule.thread) if rule.thread else None,
    )


def named_in(condition: Condition) -> Sequence[str]:
    """The phrases, the pattern or the domains of a condition."""
    match condition:
        case Words(phrases):
            return phrases
        case Pattern(pattern):
            return [pattern]
        case LinkDomains(domains) | EmailDomains(domains):
            return sorted(domains.domains)
    return ()


def condition_words(condition: Condition, texts: Texts) -> str:
    """When a rule is met; what `named_in` gives stands after it."""
    match condition:
        case Words():
            return texts.gettext("One of these words or phrases:")
        case Pattern():
            return texts.gettext("Matches this pattern:")
        case LinkDomains(domains):
            return _of_domains(domains, texts, _LINK_DOMAINS)
        case EmailDomains(domains):
            return _of_domains(domains, texts, _EMAIL_DOMAINS)
        case DisposableEmail():
            return texts.gettext("Email that is thrown away after use")
        case Hours(begin, end, zone):
            said = texts.gettext("Sent outside of %(begin)s to %(end)s, %(zone)s")
            return said % {"begin": f"{begin:%H:%M}", "end": f"{end:%H:%M}", "zone": zone}
    return _counted(condition, texts)


def _of_domains(domains: Domains, texts: Texts, words: tuple[str, str]) -> str:
    return texts.gettext(words[domains.is_inverted])


def _counted(condition: Condition, texts: Texts) -> str:
    match condition:
        case Links(more_than):
            return texts.say_of_many(_LINKS, more_than)
        case Newcomer(approved):
            return texts.say_of_many(_NEWCOMER, approved)
        case OftenRejected(share, of_last):
            return texts.say_of_many(_REJECTED, of_last, share=texts.percent(share))
        case ThreadAge(above):
            return texts.say_of_many(_AGE, above)
        case Repeated(hours):
            return texts.say_of_many(_REPEATED, hours)
    raise TypeError(condition)
