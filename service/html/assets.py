"""The files that pages load, read once when the service starts."""

import hashlib
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
