"""Events: what was done, by whom and to what, as the streams of events tell it.

| kind | what was done | subject | before -> after |
| --- | --- | --- | --- |
| submitted | a comment was taken in; `detail` has verdict, codes, rules | comment_id | nothing -> its state |
| decided | a moderator decided | comment_id | the comment's states |
| undone | a moderator took the last decision back | comment_id | the comment's states |
| repaired | the doctor put a comment right | comment_id | names of its faults, with spaces between |
| claimed | a moderator leased a comment | comment_id | nothing -> whose it is, a member_id |
| escalated | a moderator handed a comment to the others, his claim ended | comment_id | whose it was -> nothing |
| noted | a moderator wrote a note on a comment; its id is in the detail | comment_id | - |
| author_noted | a moderator wrote a note on an author, as above | author_id | - |
| released | a claim was handed back, had expired, or lost its token | comment_id | whose it was -> nothing |
| bulk_started | one decision on many comments was begun | bulk_id | nothing -> the decision |
| bulk_undone | the decisions of a bulk are taken back, and it ends | bulk_id | the decision -> nothing |
| bulk_finished | a bulk, or what takes it back, has come to its end | bulk_id | - |
| author_banned | a moderator banned an author, or changed the ban | author_id | until when, ms |
| author_unbanned | a moderator ended a ban | author_id | until when it would have lasted -> nothing |
| author_trusted, author_untrusted | a moderator trusted an author, or took it back | author_id | nothing, trusted |
| author_looked_up | a moderator asked for the author of an email | author_id, or nothing for nobody's | - |
| email_shown | a moderator was shown an author's email, at the console | author_id | - |
| thread_changed | a thread was made, or its settings changed | - | JSON of the fields that changed |
| site_created, site_changed | a site was made or changed | site | JSON of the fields that changed |
| site_reasons_changed | a site's reasons for decisions were replaced | site | JSON of `reasons`, `retired_reasons` |
| policy_changed | a site's policy became another version, which the detail has | site | JSON of the field `policy` |
| token_created, token_revoked | a token was made or ended | token_id | JSON of the token, but nothing of its secret |
| member_created, member_changed | a member was made, or renamed | member_id | JSON of the fields that changed |
| member_revoked | a member and all his tokens were ended | member_id | JSON of the member and `tokens`, their ids |
| signed_in | a member signed in to the console; the detail has his network's hash | member_id | - |
| sign_in_refused | somebody showed a token or a link that is none, told once a minute of a network | - | - |
| signed_out | a member ended his session | member_id | - |
| session_ended | a session was ended from elsewhere | member_id | - |
| sign_in_link_made | a one-time link was made that signs a member in | member_id | - |
| secret_replaced | another secret was put in force; the one before it was given up | - | how far it is: begun, done |
| store_upgraded | a newer format was put in force; nothing of an older one is left | - | how far it is: begun, done |
| restored | a backup was restored: what was done after it is gone | - | - |
| log_dropped | the oldest entries of an audit log were dropped; `detail` has up to which | - | - |

Behind the first four stands what followed from them:

| kind | what followed |
| --- | --- |
| published | readers can see the comment now |
| rejected | the comment was turned down: it is rejected, or spam |
| entered | the comment came into the queue |
| left | the comment went out of the queue, and a claim on it ended |

So an event may have several kinds, as `decided published left`, or `escalated released` where a claim ended by it. All
else of them is the same, they are handled together, and a submission writes one entry. `published` and `rejected` say
what became of a comment, whoever caused that: the machine's verdict, a moderator, an undo. An act that changes nothing
has no event. Sites, policies, tokens, members and secrets are in the installation's stream, the others in that of their
site; `restored` and `log_dropped` are in both.
"""

from enum import StrEnum
from typing import NamedTuple

MACHINE = "machine"
"""The actor of what the service does by itself."""
READER = "reader"
"""The actor of what somebody sends without a token."""
DOCTOR = "doctor"
"""The actor of what `doctor --repair` does."""
ROTATION = "rotate-key"
"""The actor of what `rotate-key` does."""
RESTORE = "restore"
"""The actor of what `restore` does."""


class EventKind(StrEnum):
    SUBMITTED = "submitted"
    DECIDED = "decided"
    UNDONE = "undone"
    REPAIRED = "repaired"
    CLAIMED = "claimed"
    RELEASED = "released"
    BULK_STARTED = "bulk_started"
    BULK_UNDONE = "bulk_undone"
    BULK_FINISHED = "bulk_finished"
    ESCALATED = "escalated"
    NOTED = "noted"
    AUTHOR_NOTED = "author_noted"
    AUTHOR_BANNED = "author_banned"
    AUTHOR_UNBANNED = "author_unbanned"
    AUTHOR_TRUSTED = "author_trusted"
    AUTHOR_UNTRUSTED = "author_untrusted"
    AUTHOR_LOOKED_UP = "author_looked_up"
    EMAIL_SHOWN = "email_shown"
    THREAD_CHANGED = "thread_changed"
    SITE_CREATED = "site_created"
    SITE_CHANGED = "site_changed"
    SITE_REASONS_CHANGED = "site_reasons_changed"
    POLICY_CHANGED = "policy_changed"
    TOKEN_CREATED = "token_created"  # noqa: S105 the name of what was done
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 the same
    MEMBER_CREATED = "member_created"
    MEMBER_CHANGED = "member_changed"
    MEMBER_REVOKED = "member_revoked"
    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SIGN_IN_LINK_MADE = "sign_in_link_made"
    STORE_UPGRADED = "store_upgraded"
    SECRET_REPLACED = "secret_replaced"  # noqa: S105 the same
    RESTORED = "restored"
    LOG_DROPPED = "log_dropped"
    PUBLISHED = "published"
    REJECTED = "rejected"
    ENTERED = "entered"
    LEFT = "left"


class Event(NamedTuple):
    """One act, and what followed from it.

    `kinds` has the act and then what followed, of `EventKind` or of a newer version's; it is empty where an older
    version told of a site, a token or the secret. `actor` is a member_id, or one of the actors above; ""
    where an older version did not write it. `thread` is that of a comment, and "" for claims; `revision` the comment's
    after the act or the thread's version, and None for claims, sites and tokens. `detail` is a JSON object of what else
    there is to know, ids, codes and numbers alone; "" where there is nothing.
    """

    event_id: str
    kinds: tuple[str, ...]
    actor: str
    at_ms: int
    subject: str = ""
    thread: str = ""
    revision: int | None = None
    before: str = ""
    after: str = ""
    detail: str = ""
