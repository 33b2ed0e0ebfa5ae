"""Finds thousands of phrases in a text in one walk (Aho and Corasick, 1975)."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import ahocorasick_rs

Fold = Callable[[Sequence[str]], list[str]]
"""Gives phrases as they stand in a folded text: `Classifier.fold`."""

WILDCARD = "*"


class Phrases:
    """Phrases of several rules. Texts are folded, each word with a space on both sides, and so are phrases: a whole
    word is found with its spaces, one with a wildcard with that before it alone."""

    def __init__(self, by_rule: Mapping[str, Sequence[str]], fold: Fold) -> None:
        """by_rule: the name of a rule -> its phrases; a phrase that folds to nothing is never found"""
        owners = [(name, phrase) for name, phrases in by_rule.items() for phrase in phrases]
        folded = folded_each([phrase for _, phrase in owners], fold)
        kept = [(text, owner) for text, owner in zip(folded, owners, strict=True) if text]
        self._owners = [owner for _, owner in kept]
        self._automaton = ahocorasick_rs.AhoCorasick([text for text, _ in kept], store_patterns=False) if kept else None

    def __bool__(self) -> bool:
        return self._automaton is not None

    def find(self, folded: Iterable[str]) -> dict[str, list[str]]:
        """The rules whose phrases are said in any of the folded texts, and those phrases as the rule has them."""
        found: dict[str, list[str]] = {}
        if self._automaton is None:
            return found
        for text in folded:
            # Overlapping, since two phrases may share the space between them.
            for phrase, _, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
                name, written = self._owners[phrase]
                said = found.setdefault(name, [])
                if written not in said:
                    said.append(written)
        return found


def folded_each(phrases: Sequence[str], fold: Fold) -> list[str]:
    """Each phrase as it is looked for; "" for one of which folding leaves nothing, such as one of signs alone."""
    folded = fold([phrase.rstrip(WILDCARD) for phrase in phrases])
    return [text[:-1] if phrase.endswith(WILDCARD) else text for phrase, text in zip(phrases, folded, strict=True)]
