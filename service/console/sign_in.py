"""Signing in, by a token or by a one-time link, and out."""

from schemas.console import LinkSchema, NextQuery, NothingSchema, SignInSchema
from service.console.addresses import HOME, own_next
from service.console.frame import page
from service.console.operation import console_page
from service.console.session import require_own_page, set_cookie, shown_secret
from service.errors import ForbiddenError, RequestError, SignInRefusedError, TooManyWrongTokensError
from service.texts.sentence import Sentence, sentence
from service.use_cases import sessions
from service.use_cases.sessions import Browser, SignedIn
from service.web import problems
from service.web.admission import address_of
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import operation

_NO_SESSION = sentence("That token is a website's: it lets nobody into the console.")


@operation("Show the page for signing in", query=NextQuery, answers={200: "A page."})
async def read_sign_in(call: Call) -> Answer:
    """Who is signed in already goes on."""
    following = own_next(call.query["next"])
    if await sessions.find_session(call.desk, shown_secret(call.request)):
        return Answer(303, headers={"Location": following or HOME})
    return page(call, "console/sign-in.html", following=following, wrong=None)


@operation("Sign in by a token", body=SignInSchema, form=SignInSchema, answers={303: "Signed in."})
async def sign_in(call: Call) -> Answer:
    following, token = own_next(call.body["next"]), call.body["token"].strip()
    try:
        require_own_page(call)
        _require_few_wrong(call, is_right=_is_past_guessing(call, token))
        signed_in = await sessions.sign_in(call.desk, token, _browser(call))
    except (SignInRefusedError, ForbiddenError, TooManyWrongTokensError) as error:
        return await _refused(call, "console/sign-in.html", token, error, following)
    return await _welcome(call, signed_in, following)


@operation("Show the page of a one-time link", answers={200: "A page."})
async def read_link(call: Call) -> Answer:
    """The link's secret stands behind its `#`, which no server is told: the page puts it into its form."""
    return page(call, "console/link.html", wrong=None)


@operation("Sign in by a one-time link", body=LinkSchema, form=LinkSchema, answers={303: "Signed in."})
async def use_link(call: Call) -> Answer:
    code = _secret_in(call.body["code"])
    try:
        require_own_page(call)
        _require_few_wrong(call, is_right=await _is_link(call, code))
        signed_in = await sessions.sign_in_by_link(call.desk, code, _browser(call))
    except (SignInRefusedError, ForbiddenError, TooManyWrongTokensError) as error:
        return await _refused(call, "console/link.html", code, error)
    return await _welcome(call, signed_in, "")


@console_page("Sign out", form=NothingSchema)
async def sign_out(call: Call) -> Answer:
    found = await sessions.find_session(call.desk, shown_secret(call.request))
    if found:
        await sessions.sign_out(call.desk, found.session)
    return Answer(303, headers={"Location": "/console/_/sign-in"} | set_cookie(call.request, ""))


def _browser(call: Call) -> Browser:
    agent = call.request.headers.get("User-Agent", "").encode("utf-8", "replace").decode()
    return Browser(address_of(call.request, call.context), agent)


def _secret_in(code: str) -> str:
    """The secret of a link; the whole address may have been pasted."""
    return code.strip().rpartition("#")[2]


def _require_few_wrong(call: Call, *, is_right: bool) -> None:
    """TooManyWrongTokensError where too many wrong ones came from there, unless this one is right and of those that
    nobody can guess: so nobody locks out who has one."""
    call.context.gate.require_few_wrong_tokens(address_of(call.request, call.context), lambda: is_right)


def _is_past_guessing(call: Call, token: str) -> bool:
    """A person may have chosen an administrator's, which counts where one was right before."""
    caller = call.desk.registry.caller(token, call.desk.now_ms())
    if caller is not None and caller.is_admin:
        return call.context.gate.knows(address_of(call.request, call.context))
    return caller is not None


async def _is_link(call: Call, code: str) -> bool:
    """Asked of the store only where it matters."""
    return call.context.gate.is_anyone_refused and await sessions.is_link_in_force(call.desk, code)


async def _refused(call: Call, template: str, shown: str, error: RequestError, following: str = "") -> Answer:
    """The page again with what is wrong, and how many tries are left; the log and the gate are told."""
    address, tries = address_of(call.request, call.context), None
    if isinstance(error, SignInRefusedError):
        call.context.measures.count_wrong_token()
        call.context.gate.note_wrong_token(address, shown)
        tries = call.context.gate.tries_left(address)
        if call.context.gate.is_refusal_told(address):
            await sessions.tell_refused(call.desk, address)
    headers = dict(problems.headers(error))
    return page(
        call,
        template,
        status=problems.status_of(error),
        headers=headers,
        wrong=_words(error),
        tries=tries,
        following=following,
    )


def _words(error: RequestError) -> Sentence | str:
    if isinstance(error, ForbiddenError):
        return _NO_SESSION
    return error.detail or error.title


async def _welcome(call: Call, signed_in: SignedIn, following: str) -> Answer:
    """On to the page that was asked for, in a new session; the one that the browser had ends."""
    before = await sessions.find_session(call.desk, shown_secret(call.request), is_use=False)
    if before is not None:
        await sessions.sign_out(call.desk, before.session)
    return Answer(303, headers={"Location": following or HOME} | set_cookie(call.request, signed_in.secret))
