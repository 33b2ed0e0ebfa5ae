"""Uses every script of the store at least once."""

import contextlib
from dataclasses import replace
from functools import partial

from service.audit.checkpoint import CHECKPOINT_BYTES
from service.consumers.sealer import Sealer
from service.domain.bulk import BulkOrder
from service.domain.caller import Role
from service.domain.decision import Decision
from service.domain.event import RESTORE, ROTATION
from service.domain.judged import Judged
from service.domain.member import Member
from service.domain.note import Note
from service.domain.policy import Mode
from service.domain.queue import START, QueueOrder
from service.domain.replay import NO_REPLAY
from service.domain.selection import Selection
from service.domain.series import HOUR_MS, Span
from service.domain.session import Session
from service.domain.sign_in_link import SignInLink
from service.domain.site import Site
from service.domain.state import State
from service.domain.thread import ThreadChange
from service.domain.token import MadeToken, Token
from service.errors import MemberNotFoundError, RequestError
from service.link.link import Link
from service.lists.query import query_of
from service.store import (
    audit,
    author_names,
    authors,
    consumers,
    format_4,
    json_records,
    keys,
    members,
    notes,
    policies,
    scripts,
    sessions,
    sign_in_links,
    threads,
    tokens,
)
from service.store.bulk_steps import decide_next, undo_next
from service.store.bulks import Bulks
from service.store.consumers import INSTALLATION, DeadLetter, Errand, Outlook, Start
from service.store.glimpses import read_approved, read_glimpses
from service.store.homes import CommentHome
from service.store.lists import Lists
from service.store.policies import PolicyAct
from service.store.readiness import check_store
from service.store.search import Search
from service.store.series import read_series
from service.store.site_queues import SiteQueues
from service.store.sites import pack_site
from service.store.trials import try_submission
from service.upkeep import audit_logs, author_ids, entries, examination, lease, upgrade
from service.vault import SealBrokenError, Vault
from tests.store.desk import CHANGE, ROUTINGS, Store, key, moderator, new_comment, site_in


async def use_every_script(store: Store, link: Link) -> None:
    """Each script at least once, in each of the ways that touch other keys."""
    site = store.site.site
    await threads.set_settings(link, site, "article-1", ThreadChange(title="A title"), actor="root", now_ms=store.now)
    for mode in Mode:
        store.site = site_in(mode)
        await store.submit(new_comment(reader="r", repeat="again"), key(f"submit-{mode}"))
        await store.submit(new_comment(reader="r", repeat="again"), key(f"submit-{mode}"))
        await store.submit(new_comment(parent_id=(await store.page() or [""])[0]))
    for order in QueueOrder:
        await store.queued(order)
        await SiteQueues(link, store.comments).read_page([site], order, limit=1, after=START, now_ms=store.now)
        await store.queued(order, "article-1")
        await store.claim("ann", 1, order=order, thread="article-1", replay=key(f"claim-{order}"))
    ids = await store.queued()
    await store.claim_one(ids[0], "ann")
    await store.renew("ann")
    await store.release_all("ann")
    await store.claim_one(ids[0], "ann")
    await store.release_all("ann")
    for by in ("ann", "bob"):
        await store.claim(by, 1)
        await store.escalate(ids[0], by, replay=key(f"escalate-{by}"))
    for comment_id in ids:
        for attempt in (store.decide(comment_id, by="bob"), store.release(comment_id, "bob")):
            with contextlib.suppress(RequestError):
                await attempt
    await store.release_all("ann")
    for comment_id in ids:
        await store.decide(comment_id, "spam", replay=key(f"decide-{comment_id}"))
        await store.decide(comment_id, "approve")
        await store.undo(comment_id, replay=key(f"undo-{comment_id}"))
        await store.read(comment_id)
    with contextlib.suppress(SealBrokenError):  # no email was sealed for these
        await store.comments.read(site, ids[0], vault=Vault("a secret of this test"), now_ms=store.now)
    await store.page(limit=1)
    await use_lists(store, link)
    await store.measures()
    store.now += 2 * HOUR_MS
    await store.decide(ids[0], "reject")
    await read_series(link, site, Span.DAY, store.now)
    await json_records.create(link, keys.SITES, "news", {"title": ""}, change=CHANGE, replay=NO_REPLAY)
    await json_records.update(link, keys.SITES, "news", {"title": "News"}, change=CHANGE)
    await json_records.remove(link, keys.SITES, "news", change=CHANGE)
    await use_scripts_of_policies(store, link)
    await json_records.create(link, keys.SITES, "news", {"title": ""}, change=CHANGE, replay=key("make"), answer=b"{}")
    await store.comments.reserve(site, key("many"))
    await use_scripts_of_members(link)
    await use_bulks(store, ids)
    await use_sessions(link, store.now)
    await use_scripts_of_authors(store, link)
    await use_scripts_of_notes(store, link, ids[0])
    await use_scripts_for_operators(store, link, ids[0])


