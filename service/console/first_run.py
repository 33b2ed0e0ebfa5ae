"""The first run: four steps from an empty installation to the first decided comment."""

import re
import unicodedata
from collections.abc import Mapping

from schemas.setup import FirstSiteFormSchema, NamedSiteSchema, TestCommentFormSchema, WebsiteTokenFormSchema
from schemas.submissions import SubmissionSchema
from service.console.addresses import FIRST_RUN
from service.console.frame import page, texts_at
from service.console.mistakes import mistakes_of
from service.console.operation import console_page
from service.console.repeats import new_key, replay_of_form
from service.console.snippet import snippets_at, website_token
from service.domain.site import Site
from service.domain.submission import Submission
from service.domain.token import MadeToken
from service.errors import InvalidFieldsError, SiteExistsError, SiteNotFoundError
from service.texts.sentence import marked
from service.use_cases import first_run
from service.web.answer import Answer
from service.web.call import Call, Json
from service.web.operation import checked

_SITE, _COMMENT = NamedSiteSchema(), SubmissionSchema()
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")
_ID_CHARS = 64
_READER, _EMAIL = marked("A first reader"), "first.reader@example.org"
"""Whom the test comment is of: nobody who works here, whose name would be a reason to hold it."""
_HERE = Answer(303, headers={"Location": FIRST_RUN})


@console_page("Show the first steps")
async def read_first_run(call: Call) -> Answer:
    return await _steps_page(call)


@console_page("Make the first site", form=FirstSiteFormSchema)
async def make_first_site(call: Call) -> Answer:
    title = call.body["title"]
    try:
        given = call.body["site"].strip() or _id_of(title)
        wanted = checked(_SITE, {"title": title, "site": given})
        site = Site(wanted["site"], wanted["title"], language=texts_at(call).language)
        await first_run.name_first_site(call.desk, site, replay_of_form(call), actor=call.known_caller.actor)
    except InvalidFieldsError as error:
        return await _steps_page(call, call.body, mistakes_of(error, texts_at(call)))
    except SiteExistsError as error:
        return await _steps_page(call, call.body, {"site": texts_at(call).gettext(error.title)})
    return _HERE


@console_page("Make the website's token", form=WebsiteTokenFormSchema)
async def connect_website(call: Call) -> Answer:
    """The token stands in the step, this once; the same form again has the same one."""
    site = await _named_site(call)
    try:
        made = await website_token(call, site.site, call.body["name"])
    except InvalidFieldsError as error:
        return await _steps_page(call, call.body, mistakes_of(error, texts_at(call)))
    return await _steps_page(call, made=made)


@console_page("Send a test comment", form=TestCommentFormSchema)
async def send_test_comment(call: Call) -> Answer:
    """From a reader who is none, and by the caller's name as the website's."""
    site = await _named_site(call)
    try:
        sent = checked(_COMMENT, {"name": texts_at(call).gettext(_READER), "email": _EMAIL, "body": call.body["body"]})
    except InvalidFieldsError as error:
        return await _steps_page(call, call.body, mistakes_of(error, texts_at(call)))
    submission = Submission(sent["name"], sent["email"], sent["body"], actor=call.known_caller.actor)
    await first_run.send_test_comment(call.desk, site, submission, replay=replay_of_form(call))
    return _HERE


async def _named_site(call: Call) -> Site:
    """The site that the steps are about; SiteNotFoundError where none has a name yet."""
    site = (await first_run.read_first_steps(call.desk)).site
    if site is None:
        raise SiteNotFoundError
    return site


def _id_of(title: str) -> str:
    """An id made of a name: its letters without accents, and hyphens."""
    plain = unicodedata.normalize("NFKD", title[: 4 * _ID_CHARS]).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_ID.sub("-", plain).strip("-")[:_ID_CHARS].strip("-")


async def _steps_page(
    call: Call, typed: Json | None = None, mistakes: Mapping[str, str] | None = None, made: MadeToken | None = None
) -> Answer:
    steps = await first_run.read_first_steps(call.desk)
    return page(
        call,
        "console/first-run.html",
        here="first-run",
        status=422 if mistakes else 200,
        steps=steps,
        snippets=snippets_at(call, steps.site.site) if steps.site else {},
        typed={"title": "", "site": "", "name": "", "body": None, **(typed or {})},
        mistakes=mistakes or {},
        made=made,
        key=new_key(),
    )
