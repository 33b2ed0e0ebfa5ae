"""No template links to an address of ours without the path that the service may lie under."""

import re
from pathlib import Path

import pytest

from service import html

TEMPLATES = sorted((Path(html.__file__).parent / "templates").glob("*.html"))
FROM_THE_ROOT = re.compile(r"""(?:href|src|action|poster|srcset|content)\s*=\s*["']?/|url\(\s*["']?/""")


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_link_of_ours_begins_at_the_root(template: Path) -> None:
    assert FROM_THE_ROOT.findall(template.read_text("utf-8")) == []


def test_no_style_loads_anything_from_the_root() -> None:
    style = Path(html.__file__).parent / "pages.css"
    assert FROM_THE_ROOT.findall(style.read_text("utf-8")) == []
