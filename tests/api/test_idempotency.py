"""Idempotency-Key: the same again gives the first answer, another body is refused, and no two senders' keys meet."""

from collections.abc import Callable
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import pytest

from schemas.tokens import MadeTokenSchema
from tests.api.client import Api, Reply, Site, submission
from tests.servers import ServiceProcess

REUSED = (422, "idempotency_key_reused")


def same(first: Reply, again: Reply) -> bool:
    return (first.status, first.body) == (again.status, again.body)


class TestSubmissions:
    def test_the_first_answer_again(self, site: Site) -> None:
        sent = submission()
        first = site.website.post(site.comments(), sent, key="k1")
        site.decide(first.json["comment_id"], "approve")
        again = site.website.post(site.comments(), sent, key="k1")
        assert same(first, again)
        assert again.headers["location"] == first.headers["location"]
        assert site.website.get(site.thread()).json["counts"]["published"] == 1

    def test_another_body_is_refused(self, site: Site) -> None:
        sent = submission()
        site.website.post(site.comments(), sent, key="k1")
        site.website.post(site.comments(), sent | {"name": "Another"}, key="k1").refuses(*REUSED)
        assert site.queue()["total"] == 1

    def test_another_key_is_another_submission(self, site: Site) -> None:
        ids = {
            site.website.post(site.comments(), submission(), key=key).json["comment_id"] for key in ("k1", "k2", "K1")
        }
        assert len(ids) == 3

    def test_what_was_refused_may_be_corrected(self, site: Site) -> None:
        site.website.post(site.comments(), submission(name=""), key="k1").refuses(422, "invalid_fields", "name")
        site.website.put(site.thread(), {"closed": True})
        site.website.post(site.comments(), submission(), key="k1").refuses(409, "thread_closed")
        site.website.put(site.thread(), {"closed": False})
        assert site.website.post(site.comments(), submission(), key="k1").status == 202

    def test_a_closed_thread_still_gives_the_first_answer(self, site: Site) -> None:
        sent = submission()
        first = site.website.post(site.comments(), sent, key="k1")
        site.website.put(site.thread(), {"closed": True})
        assert same(first, site.website.post(site.comments(), sent, key="k1"))

    def test_of_many_at_once_one_is_written(self, site: Site) -> None:
        sent = submission()
        replies: list[Reply] = []
        threads = [
            Thread(target=lambda: replies.append(site.website.post(site.comments(), sent, key="k1"))) for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({reply.body for reply in replies}) == 1
        assert site.queue()["total"] == 1

    def test_the_keys_of_two_senders_threads_and_sites_do_not_meet(
        self, site: Site, new_site: Callable[..., Site]
    ) -> None:
        other = new_site()
        second = site.token("website")
        sends: list[tuple[Api, str]] = [
            (site.website, site.comments()),
            (second, site.comments()),
            (site.admin, site.comments()),
            (site.website, site.comments("t2")),
            (other.website, other.comments()),
        ]
        ids = {sender.post(path, submission(), key="k1").json["comment_id"] for sender, path in sends}
        assert len(ids) == len(sends)

    def test_a_form_goes_the_same_way_back(self, site: Site) -> None:
        raw = urlencode(submission()).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": "k1"}
        site.website.put(site.thread(), {"url": "https://news.example/h"})
        first, again = (site.website.ask("POST", site.comments(), raw=raw, headers=headers) for _ in range(2))
        assert first.status == 303
        assert first.headers["location"] == again.headers["location"]

    @pytest.mark.parametrize("key", ["", "k" * 256, "caf\u00e9", "tab\there"])
    def test_a_key_that_is_no_key_is_refused(self, site: Site, key: str) -> None:
        reply = site.website.post(site.comments(), submission(), key=key)
        reply.refuses(422, "invalid_fields", "Idempotency-Key")
        assert site.queue()["total"] == 0

    @pytest.mark.parametrize("key", ["k", "k" * 255, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~", "0"])
    def test_any_other_is_taken(self, site: Site, key: str) -> None:
        sent = submission()
        assert same(*(site.website.post(site.comments(), sent, key=key) for _ in range(2)))

    def test_an_answer_to_a_reader_is_not_for_another(self, make_service: Callable[..., ServiceProcess]) -> None:
        service = make_service(settings={"COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1"})
        service.start()
        Api(service.url, service.admin_token).patch("/v1/sites/default", {"public_submission": True})
        path = "/v1/sites/default/threads/t1/comments"

        def send(address: str, content: Any) -> Reply:
            headers = {"Idempotency-Key": "1", "X-Forwarded-For": address}
            return Api(service.url).ask("POST", path, content, headers=headers)

        sent = submission()
        first = send("192.0.2.1", sent)
        assert same(first, send("192.0.2.1", sent))
        assert send("192.0.2.2", submission()).json["comment_id"] != first.json["comment_id"]

    def test_a_strangers_key_is_no_concern_of_his_neighbours(self, new_site: Callable[..., Site]) -> None:
        """All behind one address, or behind a proxy that is not listed, are one reader: none learns of another's."""
        site = new_site(public_submission=True)
        path, sent = site.comments(), submission()
        first = site.anyone.post(path, sent, key="1")
        second = site.anyone.post(path, submission(), key="1")
        assert (first.status, second.status) == (202, 202)
        assert second.json["comment_id"] != first.json["comment_id"]
        assert same(first, site.anyone.post(path, sent, key="1"))


class TestModeration:
    def test_a_decision_is_answered_as_at_first(self, site: Site) -> None:
        comment_id = site.submit()
        path = site.comment(comment_id) + "/decisions"
        first = site.moderator.post(path, {"decision": "approve"}, key="k1")
        site.undo(comment_id)
        again = site.moderator.post(path, {"decision": "approve"}, key="k1")
        assert same(first, again)
        assert site.read_full(comment_id)["state"] == "held"
        site.moderator.post(path, {"decision": "spam"}, key="k1").refuses(*REUSED)
        assert site.token("moderator").post(path, {"decision": "spam"}, key="k1").json["state"] == "spam"

    def test_an_undo_is_done_once(self, site: Site) -> None:
        comment_id = site.submit()
        site.decide(comment_id, "approve")
        site.decide(comment_id, "spam")
        path = site.comment(comment_id) + "/undo"
        first = site.moderator.post(path, {}, key="k1")
        assert same(first, site.moderator.post(path, {}, key="k1"))
        assert site.read_full(comment_id)["state"] == "published"
        site.moderator.post(path, {"revision": 9}, key="k1").refuses(*REUSED)

    def test_a_claim_is_made_once(self, site: Site) -> None:
        made = [site.submit() for _ in range(4)]
        first, again = (site.moderator.post(site.path + "/claims", {"limit": 2}, key="k1") for _ in range(2))
        assert [c["comment_id"] for c in first.json["comments"]] == made[:2]
        assert again.json == first.json
        site.moderator.post(site.path + "/claims", {"limit": 3}, key="k1").refuses(*REUSED)
        other = site.token("moderator").post(site.path + "/claims", {"limit": 2}, key="k1")
        assert [c["comment_id"] for c in other.json["comments"]] == made[2:]

    def test_decisions_in_bulk_are_answered_as_at_first(self, site: Site) -> None:
        made = [site.submit() for _ in range(3)]
        content = {"decisions": [{"comment_id": comment_id, "decision": "approve"} for comment_id in made]}
        first = site.moderator.post(site.path + "/decisions", content, key="k1")
        for comment_id in made:
            site.undo(comment_id)
        assert same(first, site.moderator.post(site.path + "/decisions", content, key="k1"))
        assert site.queue()["total"] == 3

    def test_another_body_of_decisions_in_bulk_is_refused_whole(self, site: Site) -> None:
        first, second, third = (site.submit() for _ in range(3))
        path = site.path + "/decisions"
        site.moderator.post(path, {"decisions": [{"comment_id": first, "decision": "approve"}]}, key="k1")
        others = [{"comment_id": each, "decision": "spam"} for each in (second, third)]
        site.moderator.post(path, {"decisions": others}, key="k1").refuses(*REUSED)
        assert [c["comment_id"] for c in site.queue()["comments"]] == [second, third]


class TestAdministration:
    def test_a_token_is_made_once(self, admin: Api, site: Site) -> None:
        wanted = {"role": "moderator", "site": site.name, "name": f"once on {site.name}"}
        first, again = (admin.post("/v1/tokens", wanted, key=site.name) for _ in range(2))
        assert first.fits(MadeTokenSchema, 201) == again.json
        names = [token["name"] for token in admin.get("/v1/tokens").json["tokens"]]
        assert names.count(wanted["name"]) == 1
        assert Api(admin.url, again.json["token"]).get(site.path + "/queue").status == 200
        admin.post("/v1/tokens", wanted | {"name": "another"}, key=site.name).refuses(*REUSED)

    def test_the_answer_to_one_administrator_is_not_for_another(self, admin: Api, site: Site) -> None:
        wanted = {"role": "admin", "name": f"admin for {site.name}"}
        other = Api(admin.url, admin.post("/v1/tokens", wanted, key=site.name).json["token"])
        assert other.post("/v1/tokens", wanted, key=site.name).json["token"] != other.token

    def test_a_site_is_made_once(self, admin: Api, site: Site) -> None:
        wanted = {"site": f"{site.name}-once"}
        first, again = (admin.post("/v1/sites", wanted, key=site.name) for _ in range(2))
        assert first.status == 201
        assert same(first, again)
        admin.post("/v1/sites", wanted | {"title": "T"}, key=site.name).refuses(*REUSED)
        admin.post("/v1/sites", wanted).refuses(409, "site_exists")
