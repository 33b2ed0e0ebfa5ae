"""A client that openapi-python-client makes of the description works against a running service as it is."""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.routes import API
from tests.api.client import Api, Site
from tests.servers import ServiceProcess

PACKAGE = "commentdesk_client"
Load = Callable[[str], Any]
"""From the name of a module of the client to the module."""


@pytest.fixture(scope="module")
def load(service: ServiceProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    """The client, made of what the service says of itself; a warning of its maker is a failure."""
    folder = tmp_path_factory.mktemp("generated")
    document, config = folder / "openapi.json", folder / "config.json"
    document.write_bytes(Api(service.url).get("/openapi.json").body)
    config.write_text(json.dumps({"post_hooks": []}))
    options = ["--path", document, "--output-path", folder / PACKAGE, "--config", config, "--meta", "none"]
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--fail-on-warning", *map(str, options)]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield lambda name: importlib.import_module(f"{PACKAGE}.{name}")
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


@pytest.fixture
def website(load: Load, site: Site) -> Iterator[Any]:
    with client_of(load, site.website) as client:
        yield client


@pytest.fixture
def moderator(load: Load, site: Site) -> Iterator[Any]:
    with client_of(load, site.moderator) as client:
        yield client


def client_of(load: Load, api: Api) -> Any:
    return load("client").AuthenticatedClient(base_url=api.url, token=api.token, follow_redirects=False)


def a_submission(load: Load, name: str = "Submission", **fields: Any) -> Any:
    said = {"name": "Ada", "email": "ada@reader.example", "body": "Count the walkers first."}
    return getattr(load("models"), name).from_dict(said | fields)


def test_it_posts_reads_and_decides(load: Load, site: Site, website: Any, moderator: Any) -> None:
    article = {"title": "The footbridge", "url": "https://news.example/footbridge"}
    submission = a_submission(load, article=article, client={"ip": "192.0.2.7"})
    posted = load("api.readers.submit").sync_detailed(site.name, "footbridge", client=website, body=submission)
    assert (posted.status_code, posted.parsed.state) == (202, "held")
    queue = load("api.moderators.list_queue").sync(site.name, client=moderator, limit=10)
    assert [comment.comment_id for comment in queue.comments] == [posted.parsed.comment_id]
    decision = load("models").Decision.from_dict({"decision": "approve", "revision": queue.comments[0].revision})
    decided = load("api.moderators.decide").sync(site.name, posted.parsed.comment_id, client=moderator, body=decision)
    assert decided.state == "published"
    page = load("api.readers.read_thread").sync(site.name, "footbridge", client=website)
    assert [comment.body for comment in page.comments] == ["Count the walkers first."]
    assert page.article.url == article["url"]


@pytest.mark.parametrize("shape", ["SubmissionForm", "SubmissionMultipart"])
def test_it_posts_both_kinds_of_forms(load: Load, site: Site, website: Any, moderator: Any, shape: str) -> None:
    form = a_submission(
        load, shape, **{"article[url]": "https://news.example/footbridge", "utm": "a field we do not know"}
    )
    posted = load("api.readers.submit").sync_detailed(site.name, "footbridge", client=website, body=form)
    assert posted.status_code == 303
    assert posted.headers["Location"].startswith("https://news.example/footbridge?commentdesk=held")
    queue = load("api.moderators.list_queue").sync(site.name, client=moderator)
    assert [comment.body for comment in queue.comments] == ["Count the walkers first."]


def test_it_reads_what_was_wrong(load: Load, site: Site, website: Any) -> None:
    refused = load("api.readers.submit").sync(site.name, "t", client=website, body=a_submission(load, email="nobody"))
    assert (refused.status, refused.code) == (422, "invalid_fields")
    assert refused.errors["email"] == ["Not a valid email address."]


def test_every_call_is_in_it(load: Load) -> None:
    """What its maker cannot make it leaves out."""
    for route in API:
        assert load(f"api.{route.audience}.{route.operation.handler.__name__}").sync_detailed
