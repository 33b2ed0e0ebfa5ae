"""The Lua scripts beside this file: each one atomic step. Its contract stands at its head."""

import hashlib
import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from redis.exceptions import NoScriptError, ResponseError

from service import errors
from service.domain.event import DOCTOR, MACHINE
from service.link.link import Argument, Link, translate
from service.store import keys
from service.texts.sentence import sentence

_FOLDER = files(__package__)
_INCLUDE = re.compile(r"^-- include: (.+)$", re.MULTILINE)
_LOCALS = (
    {name.upper(): short for name, short in keys.COMMENT_FIELDS.items()}
    | {f"EVENT_{name.upper()}": short for name, short in keys.EVENT_FIELDS.items()}
    | {"NEWEST_DEAD_LETTERS": keys.NEWEST_DEAD_LETTERS, "MACHINE": MACHINE, "DOCTOR": DOCTOR}
    | {"AUDIT": keys.AUDIT_CONSUMER}
)
"""What every script calls by these names: fields of records and events, limits, actors."""
_DECLARATION = f"local {', '.join(_LOCALS)} = {', '.join(map(repr, _LOCALS.values()))}"
_ERRORS = {kind.code: kind for kind in errors.RequestError.__subclasses__()}
_BROKEN = b"store_unavailable"
"""A script's word for one of several submissions that it could not write, with Redis's own words."""

_RECORD_ERRORS = {
    "exists": errors.RecordExistsError,
    "absent": errors.RecordAbsentError,
    "changed": errors.RecordChangedError,
    "home_changed": errors.HomeChangedError,
}


class Script:
    """One script with what it includes; `flags` on its first line tell Redis what it may do."""

    def __init__(self, name: str) -> None:
        self.name = name
        own = (_FOLDER / f"{name}.lua").read_text("utf-8")
        shebang, _, body = own.partition("\n")
        includes = _INCLUDE.search(body)
        names = includes.group(1).split() if includes else []
        parts = [(_FOLDER / "lib" / f"{each}.lua").read_text("utf-8") for each in names]
        self.source = "\n".join([shebang, _DECLARATION, *parts, body])
        self.digest = hashlib.sha1(self.source.encode(), usedforsecurity=False).hexdigest()

    async def run(self, link: Link, names: Sequence[str | bytes], *arguments: Argument) -> list[Any]:
        """The reply without its leading 'ok'; the error that any other leading code names."""
        try:
            reply = await link.call("EVALSHA", self.digest, len(names), *names, *arguments)
        except NoScriptError:
            reply = await link.call("EVAL", self.source, len(names), *names, *arguments)
        if reply[0] != b"ok":
            raise refusal(reply)
        rest: list[Any] = reply[1:]
        return rest


def refusal(reply: list[Any]) -> errors.CommentdeskError:
    """What a script's code means; the message of a rate limit carries its wait."""
    if reply[0] == _BROKEN:
        return translate(ResponseError(reply[1].decode()))
    code = reply[0].decode()
    if code in _RECORD_ERRORS:
        return _RECORD_ERRORS[code]()
    if code == "rate_limited":
        seconds = max(1, -(-int(reply[1]) // 1000))
        detail = sentence("Try again in %(seconds)s s.", seconds=seconds)
        return errors.RateLimitedError(detail, retry_after_seconds=seconds)
    if code == "parent_unknown":
        return errors.InvalidFieldsError(errors={"parent_id": ["Not a published comment of this thread."]})
    return _ERRORS[code]()


SUBMIT = Script("submit")
DECIDE = Script("decide")
UNDO = Script("undo")
RESERVE = Script("reserve")
READ_COMMENT = Script("read_comment")
READ_COMMENTS = Script("read_comments")
READ_HOMES = Script("read_homes")
READ_PIECES = Script("read_pieces")
READ_PLANES = Script("read_planes")
READ_PUBLIC = Script("read_public")
READ_THREAD = Script("read_thread")
SET_THREAD = Script("set_thread")
LIST_QUEUE = Script("list_queue")
CLAIM = Script("claim")
CLAIM_ONE = Script("claim_one")
RENEW_CLAIMS = Script("renew_claims")
ESCALATE = Script("escalate")
ADD_NOTE = Script("add_note")
READ_NOTES = Script("read_notes")
RELEASE = Script("release")
RELEASE_ALL = Script("release_all")
CHANGE_REGISTRY = Script("change_registry")
CHANGE_POLICY = Script("change_policy")
MEASURE_SITE = Script("measure_site")
READ_SERIES = Script("read_series")
MEASURE_STREAM = Script("measure_stream")
REGISTER_CONSUMER = Script("register_consumer")
PEEK_EVENTS = Script("peek_events")
READ_EVENTS = Script("read_events")
MOVE_CONSUMER = Script("move_consumer")
READ_UNSEALED = Script("read_unsealed")
READ_AUDIT = Script("read_audit")
SEAL = Script("seal")
DROP_AUDIT = Script("drop_audit")
ADD_SIGNER = Script("add_signer")
COPY_KEYS = Script("copy_keys")
TELL_RESTORED = Script("tell_restored")
END_RESTORE = Script("end_restore")
EXAMINE_COMMENT = Script("examine_comment")
REPAIR_COMMENT = Script("repair_comment")
ADJUST_COUNTERS = Script("adjust_counters")
HOLD = Script("hold")
PROBE = Script("probe")
RIGHTS = Script("rights")
BEGIN_UPGRADE = Script("begin_upgrade")
END_UPGRADE = Script("end_upgrade")
FIND_BY_FIELD = Script("find_by_field")
UPGRADE_COMMENT = Script("upgrade_comment")
UPGRADE_REMEMBERED = Script("upgrade_remembered")
FIND_MODERATED = Script("find_moderated")
UPGRADE_PUBLICATIONS = Script("upgrade_publications")
FIND_UNLISTED = Script("find_unlisted")
ENLIST = Script("enlist")
SWITCH_SECRET = Script("switch_secret")
REPLACE_PRIVATE = Script("replace_private")
REPLACE_ANSWER = Script("replace_answer")
CREATE_TOKEN = Script("create_token")
REMOVE_MEMBER = Script("remove_member")
OPEN_SESSION = Script("open_session")
USE_SESSION = Script("use_session")
END_SESSION = Script("end_session")
MAKE_LINK = Script("make_link")
TAKE_LINK = Script("take_link")
TELL_REFUSED_SIGN_IN = Script("tell_refused_sign_in")
LIST_HEADS = Script("list_heads")
READ_GLIMPSES = Script("read_glimpses")
BULK_PREVIEW = Script("bulk_preview")
BULK_START = Script("bulk_start")
BULK_DECIDE = Script("bulk_decide")
BULK_BEGIN_UNDO = Script("bulk_begin_undo")
BULK_STOP = Script("bulk_stop")
BULK_UNDO = Script("bulk_undo")
TRY_POLICY = Script("try_policy")
NAME_AUTHOR = Script("name_author")
LOOK_UP_AUTHOR = Script("look_up_author")
BAN_AUTHOR = Script("ban_author")
UNBAN_AUTHOR = Script("unban_author")
TRUST_AUTHOR = Script("trust_author")
UNTRUST_AUTHOR = Script("untrust_author")
TELL_EMAIL_SHOWN = Script("tell_email_shown")
REPAIR_AUTHOR = Script("repair_author")
ALL = tuple(script.source for script in list(globals().values()) if isinstance(script, Script))
