"""The console's stylesheet: every pair of colours that meets on a page can be told apart, in light and in dark, and the
whole stays small."""

import gzip
import re
from pathlib import Path

import pytest

from service import html
from service.html import assets

FOLDER = Path(html.__file__).parent
STYLE = (FOLDER / "console.css").read_text("utf-8")
MOST_BYTES, MOST_ZIPPED_BYTES = 36 * 1024, 8 * 1024
TOKENS = re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", STYLE)
SCHEMES = {
    "light": {name: light for name, light, _ in TOKENS},
    "dark": {name: dark for name, _, dark in TOKENS},
}
GROUNDS = ("desk", "tray", "sheet", "well")
INKS = ("ink", "soft", "link")
DECISIONS = ("approve", "reject", "spam", "leave")
FAMILIES = ("m-attack", "m-hate", "m-threat", "m-coarse", "m-spam", "m-rule")
TEXT, EDGE = 4.5, 3.0
"""WCAG 2.2, 1.4.3 and 1.4.11."""

PAIRS = [
    *((ink, ground, TEXT) for ink in INKS for ground in GROUNDS),
    *((edge, ground, EDGE) for edge in ("edge", "focus") for ground in GROUNDS),
    *((each, ground, TEXT) for each in DECISIONS for ground in (*GROUNDS, f"{each}-shade")),
    *((each, ground, EDGE) for each in FAMILIES for ground in (*GROUNDS, f"{each}-shade")),
    *(("ink", f"{each}-shade", TEXT) for each in (*DECISIONS, *FAMILIES)),
    *(("soft", f"{each}-shade", TEXT) for each in DECISIONS),
    *(("link", f"{each}-shade", TEXT) for each in DECISIONS),
    *(("sheet", each, TEXT) for each in (*FAMILIES, "leave", "ink", "approve")),
]


def luminance(colour: str) -> float:
    """Relative, as WCAG 2.2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_has_the_contrast_that_is_known() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("scheme", SCHEMES)
def test_what_stands_on_another_colour_is_seen(scheme: str) -> None:
    colours = SCHEMES[scheme]
    weak = {
        f"{name} on {ground}": round(contrast(colours[name], colours[ground]), 2)
        for name, ground, least in PAIRS
        if contrast(colours[name], colours[ground]) < least
    }
    assert weak == {}


def test_every_colour_is_looked_at() -> None:
    looked_at = {name for pair in PAIRS for name in pair[:2]}
    assert {name for name, *_ in TOKENS} - looked_at == {"rule"}, "ornament may be faint, and nothing else"


def test_no_colour_stands_outside_of_the_tokens() -> None:
    rules = STYLE.partition("@layer ground {")[2]
    assert re.findall(r"#[0-9a-f]{3,8}\b", rules) == []


def test_every_variable_that_is_used_is_given() -> None:
    given = set(re.findall(r"(--[\w-]+):", STYLE))
    assert set(re.findall(r"var\((--[\w-]+)", STYLE)) - given == set()


def test_the_stylesheet_stays_small() -> None:
    content = assets.CONSOLE["console.css"].content
    assert len(content) <= MOST_BYTES
    assert len(gzip.compress(content)) <= MOST_ZIPPED_BYTES


TEMPLATES = sorted((FOLDER / "templates" / "console").glob("*.html"))


@pytest.mark.parametrize("template", TEMPLATES, ids=[each.name for each in TEMPLATES])
def test_a_template_has_nothing_that_the_policy_refuses(template: Path) -> None:
    """No inline style or script, no handler in an attribute, nothing of anybody else's server."""
    content = template.read_text("utf-8")
    assert re.findall(r"\sstyle=|\son\w+=|<style|javascript:", content) == []
    assert re.findall(r"<script(?![^>]* src=)", content) == []
    assert re.findall(r"(?:src|href)=\"https?:", content) == []
