"""A browser at the console, without its scripts: it keeps its cookie, and sends forms of pages that it was shown."""

import re
from dataclasses import dataclass, field
from html import unescape

from aiohttp import ClientResponse

from tests.application.conftest import ADMIN, Application

OWN = {"Sec-Fetch-Site": "same-origin"}
READING = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
"""What browsers send when they open a page or send a form by themselves."""


async def begun(application: Application) -> Application:
    """The application once somebody gave its first site a name: before that an administrator is led to the first
    steps."""
    await application.ask("PATCH", "/v1/sites/default", {"title": "Harbour Gazette"})
    return application


@dataclass(slots=True)
class Page:
    """What a browser got."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def location(self) -> str:
        return self.headers.get("Location", "")

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.text)
        return found.group(1) if found else ""

    def fields_of(self, action: str) -> dict[str, str]:
        """The hidden fields of the first form with that action."""
        (form, *_) = re.findall(rf'<form[^>]*action="{re.escape(action)}".*?</form>', self.text, re.DOTALL)
        pairs = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        return {name: unescape(value) for name, value in pairs}


@dataclass(slots=True)
class Browser:
    """One browser: nothing that it does is a script's."""

    application: Application
    cookies: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def get(self, path: str, **headers: str) -> Page:
        return await self._ask("GET", path, None, headers)

    async def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Page:
        """Sends a form of the page that was shown last."""
        return await self._ask("POST", path, {"csrf": self.csrf} | (fields or {}), OWN | headers)

    async def sign_in(self, token: str = ADMIN, following: str = "") -> Page:
        return await self.post("/console/_/sign-in", {"token": token, "next": following})

    async def _ask(self, method: str, path: str, fields: dict[str, str] | None, headers: dict[str, str]) -> Page:
        cookie = (
            {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        )
        answer = await self.application.client.request(
            method, path, data=fields, headers=READING | cookie | headers, allow_redirects=False
        )
        page = Page(answer.status, dict(answer.headers), await answer.text())
        self._keep(answer)
        self.csrf = page.csrf or self.csrf
        return page

    def _keep(self, answer: ClientResponse) -> None:
        for name, cookie in answer.cookies.items():
            if cookie["max-age"] == "0":
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = cookie.value
        self.application.client.session.cookie_jar.clear()
