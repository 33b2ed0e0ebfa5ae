"""Every error that the application tells: each is brought about once, and told as a whole problem document."""

from collections.abc import Awaitable, Callable

import pytest
from aiohttp import ClientResponse

from schemas.operation import ProblemSchema
from service import errors
from service.errors import RequestError
from service.web.gate import GUESSES, READER
from service.web.problems import STATUS
from tests.application.conftest import Application
from tests.servers import RedisServer, client_of

SITE = "/v1/sites/default"
COMMENTS = f"{SITE}/threads/t/comments"
UNKNOWN_COMMENT = f"{SITE}/comments/0000000000000000"
COMMENT = {"name": "Ada", "email": "ada@mail.example", "body": "Every spring the river takes a little more."}
Provoke = Callable[[Application], Awaitable[ClientResponse]]

NOT_HERE = {
    errors.MalformedRequestError: "it is another version of HTTP, which this client does not speak",
    errors.BodyTooSlowError: "it takes the time of a body's deadline",
    errors.OverloadedError: "it takes more requests at once than one client sends",
    errors.HostUnknownError: "it needs a setting: see below",
    errors.StreamsFullError: "it needs a setting: see test_live.py",
    errors.StoreUnavailableError: "it needs a dead server: see below",
    errors.StoreFullError: "it needs a full server: see below",
    errors.SignInRefusedError: "the console alone has it: see test_console_sign_in.py",
    errors.ForgedFormError: "the same",
    errors.SessionNotFoundError: "the same",
    errors.StaleReasonsError: "the same: see test_console_reasons.py",
}


async def open_too_many_streams(application: Application) -> ClientResponse:
    token = await application.token("moderator")
    for _ in range(5):
        await application.ask("GET", f"{SITE}/events", token=token)
    return await application.ask("GET", f"{SITE}/events", token=token)


async def submit(application: Application, **headers: str) -> ClientResponse:
    authorization = {"Authorization": f"Bearer {await application.token('website')}"}
    return await application.client.post(COMMENTS, json=COMMENT, headers=authorization | headers)


async def submitted(application: Application) -> str:
    return f"{SITE}/comments/{(await (await submit(application)).json())['comment_id']}"


async def send_bytes(application: Application, body: bytes, content_type: str = "application/json") -> ClientResponse:
    headers = {"Authorization": f"Bearer {await application.token('website')}", "Content-Type": content_type}
    return await application.client.post(COMMENTS, data=body, headers=headers)


async def post_from_another_website(application: Application) -> ClientResponse:
    listed = {"public_submission": True, "allowed_origins": ["https://news.example"]}
    await application.ask("PATCH", SITE, listed)
    return await application.client.post(COMMENTS, json=COMMENT, headers={"Origin": "https://evil.example"})


async def make_a_site_twice(application: Application) -> ClientResponse:
    await application.ask("POST", "/v1/sites", {"site": "twice"})
    return await application.ask("POST", "/v1/sites", {"site": "twice"})


async def submit_to_a_closed_thread(application: Application) -> ClientResponse:
    await application.ask("PUT", f"{SITE}/threads/t", {"closed": True})
    return await submit(application)


async def decide_what_another_claimed(application: Application) -> ClientResponse:
    path = await submitted(application)
    await application.ask("POST", f"{SITE}/claims", {"limit": 1}, token=await application.token("moderator"))
    another = await application.token("moderator")
    return await application.ask("POST", f"{path}/decisions", {"decision": "spam"}, token=another)


async def ask_for_receipts_too_often(application: Application) -> ClientResponse:
    for _ in range(int(READER.burst) + 1):
        answer = await ask_for_a_forged_receipt(application)
    return answer


async def ask_for_a_forged_receipt(application: Application) -> ClientResponse:
    return await application.ask("POST", f"{SITE}/receipts", {"receipt": "forged"}, token="")


