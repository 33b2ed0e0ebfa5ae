"""What moderators call of authors: who they are, bans, trust."""

from schemas.author_records import AuthorSchema
from schemas.authors import BanRequestSchema, FullAuthorSchema, LookUpSchema
from service.api.author_wire import author_json
from service.api.wire import full_author_json
from service.errors import AuthorNotFoundError, InvalidFieldsError
from service.use_cases import authors
from service.web.answer import Answer
from service.web.call import Call
from service.web.operation import Errors, operation, outcome

_NOT_FOUND: Errors = {AuthorNotFoundError: "There is no author of this id on the site, or he was forgotten."}


@operation("Read an author", answers={200: FullAuthorSchema}, errors=_NOT_FOUND)
async def read_author(call: Call) -> Answer:
    """What somebody did on this site, and how he stands there. An author is whoever writes by the same email."""
    found = await authors.read_author(call.desk, call.known_site.site, call.author_id)
    return Answer(200, full_author_json(found))


@operation(
    "Look an author up by his email",
    body=LookUpSchema,
    answers={
        200: outcome("The author.", AuthorSchema),
        201: outcome(
            "The author, whom the look-up made.",
            AuthorSchema,
            headers={"Location": "/v1/sites/default/authors/a3k0v9q2m1t7c"},
        ),
    },
    errors={AuthorNotFoundError: "Nobody has written by this email on the site."},
)
async def look_up_author(call: Call) -> Answer:
    """Finds who writes by an email address. That it was asked is told as an event, with the author's id in the place of
    the address."""
    site = call.known_site.site
    found = await authors.look_up_author(
        call.desk,
        site,
        call.body["email"],
        creates=call.body["create"],
        actor=call.known_caller.actor,
        replay=call.replay,
    )
    told = author_json(found.record)
    if not found.is_new:
        return Answer(200, told)
    return Answer(201, told, {"Location": f"/v1/sites/{site}/authors/{found.record.author_id}"})


@operation(
    "Ban an author",
    body=BanRequestSchema,
    answers={200: outcome("The author, banned.", AuthorSchema)},
    errors={
        InvalidFieldsError: "Fields are unknown or not valid, or `until` is not in the future; `errors` names each.",
        **_NOT_FOUND,
    },
)
async def ban_author(call: Call) -> Answer:
    """Rejects what the author sends from now on, in every mode, before any rule and whether he is trusted or not. He is
    told `held`, as anybody whose comment is not published. The same ban again changes nothing."""
    banned = await authors.ban_author(
        call.desk,
        call.known_site.site,
        call.author_id,
        until=call.body["until"],
        reason=call.body["reason"] or "",
        actor=call.known_caller.actor,
    )
    return Answer(200, author_json(banned))


@operation("End a ban", answers={204: "The author is not banned."}, errors=_NOT_FOUND)
async def unban_author(call: Call) -> Answer:
    """What the ban rejected stays rejected until somebody decides otherwise."""
    await authors.unban_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return Answer(204)


@operation("Trust an author", answers={200: outcome("The author, trusted.", AuthorSchema)}, errors=_NOT_FOUND)
async def trust_author(call: Call) -> Answer:
    """Publishes what the author sends from now on in every mode, without a place in the queue, where the website says
    `author_verified`: unless the author is banned, a rule holds or rejects it, its `risk` is above the policy's
    `reject_above`, it could not be scored, or its name or its characters would hold anybody's."""
    trusted = await authors.trust_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return Answer(200, author_json(trusted))


@operation("Take trust back", answers={204: "The author is not trusted."}, errors=_NOT_FOUND)
async def untrust_author(call: Call) -> Answer:
    """What was published stays published until somebody decides otherwise."""
    await authors.untrust_author(call.desk, call.known_site.site, call.author_id, actor=call.known_caller.actor)
    return Answer(204)
