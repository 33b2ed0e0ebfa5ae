"""Domains whose addresses are thrown away after use: the operator's list, or a short one of our own."""

from collections.abc import Iterable
from importlib.resources import files

from service.rules.domains import ascii_name


def disposable_domains(listed: Iterable[str] = ()) -> frozenset[str]:
    """The domains in one spelling, each standing for what is below it too; ours where none are listed."""
    ours = files("service.rules").joinpath("disposable.txt")
    return frozenset(map(ascii_name, listed or ours.read_text("utf-8").split())) - {""}
