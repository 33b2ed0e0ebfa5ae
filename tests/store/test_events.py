"""Every act is told as an event, of one shape, and what changes nothing is not."""

import re
from collections import defaultdict
from pathlib import Path

import orjson
import pytest

from service.domain import event
from service.domain.caller import Role
from service.domain.event import DOCTOR, MACHINE, READER, ROTATION, Event, EventKind
from service.domain.member import Member
from service.domain.policy import Mode, Policy
from service.domain.replay import NO_REPLAY
from service.domain.site import Site, SiteChange
from service.domain.thread import ThreadChange
from service.domain.token import MadeToken, Token
from service.errors import RateLimitedError, RequestError, SiteExistsError
from service.link.link import Link
from service.store import keys, members, policies, scripts, sites, threads, tokens
from service.store.events import unpack_event
from service.store.policies import PolicyAct
from service.upkeep import examination
from service.vault import Vault
from tests.servers import RedisServer
from tests.store.desk import (
    CHANGE,
    LEASE,
    NOW,
    Store,
    add_events,
    key,
    moderator,
    new_comment,
    read_events,
    site_in,
)
from tests.store.every_script import use_every_script
from tests.store.watching import (
    OF_AUTHORS,
    OF_BULKS,
    OF_COMMENTS,
    OF_LOGS,
    OF_RECORDS,
    OF_SESSIONS,
    TELLS_NOTHING,
    WatchingLink,
)

FOLDER = Path(scripts.__file__).parent
LUA = {path.stem: path.read_text() for path in FOLDER.glob("*.lua")}
LIBRARY = {path.stem: path.read_text() for path in (FOLDER / "lib").glob("*.lua")}
WRITING = re.compile(r"redis\.call\('(SET|DEL|HSET|HDEL|HINCRBY|ZADD|ZREM|XADD)'|enqueue\(|dequeue\(|end_claim\(")
VAULT = Vault("the secret of these tests, long enough")

Told = tuple[str, str, str, str, int | None, str, str]


def shape(event: Event) -> Told:
    return (" ".join(event.kinds), event.actor, event.subject, event.thread, event.revision, event.before, event.after)


async def told(link: Link, stream: str = keys.events("default")) -> list[Told]:
    """All events, and none of them twice: what was there is gone after this."""
    found = await read_events(link, stream)
    await link.call("XTRIM", stream, "MAXLEN", 0)
    return [shape(each) for each in found]


async def test_a_submission_is_told_with_what_became_of_it(store: Store, link: Link) -> None:
    held = new_comment(actor="t1")
    await store.submit(held)
    of_held = (held.comment_id, "article-1", 1, "", "held")
    assert await told(link) == [("submitted entered", "t1", *of_held)]

    store.site = site_in(Mode.POSTMODERATE)
    listed = new_comment()
    await store.submit(listed)
    of_listed = (READER, listed.comment_id, "article-1", 1, "", "published")
    assert await told(link) == [("submitted published entered", *of_listed)]

    store.site = site_in(Mode.AUTO)
    published = new_comment()
    await store.submit(published)
    of_published = (READER, published.comment_id, "article-1", 1, "", "published")
    assert await told(link) == [("submitted published", *of_published)]


async def test_the_first_submission_of_an_article_tells_its_title_and_address(store: Store, link: Link) -> None:
    first = new_comment(article_title="A title", article_url="https://example.org/1", actor="t1")
    await store.submit(first)
    *_, (kinds, actor, subject, thread, revision, before, after) = await told(link)
    assert (kinds, actor, subject, thread, revision, before) == ("thread_changed", "t1", "", "article-1", 1, "{}")
    assert orjson.loads(after) == {"title": "A title", "url": "https://example.org/1"}
    await store.submit(new_comment(article_title="A title", article_url="https://example.org/1", actor="t2"))
    assert "thread_changed" not in {each[0] for each in await told(link)}


