"""The files that pages load, read once when the service starts."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Asset:
    """A file with the address that it is served at, which changes with its content."""

    path: str
    content: bytes
    content_type: str

    @property
    def address(self) -> str:
        return f"{self.path}?v={hashlib.sha256(self.content).hexdigest()[:12]}"


def _asset(path: str, name: str, content_type: str) -> Asset:
    return Asset(path, files("service.html").joinpath(name).read_bytes(), content_type)


STYLE = _asset("/static/pages.css", "pages.css", "text/css; charset=utf-8")
FAVICON = _asset("/favicon.ico", "favicon.svg", "image/svg+xml")
PICTURE = _asset("/static/harbour.svg", "harbour.svg", "image/svg+xml")


_CONSOLE = files("service.html").joinpath("console")
_SCRIPT = ".js"
_COMMENT = re.compile(rb"^[ \t]*(/\*.*?\*/|//[^\n]*)[ \t]*\n", re.DOTALL | re.MULTILINE)
"""A comment that has its lines to itself. No text of a script has a line that begins as one does."""


def _console_files() -> dict[str, Asset]:
    """The console's stylesheet and its modules by name. All lie under one address that changes with any of them: the
    modules name each other by relative addresses, and so get those of their own version. Comments stay here: they are a
    quarter of the scripts."""
    contents = {"console.css": files("service.html").joinpath("console.css").read_bytes()}
    contents |= {file.name: file.read_bytes() for file in sorted(_CONSOLE.iterdir(), key=lambda each: each.name)}
    contents = {name: _COMMENT.sub(b"", content) for name, content in contents.items()}
    digest = hashlib.sha256(b"".join(name.encode() + content for name, content in contents.items())).hexdigest()[:12]
    return {
        name: Asset(
            f"/static/console/{digest}/{name}",
            content,
            f"text/{'javascript' if name.endswith(_SCRIPT) else 'css'}; charset=utf-8",
        )
        for name, content in contents.items()
    }


CONSOLE: Mapping[str, Asset] = _console_files()