async def decide_on_an_old_revision(application: Application) -> ClientResponse:
    path = await submitted(application)
    return await application.ask("POST", f"{path}/decisions", {"decision": "spam", "revision": 7})


async def escalate_what_awaits_nothing(application: Application) -> ClientResponse:
    comment = await submitted(application)
    await application.ask("POST", f"{comment}/decisions", {"decision": "approve"})
    return await application.ask("POST", f"{comment}/escalations", {})


async def restore_no_version(application: Application) -> ClientResponse:
    return await application.ask("POST", "/v1/sites/default/policy/versions/7/restore", {})


async def change_a_policy_that_changed(application: Application) -> ClientResponse:
    await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "auto"})
    return await application.ask("PATCH", "/v1/sites/default/policy", {"mode": "postmoderate", "version": 1})


async def undo_nothing(application: Application) -> ClientResponse:
    return await application.ask("POST", f"{await submitted(application)}/undo", {})


async def use_a_key_for_another_body(application: Application) -> ClientResponse:
    headers = {"Authorization": f"Bearer {await application.token('website')}", "Idempotency-Key": "k"}
    await application.client.post(COMMENTS, json=COMMENT, headers=headers)
    return await application.client.post(COMMENTS, json=COMMENT | {"name": "Eve"}, headers=headers)


async def submit_too_often(application: Application) -> ClientResponse:
    await application.ask("PATCH", SITE, {"public_submission": True})
    await application.ask("PUT", f"{SITE}/policy", {"reader_rate_per_minute": 1, "reader_burst": 1})
    await application.ask("POST", COMMENTS, COMMENT, token="")
    return await application.ask("POST", COMMENTS, COMMENT | {"body": "Another one of the river."}, token="")


async def guess_tokens(application: Application) -> ClientResponse:
    for number in range(int(GUESSES.burst) + 1):
        answer = await application.ask("GET", "/v1/sites", token=f"cd_guess-{number}")
    return answer


PROVOKED: list[tuple[type[RequestError], Provoke]] = [
    (errors.MalformedBodyError, lambda it: send_bytes(it, b"{")),
    (errors.UnsupportedMediaTypeError, lambda it: send_bytes(it, b"x", "text/plain")),
    (errors.BodyTooLargeError, lambda it: send_bytes(it, b"x" * 70_000)),
    (errors.InvalidFieldsError, lambda it: send_bytes(it, b"{}")),
    (errors.IdempotencyKeyReusedError, use_a_key_for_another_body),
    (errors.UnauthenticatedError, lambda it: it.ask("GET", "/v1/sites", token="")),
    (errors.ForbiddenError, lambda it: _ask_as(it, "website", "/v1/sites")),
    (errors.OriginNotAllowedError, post_from_another_website),
    (errors.RouteNotFoundError, lambda it: it.ask("GET", "/v1/nothing")),
    (errors.MethodNotAllowedError, lambda it: it.ask("DELETE", COMMENTS)),
    (errors.SiteNotFoundError, lambda it: it.ask("GET", "/v1/sites/none")),
    (errors.ThreadNotFoundError, lambda it: it.ask("GET", f"{SITE}/threads/none")),
    (errors.CommentNotFoundError, lambda it: it.ask("GET", UNKNOWN_COMMENT)),
    (errors.TokenNotFoundError, lambda it: it.ask("DELETE", "/v1/tokens/t000000000000")),
    (errors.MemberNotFoundError, lambda it: it.ask("DELETE", "/v1/members/m000000000000")),
    (errors.BuiltInMemberError, lambda it: it.ask("DELETE", "/v1/members/admin")),
    (errors.AuthorNotFoundError, lambda it: it.ask("GET", f"{SITE}/authors/a000000000000")),
    (errors.BulkNotFoundError, lambda it: it.ask("GET", f"{SITE}/bulk/b0123456789abcdef")),
    (errors.ReceiptNotFoundError, ask_for_a_forged_receipt),
    (errors.SiteExistsError, make_a_site_twice),
    (errors.ThreadClosedError, submit_to_a_closed_thread),
    (errors.ClaimedByAnotherError, decide_what_another_claimed),
    (errors.NotQueuedError, escalate_what_awaits_nothing),
    (errors.PolicyVersionNotFoundError, restore_no_version),
    (errors.StalePolicyError, change_a_policy_that_changed),
    (errors.StaleRevisionError, decide_on_an_old_revision),
    (errors.NothingToUndoError, undo_nothing),
    (errors.RateLimitedError, submit_too_often),
    (errors.TooManyQuestionsError, ask_for_receipts_too_often),
    (errors.TooManyWrongTokensError, guess_tokens),
    (errors.TooManyStreamsError, open_too_many_streams),
]