async def test_a_submission_that_names_its_article_otherwise_tells_both_names(store: Store, link: Link) -> None:
    await store.submit(new_comment(article_title="A title", article_url="https://example.org/1", actor="t1"))
    await told(link)
    await store.submit(new_comment(article_title="Another", actor="t2"))
    *_, (kinds, actor, _, thread, revision, before, after) = await told(link)
    assert (kinds, actor, thread, revision) == ("thread_changed", "t2", "article-1", 2)
    assert (orjson.loads(before), orjson.loads(after)) == ({"title": "A title"}, {"title": "Another"})


async def test_a_decision_is_told_with_what_became_of_the_comment_and_of_its_claim(store: Store, link: Link) -> None:
    comment_id = (await store.submit()).comment_id
    await store.claim("ann")
    await told(link)
    await store.decide(comment_id, "approve", by="ann")
    act = ("ann", comment_id, "article-1", 2, "held", "published")
    assert await told(link) == [("decided published left", *act)]
    await store.decide(comment_id, "spam", by="bob")
    act = ("bob", comment_id, "article-1", 3, "published", "spam")
    assert await told(link) == [("decided rejected", *act)]
    await store.undo(comment_id, by="ann")
    act = ("ann", comment_id, "article-1", 4, "spam", "published")
    assert await told(link) == [("undone published", *act)]
    await store.undo(comment_id, by="ann")
    act = ("ann", comment_id, "article-1", 5, "published", "held")
    assert await told(link) == [("undone entered", *act)]


async def test_an_approval_of_what_is_published_publishes_nothing(store: Store, link: Link) -> None:
    store.site = site_in(Mode.POSTMODERATE)
    comment_id = (await store.submit()).comment_id
    await told(link)
    await store.decide(comment_id, "approve")
    act = ("ann", comment_id, "article-1", 2, "published", "published")
    assert await told(link) == [("decided left", *act)]


async def test_claims_are_told_with_who_has_them_and_who_had_them(store: Store, link: Link) -> None:
    first, second = [(await store.submit(now=NOW + n)).comment_id for n in range(2)]
    await told(link)
    await store.claim("ann", 2)
    assert await told(link) == [("claimed", "ann", each, "", None, "", "ann") for each in (first, second)]
    await store.release(first, "ann")
    assert await told(link) == [("released", "ann", first, "", None, "ann", "")]
    await store.release_all("ann")
    assert await told(link) == [("released", "ann", second, "", None, "ann", "")]


async def test_a_claim_that_expired_is_released_by_the_machine(store: Store, link: Link) -> None:
    comment_id = (await store.submit()).comment_id
    await store.claim("ann")
    await told(link)
    await store.claim("bob", now=NOW + LEASE)
    assert await told(link) == [
        ("released", MACHINE, comment_id, "", None, "ann", ""),
        ("claimed", "bob", comment_id, "", None, "", "bob"),
    ]
    store.now = NOW + 3 * LEASE
    await store.release(comment_id, "ann")
    assert await told(link) == [("released", MACHINE, comment_id, "", None, "bob", "")]


async def test_a_change_of_a_thread_is_told_with_the_fields_that_changed(store: Store, link: Link) -> None:
    async def change(wanted: ThreadChange) -> list[tuple[str, str, int | None, object, object]]:
        await threads.set_settings(link, "default", "article-1", wanted, actor="ann", now_ms=NOW)
        return [(e[1], e[3], e[4], orjson.loads(e[5]), orjson.loads(e[6])) for e in await told(link)]

    opened, closed = ThreadChange("A title", closed=False), ThreadChange("A title", closed=True)
    assert await change(opened) == [("ann", "article-1", 1, {}, {"title": "A title", "closed": "0"})]
    assert await change(closed) == [("ann", "article-1", 2, {"closed": "0"}, {"closed": "1"})]
    assert await change(closed) == []
    assert (await store.thread_fields())["version"] == "2"


