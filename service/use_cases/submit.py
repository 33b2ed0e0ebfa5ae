"""A reader's comment: scored, routed, written."""

from classifier import Text
from service.desk import Desk, new_id
from service.domain.network import reader_network
from service.domain.replay import Replay
from service.domain.site import Site
from service.domain.submission import Receipt, Submission
from service.scoring import Scored
from service.store.author_names import new_author_id
from service.store.homes import CommentHome
from service.store.salts import Salts
from service.store.submissions import NO_TRACES, NewComment, Traces
from service.use_cases.rules import Ruled, held_for, judge, met_rules, signature_of
from service.vault import Vault


async def submit(desk: Desk, site: Site, thread: str, submission: Submission, *, replay: Replay) -> Receipt:
    """Takes a submission in; the receipt says `held` for all that is not published, so that spammers learn nothing.

    A repeated Idempotency-Key has the first receipt again; a repeat by the same reader within ten minutes has the first
    comment's, as it is now. From anybody else the same words are a comment of their own.
    """
    scored = await desk.scorer.assess(Text(submission.body, submission.name, submission.website))
    now_ms = desk.now_ms()
    ruled = await met_rules(desk, site.policy, thread, submission, readings=scored.readings)
    salts = desk.salts.known(now_ms) or await desk.salts.read(now_ms)
    new = _new_comment(
        desk, site, thread, submission, scored=scored, ruled=ruled, salts=salts, comment_id=new_id(now_ms)
    )
    receipt = await desk.submissions.submit(site, new, replay, now_ms)
    proof = desk.vault.receipt(site.site, receipt.comment_id) if submission.wants_proof else ""
    return receipt._replace(state=receipt.state.known_to_author, proof=proof)


def _new_comment(
    desk: Desk,
    site: Site,
    thread: str,
    submission: Submission,
    *,
    scored: Scored,
    ruled: Ruled,
    salts: Salts,
    comment_id: str,
) -> NewComment:
    vault = desk.vault
    home = CommentHome(thread, vault.email_hash(submission.email))
    assessed, signature = scored.assessed, signature_of(desk, scored.readings)
    held = held_for(desk, site, submission, home.author, signature)
    return NewComment(
        comment_id,
        home,
        submission,
        sealed_email=vault.seal(submission.email, comment_id),
        assessed=assessed,
        judged=judge(desk, site, submission, home.author, assessed=assessed, held=held, ruled=ruled),
        traces=_traces(vault, site, home, submission, salts.today),
        traces_before=_traces(vault, site, home, submission, salts.yesterday) if salts.yesterday else None,
        author_id=new_author_id(),
        signature=signature,
    )


def _traces(vault: Vault, site: Site, home: CommentHome, submission: Submission, salt: bytes) -> Traces:
    """What this reader and these words are known by on the day of the salt. Where nobody tells the reader's address,
    the Idempotency-Key alone says what is a repeat."""
    if not submission.client_ip:
        return NO_TRACES
    reader = vault.reader_hash(reader_network(submission.client_ip), salt)
    said = (submission.parent_id, submission.name, submission.body)
    return Traces(reader, vault.digest(site.site, home.thread, home.author, *said, reader))
