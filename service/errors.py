"""Everything that can go wrong, as one tree.

CommentdeskError
├── StartError                    the service cannot start: the message says why and what to do
├── BackupError                  a backup cannot be made, read or restored: the message says why
├── RotationError                the secret cannot be replaced now: the message says why
├── RepairError                  somebody else is repairing the store, or it has another format
├── HomeChangedError              a comment came into the lists while it was being changed
├── RecordError                   a site or token is not as a change expects it
│   ├── RecordExistsError
│   ├── RecordAbsentError
│   └── RecordChangedError
└── RequestError                  a request is refused; `web.problems` gives each its HTTP status
    ├── MalformedRequestError     another version of HTTP than ours
    ├── MalformedBodyError        broken JSON, bad UTF-8, bad charset, bad compression
    ├── UnsupportedMediaTypeError not JSON, not a form
    ├── BodyTooLargeError         over the body limit
    ├── BodyTooSlowError          not all there in time
    ├── InvalidFieldsError        fields that break the schema, each with its messages
    ├── IdempotencyKeyReusedError the same key with another body
    ├── UnauthenticatedError      no token, or none that we know
    ├── ForbiddenError            a token of another role or site
    ├── OriginNotAllowedError     a browser on a website that this site does not list
    ├── HostUnknownError          a Host that is not one of our own
    ├── RouteNotFoundError        no such path
    ├── MethodNotAllowedError     a path that does not take this method
    ├── SiteNotFoundError
    ├── ThreadNotFoundError
    ├── CommentNotFoundError
    ├── ConsoleError              what no call of the API is answered with
    │   ├── SignInRefusedError    a token or a one-time link that lets nobody in
    │   ├── ForgedFormError       a form that is not of the session it came with
    │   ├── StaleReasonsError     a change of a site's reasons that are others by now
    │   └── SessionNotFoundError
    ├── TokenNotFoundError
    ├── PolicyVersionNotFoundError
    ├── MemberNotFoundError
    ├── BuiltInMemberError
    ├── BulkNotFoundError
    ├── AuthorNotFoundError
    ├── ReceiptNotFoundError      not one of this site's receipts, or of a comment that was erased
    ├── SiteExistsError
    ├── ThreadClosedError
    ├── ClaimedByAnotherError
    ├── NotQueuedError            a comment that awaits no decision
    ├── StaleRevisionError
    ├── StalePolicyError          a change of a policy that is another one by now
    ├── NothingToUndoError
    ├── RateLimitedError
    ├── TooManyQuestionsError     of one reader, or of all strangers together
    ├── TooManyWrongTokensError   of one network: no more are looked at for a while
    ├── TooManyStreamsError       of events, for one token or one address
    └── UnavailableError          try again later
        ├── OverloadedError       what waits already would make this one wait too long
        ├── StreamsFullError      as many streams of events as a process has are open
        ├── StoreUnavailableError Redis is away, loading, read-only or too slow
        └── StoreFullError        Redis has no memory left for writes
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from service.texts.sentence import Sentence, marked, sentence

FieldErrors = Mapping[str, Sequence[str]]


class CommentdeskError(Exception):
    """The root: catch this to catch all that commentdesk itself raises."""


class StartError(CommentdeskError):
    """The service cannot start."""


class BackupError(CommentdeskError):
    """A backup cannot be made, read or restored."""


class RotationError(CommentdeskError):
    """The secret cannot be replaced, or not yet."""


class RepairError(CommentdeskError):
    """Somebody else is repairing the store, or it has another format."""


class RecordError(CommentdeskError):
    """A site or token is not as a change expects it."""


class RecordExistsError(RecordError):
    """It is there already."""


class RecordAbsentError(RecordError):
    """It is not there."""


class RecordChangedError(RecordError):
    """It is not what it was when it was read."""


class HomeChangedError(CommentdeskError):
    """A comment came into the lists after its keys were made."""


class RequestError(CommentdeskError):
    """A request is refused; `code` is the stable name a client may branch on. `detail` is a fixed message, or a
    sentence with its values: a reader gets it in his language, a log in English. Without one he gets the `advice` for
    all errors of the kind."""

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = marked("The request was refused")
    advice: ClassVar[str] = marked("Look at what was sent, and at the description of the call.")

    def __init__(
        self, detail: str | Sentence = "", errors: FieldErrors | None = None, retry_after_seconds: int | None = None
    ) -> None:
        super().__init__(str(detail) or self.title)
        self.detail = detail
        self.errors = errors
        self.retry_after_seconds = retry_after_seconds


class MalformedRequestError(RequestError):
    code = "malformed_request"
    title = marked("The request could not be read")
    advice = marked("Send a request of HTTP/1.1.")


class MalformedBodyError(RequestError):
    code = "malformed_body"
    title = marked("The body could not be read")
    advice = marked("Send JSON or a form in UTF-8, whole.")


class UnsupportedMediaTypeError(RequestError):
    code = "unsupported_media_type"
    title = marked("The body's content type is not supported")
    advice = marked("Send what the description of the call says.")


class BodyTooLargeError(RequestError):
    code = "body_too_large"
    title = marked("The body is too large")
    advice = marked("Send less at once.")


class BodyTooSlowError(RequestError):
    code = "body_too_slow"
    title = marked("The body did not arrive in time")
    advice = marked("Send it again, in one go.")


class InvalidFieldsError(RequestError):
    code = "invalid_fields"
    title = marked("Some fields are not valid")
    advice = marked("Look at `errors`: it names each field that is wrong.")


class IdempotencyKeyReusedError(RequestError):
    code = "idempotency_key_reused"
    title = marked("This Idempotency-Key was used with another body")
    advice = marked("Send the same body again, or take a new key for another one.")


class UnauthenticatedError(RequestError):
    code = "unauthenticated"
    title = marked("A valid token is needed")
    advice = marked("Send `Authorization: Bearer` with a token that is in force.")


class ForbiddenError(RequestError):
    code = "forbidden"
    title = marked("This token does not allow that")
    advice = marked("It is a token of another role, or of another site.")


class OriginNotAllowedError(RequestError):
    code = "origin_not_allowed"
    title = marked("This website may not post here")
    advice = marked("The page's origin is not among the `allowed_origins` of the site.")


class HostUnknownError(RequestError):
    code = "host_unknown"
    title = marked("This service does not go by that Host")
    advice = marked("Ask by a name that the setting COMMENTDESK_HOSTS lists.")


class RouteNotFoundError(RequestError):
    code = "not_found"
    title = marked("There is nothing at this address")
    advice = marked("Compare its path with those of the description.")


class MethodNotAllowedError(RequestError):
    code = "method_not_allowed"
    title = marked("This address does not take that method")
    advice = marked("The header Allow names those that it takes.")


class SiteNotFoundError(RequestError):
    code = "site_not_found"
    title = marked("There is no such site")
    advice = marked("Compare the name in the path with the list of sites.")


class ThreadNotFoundError(RequestError):
    code = "thread_not_found"
    title = marked("There is no such thread")
    advice = marked("It begins with its first comment, or when it is set.")


class CommentNotFoundError(RequestError):
    code = "comment_not_found"
    title = marked("There is no such comment")
    advice = marked("It was never in this site, or is no longer.")


class ConsoleError(RequestError):
    """A refusal that pages of the console alone give."""


class SignInRefusedError(ConsoleError):
    code = "sign_in_refused"
    title = marked("You were not signed in")
    advice = marked("Ask whoever runs the service for a token, or for a new link.")


class ForgedFormError(ConsoleError):
    code = "forged_form"
    title = marked("This form is not of your session")
    advice = marked("Nothing was done. Load the page again, and send the form from there.")


class StaleReasonsError(ConsoleError):
    code = "stale_reasons"
    title = marked("The reasons changed since they were shown")
    advice = marked("Read them again, and change what they are now.")


class SessionNotFoundError(ConsoleError):
    code = "session_not_found"
    title = marked("There is no such session")
    advice = marked("It has ended.")


class TokenNotFoundError(RequestError):
    code = "token_not_found"
    title = marked("There is no such token")
    advice = marked("It was never made, or is revoked.")


class MemberNotFoundError(RequestError):
    code = "member_not_found"
    title = marked("There is no such member")
    advice = marked("It was never made, or is revoked.")


class BuiltInMemberError(RequestError):
    code = "built_in_member"
    title = marked("This member is of the settings")
    advice = marked("It is not changed or revoked here: COMMENTDESK_ADMIN_TOKEN is its token.")


class BulkNotFoundError(RequestError):
    code = "bulk_not_found"
    title = marked("There is no such bulk")
    advice = marked("It was never started in this site, or more than seven days ago.")


class AuthorNotFoundError(RequestError):
    code = "author_not_found"
    title = marked("There is no such author")
    advice = marked("Nobody has written by that email or author_id, or he was forgotten.")


class PolicyVersionNotFoundError(RequestError):
    code = "policy_version_not_found"
    title = marked("There is no such version of the policy")
    advice = marked("It never was, or is no longer kept: the list of versions has those that are.")


class ReceiptNotFoundError(RequestError):
    code = "receipt_not_found"
    title = marked("There is no such receipt")
    advice = marked("Send it whole, as the answer to the comment had it, to the same site.")


class SiteExistsError(RequestError):
    code = "site_exists"
    title = marked("A site of that name exists")
    advice = marked("Take another name, or change the site that there is.")


class ThreadClosedError(RequestError):
    code = "thread_closed"
    title = marked("This thread takes no more comments")
    advice = marked("Whoever runs the website may open it again.")


class ClaimedByAnotherError(RequestError):
    code = "claimed_by_another"
    title = marked("Another moderator holds this comment")
    advice = marked("Take another one, or wait until the claim is handed back or expires.")


class NotQueuedError(RequestError):
    code = "not_queued"
    title = marked("This comment awaits no decision")
    advice = marked("Somebody decided on it meanwhile, or it was never in the queue.")


class StaleRevisionError(RequestError):
    code = "stale_revision"
    title = marked("The comment changed since that revision")
    advice = marked("Read the comment again, and decide on what it is now.")


class StalePolicyError(RequestError):
    code = "stale_policy"
    title = marked("The policy changed since that version")
    advice = marked("Read the policy again, and change what it is now.")


class NothingToUndoError(RequestError):
    code = "nothing_to_undo"
    title = marked("There is no decision to undo")
    advice = marked("Nobody has decided on this comment, or it was undone already.")


class RateLimitedError(RequestError):
    code = "rate_limited"
    title = marked("Too many comments in a short time")
    advice = marked("Wait as long as Retry-After says, then send it again.")


class TooManyQuestionsError(RequestError):
    code = "too_many_questions"
    title = marked("Too many questions in a short time")
    advice = marked("Wait as long as Retry-After says, then ask again.")


class TooManyWrongTokensError(RequestError):
    code = "too_many_wrong_tokens"
    title = marked("Too many wrong tokens came from this network")
    advice = marked("Wait as long as Retry-After says, then send a right one.")


class TooManyStreamsError(RequestError):
    code = "too_many_streams"
    title = marked("Too many streams of events are open")
    advice = marked("Close one of them, then ask again.")


class UnavailableError(RequestError):
    code = "unavailable"
    title = marked("The service cannot do that right now")
    advice = marked("Try again in a moment.")


class OverloadedError(UnavailableError):
    """Refused early, before anything was done; `queue` says where it would have waited."""

    QUEUES: ClassVar[tuple[str, ...]] = ("classifier", "store")
    """What may have too much waiting for it."""

    code = "overloaded"
    title = marked("Too much to do at once")

    def __init__(self, queue: str) -> None:
        # Translators: the queue is "store" or "classifier".
        detail = sentence("Too many requests wait for the %(queue)s: come again in a second.", queue=queue)
        super().__init__(detail, retry_after_seconds=1)
        self.queue = queue


class StreamsFullError(UnavailableError):
    code = "streams_full"
    title = marked("No more streams of events can be opened right now")
    advice = marked("Others have to close theirs first: wait as long as Retry-After says.")


class StoreUnavailableError(UnavailableError):
    code = "store_unavailable"
    title = marked("The store cannot be reached right now")
    advice = marked("Try again in a moment.")


class StoreFullError(UnavailableError):
    code = "store_full"
    title = marked("The store has no room for new data")
    advice = marked("Whoever runs the service has to make room.")