async def test_long_titles_are_cut_between_two_characters(link: Link) -> None:
    await threads.set_settings(link, "default", "article-1", ThreadChange("x" + "€" * 400), actor="ann", now_ms=NOW)
    ((*_, after),) = await told(link)
    assert orjson.loads(after) == {"title": "x" + "€" * 170 + "…"}


async def test_what_changes_nothing_is_told_to_nobody(store: Store, link: Link) -> None:
    comment_id = (await store.submit(new_comment(repeat="again"), key("one"))).comment_id
    await store.decide(comment_id, replay=key("decide"))
    await store.undo(comment_id, replay=key("undo"))
    await store.decide(comment_id, "reject")
    await told(link)
    await store.submit(new_comment(repeat="again"), key("one"))
    await store.submit(new_comment(repeat="again"))
    await store.decide(comment_id, replay=key("decide"))
    await store.undo(comment_id, replay=key("undo"))
    await store.decide(comment_id, "reject")
    await store.release(comment_id)
    await store.release_all()
    await store.claim()
    for refused in (store.decide(comment_id, revision=1), store.submit(new_comment(parent_id="nobody"))):
        with pytest.raises(RequestError):
            await refused
    assert await told(link) == []


async def test_sites_tokens_and_policies_are_told_without_a_secret(link: Link) -> None:
    async def changed() -> list[tuple[str, str, str, object, object]]:
        found = await told(link, keys.CHANGES)
        return [(e[0], e[1], e[2], orjson.loads(e[5]), orjson.loads(e[6])) for e in found]

    await sites.create(link, Site("news", "News", created_ms=NOW), actor="root", now_ms=NOW)
    ((kinds, actor, subject, before, after),) = await changed()
    assert (kinds, actor, subject, before) == ("site_created", "root", "news", {})
    assert isinstance(after, dict)
    assert after["title"] == "News"

    await sites.change(link, "news", SiteChange("The News"), actor="root", now_ms=NOW)
    assert await changed() == [("site_changed", "root", "news", {"title": "News"}, {"title": "The News"})]
    await sites.change(link, "news", SiteChange("The News"), actor="root", now_ms=NOW)
    assert await changed() == []

    await policies.change(link, "news", lambda _: Policy(Mode.AUTO), PolicyAct(moderator("op"), NOW))
    ((kinds, actor, subject, before, after),) = await changed()
    assert (kinds, actor, subject) == ("policy_changed", "op", "news")
    assert isinstance(before, dict)
    assert before["policy"]["mode"] == "premoderate"
    assert isinstance(after, dict)
    assert after["policy"]["mode"] == "auto"

    roles, sites_of = frozenset({Role.OPERATOR}), frozenset({"news"})
    token = Token("t1", "Op", roles, sites_of, "m1", created_ms=NOW, expires_ms=None, digest="a digest")
    shown: dict[str, object] = {
        "role": "operator",
        "site": "news",
        "roles": ["operator"],
        "sites": ["news"],
        "name": "Op",
    }
    shown |= {"member_id": "m1", "created_ms": NOW, "expires_ms": None}
    member = Member("m1", "Olga", NOW)
    made = MadeToken(token, member, "a secret")
    await tokens.create(link, VAULT, made, NO_REPLAY, is_new_member=True, actor="root")
    await tokens.remove(link, "t1", actor="root", now_ms=NOW)
    assert await changed() == [
        ("member_created", "root", "m1", {}, {"name": "Olga", "created_ms": NOW}),
        ("token_created", "root", "t1", {}, shown),
        ("token_revoked", "root", "t1", shown, {}),
    ]

    await members.rename(link, member, "Olga K.", actor="root", now_ms=NOW)
    await members.remove(link, member, ["t1"], actor="root", now_ms=NOW)
    assert await changed() == [
        ("member_changed", "root", "m1", {"name": "Olga"}, {"name": "Olga K."}),
        ("member_revoked", "root", "m1", {"name": "Olga", "created_ms": NOW, "tokens": ["t1"]}, {}),
    ]