async def use_scripts_of_policies(store: Store, link: Link) -> None:
    await json_records.create(link, keys.SITES, "sport", pack_site(Site("sport")), change=CHANGE, replay=NO_REPLAY)
    for mode in (Mode.AUTO, Mode.POSTMODERATE, Mode.POSTMODERATE):
        act = PolicyAct(moderator("op"), store.now, replay=key(f"policy-{mode}"))
        await policies.change(link, "sport", partial(replace, mode=mode), act)


async def use_scripts_of_members(link: Link) -> None:
    """A token of a new member, another of his and one of somebody who is not there; his end."""
    vault, member = Vault("a secret of this test"), Member("m1", "Olga", 0)
    for number, each, is_new in ((1, member, True), (2, member, False), (3, replace(member, member_id="m3"), False)):
        roles, sites = frozenset({Role.MODERATOR}), frozenset({"news"})
        token = Token(f"t{number}", "A token", roles, sites, each.member_id, 0, None, f"digest {number}")
        with contextlib.suppress(MemberNotFoundError):
            made = MadeToken(token, each, "shown")
            await tokens.create(link, vault, made, key(f"token-{number}"), is_new_member=is_new, actor="root")
    await members.remove(link, member, ["t1", "t2"], actor="root", now_ms=0)


async def use_scripts_of_notes(store: Store, link: Link, comment_id: str) -> None:
    site = store.site.site
    author_id = (await store.author_fields("author-1"))["author_id"]
    for noted in (notes.on_comment(site, comment_id), notes.on_author(site, author_id, "author-1")):
        for number in range(2):
            note = Note(f"n{number}", "ann", "Ann", store.now, "A word.")
            await notes.add(link, noted, note, key(f"note-{noted.kind}-{number}"))
        assert (await notes.read(link, noted, limit=1)).last == "n1"


async def use_scripts_of_authors(store: Store, link: Link) -> None:
    site, now = store.site.site, store.now
    await link.call("HDEL", keys.author(site, "author-1"), "author_id")
    fields = await store.author_fields("author-1")
    author_id = (await author_names.named(link, site, "author-1", fields, now)).author_id
    for replay in (NO_REPLAY, key("look-up"), key("look-up")):
        await authors.look_up(link, site, "author-1", creates=False, actor="ann", replay=replay, now_ms=now)
    await authors.look_up(link, site, "unseen", creates=True, actor="ann", replay=NO_REPLAY, now_ms=now)
    for _ in range(2):
        await authors.ban(link, site, author_id, until_ms=None, reason="why", actor="ann", now_ms=now)
        await authors.trust(link, site, author_id, actor="ann", now_ms=now)
    await store.submit(new_comment(is_trust_counted=True))
    await try_submission(link, site, Mode.AUTO, CommentHome("article-1", "author-1"), Judged(ROUTINGS), now_ms=now)
    for _ in range(2):
        await authors.unban(link, site, author_id, actor="ann", now_ms=now)
        await authors.untrust(link, site, author_id, actor="ann", now_ms=now)
        await authors.tell_email_shown(link, site, author_id, actor="ann", now_ms=now)


async def use_lists(store: Store, link: Link) -> None:
    site, lists = store.site.site, Lists(link)
    selections = (
        Selection(State.HELD),
        Selection(thread="article-1", author="author-1"),
        Selection(since_ms=store.now),
    )
    for selection in selections:
        await lists.find(site, selection, below=None, most=10)
    await Search(link, lists).find(site, Selection(), query_of("comment"), below=None, most=10)


async def use_bulks(store: Store, ids: list[str]) -> None:
    """A bulk that is done, and undone, and one that is stopped."""
    site, bulks, ann = store.site.site, Bulks(store.link), moderator("ann")
    approved = [each async for each in read_glimpses(store.link, site, ids)]
    await read_approved(store.link, site, [each.author for each in approved])
    await bulks.keep_preview(site, "b1", ids[:3], None, now_ms=store.now + 1)
    store.now += 2
    await bulks.start(site, BulkOrder("b1", Decision.SPAM, "spam", reason_code="spam"), ann, now_ms=store.now)
    work = await bulks.read_work(site, "b1")
    assert work is not None
    await decide_next(store.link, store.comments, site, work, 0, store.now)
    await bulks.begin_undo(site, "b1", ann, now_ms=store.now)
    work = await bulks.read_work(site, "b1")
    assert work is not None
    await undo_next(store.link, store.comments, site, work, 0, store.now)
    await bulks.keep_preview(site, "b2", ids[:3], None, now_ms=store.now)
    await bulks.start(site, BulkOrder("b2", Decision.SPAM), ann, now_ms=store.now)
    await bulks.stop_those_of(site, ann.actor, actor="m-chief", now_ms=store.now)


async def use_sessions(link: Link, now: int) -> None:
    """Sessions that are opened, used and ended, and a link that is made and taken."""
    session = Session("digest", "of a token", "m-ann", now, now, "a browser")
    for is_own in (True, False):
        await sessions.open_session(link, session, told={"network": "n"})
        await sessions.note_use(link, session, now + 1)
        assert await sessions.of_member(link, "m-ann", now + 1)
        await sessions.end(link, "m-ann", "digest", is_own=is_own, actor="m-ann", now_ms=now + 2)
    await sign_in_links.make(link, "digest", SignInLink("of a token", "m-ann", "m-chief"), now)
    await sign_in_links.take(link, "digest")
    await sessions.tell_refused(link, now, {"network": "n"})


