"""The commands of `python -m classifier`."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import orjson

from classifier.assessment import Explanation, Text
from classifier.error import ModelError
from classifier.model_file import DEFAULT_DIRECTORY
from classifier.scorer import MAX_CHARS, Classifier

_BATCH = 64
_SHOWN_PARTS = 6
"""`explain` shows so many of the parts that moved an attribute."""

_data = click.argument("data", type=click.Path(exists=True, file_okay=False, path_type=Path))
_model = click.option(
    "--model", type=click.Path(file_okay=False, path_type=Path), help="A model folder; the default is the one shipped."
)


@click.group()
def main() -> None:
    """Score texts for moderation, and make and judge the model that does it."""


@contextmanager
def _told() -> Iterator[None]:
    """Ends the command with the reason when a file of the model is damaged or missing."""
    try:
        yield
    except ModelError as error:
        raise click.ClickException(str(error)) from error


def _loaded(model: Path | None) -> Classifier:
    """The classifier of a model folder; a bad one ends the command with the reason."""
    with _told():
        return Classifier.load(model)


def _text_of(line: bytes, number: int) -> Text:
    """The text of one JSON line; a bad line ends the command with its number and the reason."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise click.ClickException(f"line {number} is not JSON: {error}") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise click.ClickException(f'line {number} is not an object with a string "text"')
    name, website = row.get("name") or "", row.get("website") or ""
    if not isinstance(name, str) or not isinstance(website, str):
        raise click.ClickException(f'line {number} has a "name" or "website" that is not a string')
    if len(row["text"]) + len(name) + len(website) > MAX_CHARS:
        raise click.ClickException(f"line {number} is longer than {MAX_CHARS} characters")
    return Text(row["text"], name, website)


def _batches(lines: Iterator[bytes]) -> Iterator[list[Text]]:
    """The texts of all lines in order, in batches of _BATCH."""
    batch: list[Text] = []
    for number, line in enumerate(lines, start=1):
        batch.append(_text_of(line, number))
        if len(batch) == _BATCH:
            yield batch
            batch = []
    yield batch


@main.command()
@_model
def score(model: Path | None) -> None:
    """Read JSON lines {"text", "name"?, "website"?} and write {"scores"} for each, in the same order."""
    classifier = _loaded(model)
    for batch in _batches(iter(sys.stdin.buffer)):
        for assessment in classifier.assess(batch):
            sys.stdout.buffer.write(orjson.dumps({"scores": assessment.scores}) + b"\n")
    sys.stdout.buffer.flush()


def _explained(explanation: Explanation, body: str) -> Iterator[str]:
    """One line for each attribute: its score, its logit, and the parts that moved it most."""
    for part in explanation.attributes:
        parts = [(repr(body[span.start : span.end]), span.contribution) for span in part.spans]
        parts += list(part.features.items())
        parts.sort(key=lambda named: -abs(named[1]))
        shown = ", ".join(f"{name} {value:+.2f}" for name, value in parts[:_SHOWN_PARTS])
        score = explanation.assessment.scores[part.attribute]
        yield f"{part.attribute:18} {score:6.3f}  logit {part.logit:+6.2f} = bias {part.bias:+.2f}, {shown}"


@main.command()
@click.argument("text")
@click.option("--name", default="", help="The author's name.")
@click.option("--website", default="", help="The author's website.")
@_model
def explain(text: str, name: str, website: str, model: Path | None) -> None:
    """Say what raised and what lowered each score of TEXT."""
    explanation = _loaded(model).explain(Text(text, name, website))
    for line in _explained(explanation, text):
        click.echo(line)
    assessment = explanation.assessment
    click.echo(f"reject {assessment.reject:.3f}, language {assessment.language}, assessed {assessment.assessed}")


@main.command()
@_data
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), default=DEFAULT_DIRECTORY, show_default=True
)
@click.option("--name", default="1", show_default=True, help="What the manifest calls these weights.")
def train(data: Path, output: Path, name: str) -> None:
    """Train on DATA, a folder with train/ and lexicons/, and write the model. Ten minutes on one core."""
    from classifier.training.train import STEPS
    from classifier.training.train import train as steps

    with (
        _told(),
        click.progressbar(steps(data, output, name), length=STEPS, item_show_func=lambda step: step or "") as progress,
    ):
        for _ in progress:
            pass
    click.echo(f"wrote {output}")


@main.command()
@_data
@click.option(
    "--base",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with a BERT-like encoder and its tokenizer, such as all-MiniLM-L6-v2.",
)
@click.option(
    "--output", type=click.Path(file_okay=False, path_type=Path), help="Default: the folder that train reads."
)
def teach(data: Path, base: Path, output: Path | None) -> None:
    """Fit a larger network to DATA and let it label windows of the texts, for `train`; an hour on one core.

    Needs the extra `teacher`. Run it only to make those labels anew: they come with the code.
    """
    try:
        from classifier.training.taught.teacher import teach as steps
    except ImportError as error:
        raise click.ClickException(f"{error}: install the extra `teacher`") from error
    from classifier.training.taught.label import DIRECTORY, Taught, write_taught
    from classifier.training.training_set import read_all

    examples, lexicon = read_all(data)
    for step in steps(examples, lexicon, base):
        if isinstance(step, Taught):
            write_taught(output or DIRECTORY, step)
        else:
            click.echo(f"\r{step}   ", nl=False, err=True)
    click.echo(f"wrote {output or DIRECTORY}")


@main.command()
@_data
@_model
@click.option("--peer", "peers", multiple=True, help="Also a peer's figures: alt-profanity-check or better-profanity.")
@click.option("--json", "json_path", type=click.Path(path_type=Path), help="Also write the figures there, as JSON.")
@click.option("--plots", type=click.Path(file_okay=False, path_type=Path), help="Also draw plots into this folder.")
def evaluate(
    data: Path, model: Path | None, peers: tuple[str, ...], json_path: Path | None, plots: Path | None
) -> None:
    """Print every figure of the model on DATA's dev/ sets; three minutes.

    A peer that is too slow for all rows gets some of each set, and the model's figures on the same rows follow.
    """
    from classifier.evaluation.evaluate import N_FIGURES, SampledSets, Sets, figures_of, scorer_of, table_of
    from classifier.evaluation.peer import SLOW_PEERS, peer_scorer

    ours = scorer_of(_loaded(model))
    contenders = {"commentdesk": Sets(data, ours)}
    for peer in peers:
        if peer in SLOW_PEERS:
            contenders[f"{peer}, some rows"] = SampledSets(data, peer_scorer(peer))
            contenders["commentdesk, the same rows"] = SampledSets(data, ours)
        else:
            contenders[peer] = Sets(data, peer_scorer(peer))
    tables = {}
    for who, sets in contenders.items():
        with click.progressbar(figures_of(sets), length=N_FIGURES, label=who, file=sys.stderr) as progress:
            tables[who] = list(progress)
        click.echo(f"# {who}\n{table_of(tables[who])}")
        if plots is not None and who == "commentdesk":
            from classifier.evaluation.plot import draw

            draw(sets, plots)
    if json_path is not None:
        json_path.write_bytes(orjson.dumps(tables, option=orjson.OPT_INDENT_2) + b"\n")


@main.command()
@_data
def videos(data: Path) -> None:
    """Print how well spam is recognised under each video that the fit did not see; two minutes."""
    from classifier.evaluation.video import unseen_videos

    for video, area in unseen_videos(data):
        click.echo(f"{video:12} {area:.4f}")