async def test_another_secret_is_told_without_a_trace_of_it(link: Link) -> None:
    await link.call("HSET", keys.INSTALLATION, "secret_check", "old check")
    for wrapped in (b"wrapped", b""):
        names = [keys.INSTALLATION, keys.CHANGES]
        await scripts.SWITCH_SECRET.run(link, names, "old check", "new check", wrapped, ROTATION, NOW)
    assert await told(link, keys.CHANGES) == [
        ("secret_replaced", ROTATION, "", "", None, "", "begun"),
        ("secret_replaced", ROTATION, "", "", None, "begun", "done"),
    ]


async def test_a_long_list_is_not_in_an_event(link: Link) -> None:
    origins = tuple(f"https://{n:060}.example" for n in range(1000))
    await sites.create(link, Site("news", allowed_origins=origins, created_ms=NOW), actor="root", now_ms=NOW)
    ((*_, after),) = await told(link, keys.CHANGES)
    assert orjson.loads(after)["allowed_origins"] is None
    with pytest.raises(SiteExistsError):
        await sites.create(link, Site("news"), actor="root", now_ms=NOW)
    assert await told(link, keys.CHANGES) == []


@pytest.mark.one_server("every script is used on one server")
async def test_no_event_has_what_a_reader_wrote(store: Store, link: Link) -> None:
    await use_every_script(store, link)
    for stream in (keys.events("default"), keys.CHANGES):
        entries = repr(await link.call("XRANGE", stream, "-", "+"))
        for secret in ("Comment ", "Ann", "sealed", "author-1"):
            assert secret not in entries


@pytest.mark.one_server("every script is used on one server")
async def test_every_event_has_the_same_fields_in_the_same_order(store: Store, link: Link) -> None:
    await use_every_script(store, link)
    for stream in (keys.events("default"), keys.CHANGES):
        for _, flat in await link.call("XRANGE", stream, "-", "+"):
            assert tuple(name.decode() for name in flat[::2]) == tuple(keys.EVENT_FIELDS.values())


@pytest.mark.one_server("what is looked at is what one server holds")
async def test_no_script_changes_anything_without_an_event(link: Link, every_redis_server: RedisServer) -> None:
    """And none tells of what did not change. The store is looked at before and after each script."""
    watching = WatchingLink(link, every_redis_server)
    await use_every_script(Store(watching), watching)
    expired = Store(watching, site_in(Mode.PREMODERATE), NOW + 10 * LEASE)
    comment_id = (await expired.submit()).comment_id
    for by in ("ann", "bob"):
        expired.now += 2 * LEASE
        await expired.claim(by)
    await expired.release(comment_id, "bob")
    kinds: defaultdict[str, set[str]] = defaultdict(set)
    for name, found in watching.told:
        kinds[name] |= {kind for event in found for kind in event.kinds}
    assert {name for name in LUA if not kinds[name]} == set(TELLS_NOTHING) | READING
    assert set().union(*kinds.values()) == set(EventKind) - {*RECORD_KINDS} | {CHANGE.kind}


RECORD_KINDS = [kind for kind in EventKind if kind.startswith(("site_", "token_revoked", "member_changed"))]
"""An argument of `change_registry`: the others are written in scripts."""
READING = {name for name, code in LUA.items() if "no-writes" in code.partition("\n")[0]}


def test_every_script_that_writes_tells_of_it_or_says_why_not() -> None:
    for name, code in LUA.items():
        includes = re.search(r"^-- include: (.+)$", code, re.MULTILINE)
        included = includes[1].split() if includes is not None else []
        is_telling = "event" in included
        if name in READING:
            assert not WRITING.search(code), name
        elif name in TELLS_NOTHING:
            assert not is_telling, f"{name} is no exception"
        else:
            assert is_telling, name
            parts = (LIBRARY[part] for part in included if part != "event")
            assert any("emit(" in part or "emit_thread_changed(" in part for part in (code, *parts)), name