async def _ask_as(application: Application, role: str, path: str) -> ClientResponse:
    return await application.ask("GET", path, token=await application.token(role))


async def assert_told(answer: ClientResponse, kind: type[RequestError]) -> None:
    document = await answer.json(content_type="application/problem+json")
    assert ProblemSchema().validate(document) == {}
    assert (answer.status, document["status"], document["code"]) == (STATUS[kind], STATUS[kind], kind.code)
    assert document["title"] == kind.title
    assert document["detail"].strip(".") not in {"", kind.title}
    assert document["request_id"] == answer.headers["X-Request-ID"]
    assert ("Retry-After" in answer.headers) == (STATUS[kind] in {429, 503})


def test_every_error_is_brought_about_or_has_its_reason() -> None:
    assert sorted(kind.code for kind, _ in PROVOKED) == sorted(kind.code for kind in set(STATUS) - set(NOT_HERE))


def test_every_error_says_what_to_do_in_words_of_its_own() -> None:
    advice = [kind.advice for kind in STATUS]
    assert not {*advice} & {RequestError.advice, *(kind.title for kind in STATUS)}
    assert all(each.endswith(".") for each in advice)


@pytest.mark.parametrize(("kind", "provoke"), PROVOKED, ids=[kind.code for kind, _ in PROVOKED])
async def test_an_error_is_told_as_a_whole_problem_document(
    application: Application, kind: type[RequestError], provoke: Provoke
) -> None:
    await assert_told(await provoke(application), kind)


async def test_another_host_is_refused_but_where_load_balancers_ask(
    open_application: Callable[..., Awaitable[Application]],
) -> None:
    application = await open_application(HOSTS="news.example")
    await assert_told(await application.client.get("/docs", headers={"Host": "x.example"}), errors.HostUnknownError)
    assert (await application.client.get("/docs", headers={"Host": "news.example"})).status == 200
    assert (await application.client.get("/healthz", headers={"Host": "10.0.0.1"})).status == 200


async def test_a_full_store_refuses_comments_and_is_read_all_the_same(
    application: Application, one_server: RedisServer
) -> None:
    token = await application.token("website")
    with client_of(one_server.url) as redis:
        redis.config_set("maxmemory", 1)
        try:
            await assert_told(await application.ask("POST", COMMENTS, COMMENT, token=token), errors.StoreFullError)
            assert (await application.ask("GET", COMMENTS, token="")).status == 200
        finally:
            redis.config_set("maxmemory", 0)


async def test_a_store_that_is_away_is_told_with_a_time_to_come_again(
    application: Application, one_server: RedisServer
) -> None:
    one_server.kill()
    for method, path, body in (("POST", COMMENTS, COMMENT), ("GET", f"{SITE}/queue", None)):
        await assert_told(await application.ask(method, path, body), errors.StoreUnavailableError)
    ready = await application.ask("GET", "/readyz", token="")
    assert (ready.status, (await ready.json())["ready"]) == (503, False)
    for path in ("/healthz", "/docs", "/demo"):
        assert (await application.ask("GET", path, token="")).status == 200
    metrics = await (await application.ask("GET", "/metrics", token="")).text()
    assert "commentdesk_redis_up 0" in metrics
