"""Other classifiers, to be scored on the same rows; each runs in an environment of its own, made when first needed."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
import orjson
from numpy.typing import NDArray

from classifier.attribute import ATTRIBUTES
from classifier.evaluation.evaluate import Scorer

_PROGRAMS = {
    "alt-profanity-check": (
        "import sys, json; from profanity_check import predict_prob; "
        "texts = json.load(sys.stdin); json.dump([float(p) for p in predict_prob(texts)] if texts else [], sys.stdout)"
    ),
    "better-profanity": (
        "import sys, json; from better_profanity import profanity; profanity.load_censor_words(); "
        "json.dump([float(profanity.contains_profanity(text)) for text in json.load(sys.stdin)], sys.stdout)"
    ),
}
"""Peer -> a program that reads a JSON list of texts and writes a JSON list of numbers in [0, 1]."""

SLOW_PEERS = frozenset({"better-profanity"})
"""These need milliseconds a text, better-profanity 0.2 ms a character; all rows would take most of an hour."""

_JUDGED = ("toxicity", "insult", "profanity", "identity_attack", "sexually_explicit", "threat")
"""A peer gives one number, which is taken for each of these attributes."""


def _python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made with the standard tools where it is not there."""
    folder = Path(tempfile.gettempdir()) / f"commentdesk-peer-{peer}"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)  # noqa: S603  fixed words
        install = [str(python), "-m", "pip", "install", "--quiet", peer]
        subprocess.run(install, check=True)  # noqa: S603  the peer is one of _PROGRAMS
        (folder / "ready").touch()
    return python


def peer_scorer(peer: str) -> Scorer:
    """A peer as a function from texts to probabilities, with nan for an attribute that it does not judge."""
    if peer not in _PROGRAMS:
        raise click.ClickException(f"no such peer: {peer}; there are {', '.join(_PROGRAMS)}")
    python = _python_of(peer)
    columns = [ATTRIBUTES.index(attribute) for attribute in _JUDGED]

    def scores(texts: Sequence[str]) -> NDArray[np.float64]:
        sent = orjson.dumps([text.encode("utf-8", "replace").decode() for text in texts])
        command = [str(python), "-c", _PROGRAMS[peer]]
        answer = subprocess.run(command, input=sent, stdout=subprocess.PIPE, check=True)  # noqa: S603  fixed words
        result = np.full((len(texts), len(ATTRIBUTES)), np.nan)
        result[:, columns] = np.array(orjson.loads(answer.stdout))[:, None]
        return result

    return scores