def test_events_are_written_in_one_place() -> None:
    for code in (*LUA.values(), *LIBRARY.values()):
        assert set(re.findall(r"'XADD', ([a-z_.]+)", code)) <= {
            "stream",
            "dead_letters",
            "series_key",
            "keys.turned_down",
        }
    told = OF_COMMENTS | OF_RECORDS | OF_AUTHORS | OF_BULKS | OF_LOGS | OF_SESSIONS
    assert told | {"thread_changed", "author_looked_up", "email_shown"} == set(EventKind)


@pytest.mark.parametrize("kind", sorted(EventKind))
def test_every_kind_of_event_is_told_by_a_script_or_named_by_a_change_of_a_record(kind: str) -> None:
    code = "\n".join((*LUA.values(), *LIBRARY.values()))
    assert bool(re.search(f"' ?{kind}'", code)) is (kind not in RECORD_KINDS)


def test_the_table_of_kinds_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| ([a-z_, ]+) \| ", event.__doc__ or "", re.MULTILINE)
    told = [kind for row in rows for kind in row.split(", ") if kind != "kind"]
    assert sorted(told) == sorted(EventKind)


def test_events_of_older_versions_can_be_read() -> None:
    flat = [b"event", b"decided", b"comment_id", b"c1", b"thread", b"a", b"state", b"spam", b"at_ms", b"1770000000000"]
    decided = Event("1770000000001-0", ("decided",), "", NOW, subject="c1", thread="a", after="spam")
    assert unpack_event(b"1770000000001-0", flat) == decided
    claimed = Event("1-0", ("claimed",), "", NOW, subject="c1")
    flat = [b"event", b"claimed", b"comment_id", b"c1", b"at_ms", b"1770000000000"]
    assert unpack_event(b"1-0", flat) == claimed
    assert unpack_event(b"7-1", [b"member", b"t1"]) == Event("7-1", (), "", 7, subject="t1")


@pytest.mark.parametrize("flat", [[], [b"k", b""], [b"k", b"decided", b"m", b"late"], [b"k", b"\xff"], [b"x", b"y"]])
def test_what_is_no_event_of_ours_is_refused(flat: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack_event(b"1-0", flat)


async def test_what_is_not_sealed_is_kept_however_much_it_is(store: Store, link: Link) -> None:
    stream = keys.events("default")
    await add_events(link, stream, [("*", 1)] * 12_000)
    await store.submit()
    assert await link.call("XLEN", stream) == 12_001


async def test_a_submission_that_is_refused_is_told_to_nobody(store: Store, link: Link) -> None:
    limited = Policy(reader_rate=Policy().reader_rate)
    store.site = Site("default", policy=limited)
    for _ in range(limited.reader_rate.burst):
        await store.submit(new_comment(reader="r"))
    await told(link)
    with pytest.raises(RateLimitedError):
        await store.submit(new_comment(reader="r"))
    assert await told(link) == []


async def test_a_repair_is_told_with_the_faults_and_with_what_it_did(store: Store, link: Link) -> None:
    queue, thread = keys.queue_keys("default"), keys.thread_keys("default", "article-1")

    async def repaired(comment_id: str) -> list[Told]:
        (examined,) = await examination.examine(link, "default", [comment_id])
        await told(link)
        assert await examination.repair(link, "default", comment_id, home=examined.home, now_ms=NOW) == ()
        return await told(link)

    published, held = [(await store.submit()).comment_id for _ in range(2)]
    await store.decide(published)
    await link.call("ZREM", thread.published, published)
    assert await repaired(published) == [
        ("repaired published", DOCTOR, published, "article-1", 2, "publication", ""),
    ]
    await link.call("ZREM", queue.queue, held)
    await link.call("HSET", queue.holders, held, "ann\nAnn")
    assert await repaired(held) == [
        ("repaired entered", DOCTOR, held, "article-1", 1, "queue claim", ""),
        ("released", DOCTOR, held, "", None, "ann", ""),
    ]
    await link.call("ZADD", queue.queue, NOW, published)
    assert (await repaired(published))[0][5:] == ("queue", "")
    assert await repaired(published) == []