def nothing(_: object) -> None:
    pass


async def use_scripts_for_operators(store: Store, link: Link, comment_id: str) -> None:
    """Those of backup, restore and doctor, on a comment whose every place is wrong."""
    site = store.site.site
    await store.decide(comment_id, "approve")
    names = (await link.call("SCAN", 0, "COUNT", 10_000))[1]
    await entries.read_entries(link, names)
    await scripts.TELL_RESTORED.run(link, [keys.events(site)], RESTORE, store.now, "{}")
    await scripts.END_RESTORE.run(link, [keys.INSTALLATION], "format", "1")
    await link.call("DEL", keys.thread_keys(site, "article-1").published, keys.queue_keys(site).queue)
    await link.call("HSET", keys.queue_keys(site).holders, comment_id, "ann")
    await link.call("HINCRBY", keys.comment(site, comment_id), keys.COMMENT_FIELDS["revision"], 1)
    await link.call("SET", keys.author_of(site, "a000000000000"), "author-1")
    await author_ids.repair(link, author_ids.AuthorName(site, "author-1", "a000000000000"))
    (examined,) = await examination.examine(link, site, [comment_id])
    assert {"publication", "claim", "revision"} <= set(examined.faults)
    assert await examination.repair(link, site, comment_id, home=examined.home, now_ms=store.now) == ()
    assert await lease.hold(link, keys.REPAIRING, "me")
    old = {"thread": "article-1", "author": "author-1", "reasons": "[]", "private": '{"email": ""}'}
    await link.call("HSET", keys.comment(site, "old"), *(part for pair in old.items() for part in pair))
    await link.call("HSET", keys.repeat(site, "old"), "comment_id", "old", "state", "held")
    await link.call("HDEL", keys.comment(site, comment_id), keys.COMMENT_FIELDS["ordinal"])
    await format_4.rewrite(link, [keys.comment(site, comment_id).encode()])
    await link.call("HSET", keys.INSTALLATION, "format", 1)
    await link.call("HDEL", keys.comment(site, comment_id), keys.COMMENT_FIELDS["ordinal"])
    await link.call("DEL", keys.published_later(site, "article-1"))
    await upgrade.upgrade(link, nothing)
    assert (await check_store(link)).keys() == {"redis", "durability"}
    await examination.adjust(link, keys.totals(site).encode(), {"undone": 1})
    await use_scripts_of_a_rotation(store, link, comment_id)
    for place in (site, INSTALLATION):
        await use_scripts_of_a_consumer(link, place, store.now)


async def use_scripts_of_a_rotation(store: Store, link: Link, comment_id: str) -> None:
    for wrapped, is_begun in ((b"wrapped", True), (b"", False)):
        await link.call("HSET", keys.INSTALLATION, "secret_check", "old")
        if not is_begun:
            await link.call("HSET", keys.INSTALLATION, "secret_check", "new", "previous_check", "old")
        switch = [keys.INSTALLATION, keys.CHANGES]
        assert await scripts.SWITCH_SECRET.run(link, switch, "old", "new", wrapped, ROTATION, store.now) == [1]
    name = keys.comment(store.site.site, comment_id)
    private = await link.call("HGET", name, keys.COMMENT_FIELDS["private"])
    assert await scripts.REPLACE_PRIVATE.run(link, [name], private, private) == [1]
    kept = keys.installation_idempotency(key("make").digest)
    assert await scripts.REPLACE_ANSWER.run(link, [kept], "{}", "[]") == [b"[]"]


async def use_scripts_of_a_consumer(link: Link, site: str, now_ms: int) -> None:
    errand = Errand(site, "learner", "me")
    assert await lease.hold(link, errand.lease_key, "me")
    await consumers.register(link, site, "learner", Start.OLDEST)
    assert await consumers.peek(link, site, "learner") is Outlook.BEHIND
    first, second, *_ = await consumers.read_next(link, errand, 10)
    assert await consumers.move(link, errand, first.event_id, 1)
    assert await consumers.move(link, errand, second.event_id, 1, DeadLetter(second, "ValueError", 3, now_ms))
    assert (await consumers.measure_stream(link, site, now_ms)).dead_letters == 1
    await use_scripts_of_the_audit_log(link, site, now_ms)


async def use_scripts_of_the_audit_log(link: Link, site: str, now_ms: int) -> None:
    sealer = Sealer(link, Vault("a secret of this test"), lambda: (site,), lambda: now_ms)
    await sealer.introduce()
    while await sealer.seal_some(site):
        pass
    assert (await audit_logs.verify(link, site, await audit.read_signers(link))) is not None
    await link.call("APPEND", audit.audit_of(site).checkpoints, bytes(CHECKPOINT_BYTES))  # as of a segment in 1970
    assert await audit.drop_segment(link, site, 0, now_ms, now_ms)
