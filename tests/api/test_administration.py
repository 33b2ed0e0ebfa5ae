"""Sites and tokens: made, listed, changed, revoked."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Thread
from typing import Any

import pytest

from schemas.administration import SiteSchema, SitesSchema
from schemas.tokens import MadeTokenSchema, TokenSchema, TokensSchema
from tests.api.client import Api, Site, make_token
from tests.servers import wait_until


class TestSites:
    def test_a_site_is_made_listed_read_and_changed(self, admin: Api, site: Site) -> None:
        name = f"{site.name}-second"
        wanted = {
            "site": name,
            "title": "The Harbour News",
            "public_submission": True,
            "allowed_origins": ["https://news.example", "http://localhost:8000"],
            "language": "pt-BR",
            "waiting_target_minutes": 30,
        }
        reply = admin.post("/v1/sites", wanted)
        made = reply.fits(SiteSchema, 201)
        assert made == wanted | {"created_at": made["created_at"]}
        assert reply.headers["location"] == f"/v1/sites/{name}"
        assert admin.get(f"/v1/sites/{name}").fits(SiteSchema) == made
        assert made in admin.get("/v1/sites").fits(SitesSchema)["sites"]
        wanted = {"title": "The News", "allowed_origins": [], "language": "de"}
        changed = admin.patch(f"/v1/sites/{name}", wanted).fits(SiteSchema)
        assert changed == made | wanted
        assert admin.patch(f"/v1/sites/{name}", {}).json == changed
        assert admin.get(f"/v1/sites/{name}").json == changed

    def test_the_default_site_is_there_from_the_start(self, admin: Api) -> None:
        assert admin.get("/v1/sites/default").fits(SiteSchema)["public_submission"] is False

    def test_only_its_name_is_needed(self, admin: Api, site: Site) -> None:
        made = admin.post("/v1/sites", {"site": f"{site.name}-bare"}).fits(SiteSchema, 201)
        assert (made["title"], made["public_submission"], made["allowed_origins"]) == ("", False, [])
        assert made["language"] == "en"

    def test_a_target_is_set_kept_and_taken_away(self, admin: Api, site: Site) -> None:
        assert admin.get(site.path).json["waiting_target_minutes"] is None
        assert admin.patch(site.path, {"waiting_target_minutes": 45}).json["waiting_target_minutes"] == 45
        assert admin.patch(site.path, {"title": "Other"}).json["waiting_target_minutes"] == 45
        assert admin.patch(site.path, {"waiting_target_minutes": None}).json["waiting_target_minutes"] is None

    @pytest.mark.parametrize("target", [0, 10_081, 1.5, "30", True])
    def test_what_is_no_target_is_refused(self, admin: Api, site: Site, target: object) -> None:
        wanted = {"waiting_target_minutes": target}
        admin.patch(site.path, wanted).refuses(422, "invalid_fields", "waiting_target_minutes")

    @pytest.mark.parametrize(
        ("given", "kept"),
        [("de", "de"), ("DE-ch", "de-CH"), ("zh-hANT-tw", "zh-Hant-TW"), ("es-419", "es-419"), ("tlh", "tlh")],
    )
    def test_a_language_is_kept_as_its_tag_is_usually_written(
        self, admin: Api, site: Site, given: str, kept: str
    ) -> None:
        assert admin.patch(site.path, {"language": given}).json["language"] == kept
        assert admin.get(site.path).json["language"] == kept

    @pytest.mark.parametrize(
        "language",
        [
            "",
            "d",
            "de_DE",
            "de-",
            "-de",
            "two words",
            "de\n",
            "x-own",
            "de--CH",
            "a" * 9,
            "de" + "-a" * 17,
            "dé",
            None,
            5,
        ],
    )
    def test_what_is_no_language_tag_is_refused(self, admin: Api, site: Site, language: object) -> None:
        admin.patch(site.path, {"language": language}).refuses(422, "invalid_fields", "language")
        assert admin.get(site.path).json["language"] == "en"

    def test_a_name_is_taken_once(self, admin: Api, site: Site) -> None:
        before = admin.get(site.path).json
        admin.post("/v1/sites", {"site": site.name, "title": "Mine now"}).refuses(409, "site_exists")
        assert admin.get(site.path).json == before

    def test_of_many_that_make_it_at_once_one_does(self, admin: Api, site: Site) -> None:
        statuses: list[int] = []
        wanted = {"site": f"{site.name}-race"}
        threads = [Thread(target=lambda: statuses.append(admin.post("/v1/sites", wanted).status)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(statuses) == [201] + [409] * 7

    def test_changes_at_once_of_different_things_are_all_kept(self, admin: Api, site: Site) -> None:
        for number in range(8):
            policy = {"mode": "auto", "site_burst": number + 1}
            threads = [
                Thread(target=admin.patch, args=(site.path, {"title": f"Title {number}"})),
                Thread(target=site.operator.put, args=(site.path + "/policy", policy)),
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert admin.get(site.path).json["title"] == f"Title {number}"
            assert site.operator.get(site.path + "/policy").json["site_burst"] == number + 1

    @pytest.mark.parametrize(
        "name", ["", "A", "a b", "a_b", "a/b", "{default}", "a" * 65, "a\n", "caf\u00e9", "..", "a.b", None, 5]
    )
    def test_a_name_that_is_no_name_is_refused(self, admin: Api, name: object) -> None:
        admin.post("/v1/sites", {"site": name}).refuses(422, "invalid_fields", "site")

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({"title": "t" * 201}, ["title"]),
            ({"title": "\u200b\x00", "public_submission": "yes"}, ["public_submission", "title"]),
            ({"public_submission": 1}, ["public_submission"]),
            ({"allowed_origins": "https://news.example"}, ["allowed_origins"]),
            ({"allowed_origins": None}, ["allowed_origins"]),
            ({"allowed_origins": ["https://a.example"] * 101}, ["allowed_origins"]),
            (
                {
                    "allowed_origins": [
                        "https://ok.example",
                        "*",
                        "null",
                        "ftp://a.example",
                        "https://a.example/path",
                        5,
                    ]
                },
                [
                    "allowed_origins.1",
                    "allowed_origins.2",
                    "allowed_origins.3",
                    "allowed_origins.4",
                    "allowed_origins.5",
                ],
            ),
            ({"policy": {}}, ["policy"]),
            ({"created_at": "2020-01-01T00:00:00Z"}, ["created_at"]),
            ([], ["_body"]),
        ],
    )
    def test_a_wrong_field_is_named_and_nothing_changes(
        self, admin: Api, site: Site, wrong: Any, named: list[str]
    ) -> None:
        before = admin.get(site.path).json
        admin.patch(site.path, wrong).refuses(422, "invalid_fields", *named)
        assert admin.get(site.path).json == before
        if isinstance(wrong, dict):
            admin.post("/v1/sites", wrong).refuses(422, "invalid_fields", "site", *named)

    def test_the_installations_own_name_is_no_site(self, admin: Api) -> None:
        admin.post("/v1/sites", {"site": "commentdesk"}).refuses(422, "invalid_fields", "site")
        assert admin.post("/v1/sites", {"site": "commentdesk-2"}).status == 201

    def test_a_site_keeps_its_name(self, admin: Api, site: Site) -> None:
        admin.patch(site.path, {"site": "another"}).refuses(422, "invalid_fields", "site")

    @pytest.mark.parametrize("name", ["no-such-site", "..", "%2F", "%00", "Default", "x" * 300])
    def test_an_unknown_site_is_not_found(self, admin: Api, name: str) -> None:
        admin.get(f"/v1/sites/{name}").refuses(404, "site_not_found")
        admin.patch(f"/v1/sites/{name}", {"title": "T"}).refuses(404, "site_not_found")


class TestTokens:
    @pytest.mark.parametrize("role", ["website", "moderator", "operator", "admin"])
    def test_a_token_is_shown_once(self, admin: Api, site: Site, role: str) -> None:
        of_site = None if role == "admin" else site.name
        reply = admin.post("/v1/tokens", {"role": role, "site": of_site, "name": "Ann"})
        made = reply.fits(MadeTokenSchema, 201)
        assert (made["role"], made["site"], made["name"], made["expires_at"]) == (role, of_site, "Ann", None)
        assert reply.headers["location"] == f"/v1/tokens/{made['token_id']}"
        token = made.pop("token")
        assert len(token) >= 32
        assert made.pop("sign_in_link") is None
        listed = admin.get("/v1/tokens")
        assert made in listed.fits(TokensSchema)["tokens"]
        assert token not in listed.body.decode()
        assert TokenSchema().validate(made) == {}

    def test_a_revoked_token_ends_at_once(self, admin: Api, site: Site) -> None:
        made = make_token(admin, "moderator", site.name)
        holder = Api(admin.url, made["token"])
        assert holder.get(site.path + "/queue").status == 200
        path = f"/v1/tokens/{made['token_id']}"
        reply = admin.delete(path)
        assert (reply.status, reply.body) == (204, b"")
        holder.get(site.path + "/queue").refuses(401, "unauthenticated")
        admin.delete(path).refuses(404, "token_not_found")
        assert made["token_id"] not in admin.get("/v1/tokens").body.decode()

    def test_the_administrators_own_token_cannot_be_revoked(self, admin: Api) -> None:
        admin.delete("/v1/tokens/admin").refuses(404, "token_not_found")
        assert admin.get("/v1/tokens").status == 200

    @pytest.mark.parametrize("token_id", ["x", "..", "%00", "%2F", "%FF", "t" * 300])
    def test_an_unknown_token_is_not_found(self, admin: Api, token_id: str) -> None:
        admin.delete(f"/v1/tokens/{token_id}").refuses(404, "token_not_found")

    def test_a_token_ends_when_it_expires(self, admin: Api, site: Site) -> None:
        soon = datetime.now(UTC) + timedelta(seconds=2)
        made = make_token(admin, "website", site.name, expires_at=soon.isoformat())
        holder = Api(admin.url, made["token"])
        wait_until(lambda: holder.get(site.thread()).status == 401, "the token to expire", 30)
        assert datetime.now(UTC) >= datetime.fromisoformat(made["expires_at"])
        holder.get(site.thread()).refuses(401, "unauthenticated")

    def test_a_token_that_has_not_expired_is_good(self, admin: Api, site: Site) -> None:
        later = "2099-12-31T23:30:00+02:00"
        made = make_token(admin, "moderator", site.name, expires_at=later)
        assert made["expires_at"] == "2099-12-31T21:30:00.000Z"
        assert Api(admin.url, made["token"]).get(site.path + "/queue").status == 200

    def test_another_admin_is_an_admin(self, admin: Api, site: Site) -> None:
        other = Api(admin.url, make_token(admin, "admin", None)["token"])
        assert other.get("/v1/tokens").status == other.get(site.path + "/queue").status == 200

    @pytest.mark.parametrize(
        ("wrong", "named"),
        [
            ({}, ["name", "role"]),
            ({"role": "reader", "name": "x"}, ["role"]),
            ({"role": "moderator", "name": "x"}, ["site"]),
            ({"role": "moderator", "name": "x", "site": None}, ["site"]),
            ({"role": "moderator", "name": "x", "site": "NO"}, ["site"]),
            ({"role": "admin", "name": "x", "site": "default"}, ["site"]),
            ({"role": "admin", "name": ""}, ["name"]),
            ({"role": "admin", "name": "\u200b\n"}, ["name"]),
            ({"role": "admin", "name": "n" * 101}, ["name"]),
            ({"role": "admin", "name": "x", "expires_at": "tomorrow"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": "2099-01-01T00:00:00"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": "0001-01-01T00:00:00+23:00"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": "9999-12-31T23:59:59-23:00"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": "1970-01-01T00:00:00Z"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": "2020-01-01T00:00:00Z"}, ["expires_at"]),
            ({"role": "admin", "name": "x", "expires_at": 1893456000}, ["expires_at"]),
            ({"role": "admin", "name": "x", "token": "cd_of-my-own"}, ["token"]),
            ([], ["_body"]),
        ],
    )
    def test_a_wrong_field_is_named_and_no_token_made(self, admin: Api, wrong: Any, named: list[str]) -> None:
        before = admin.get("/v1/tokens").json
        admin.post("/v1/tokens", wrong).refuses(422, "invalid_fields", *named)
        assert admin.get("/v1/tokens").json == before

    def test_a_token_for_an_unknown_site_is_not_made(self, admin: Api) -> None:
        wanted = {"role": "moderator", "site": "no-such-site", "name": "x"}
        admin.post("/v1/tokens", wanted).refuses(404, "site_not_found")


class TestWhoIsLetIn:
    def test_the_word_bearer_may_be_spelt_in_any_case(self, site: Site) -> None:
        for scheme in ("bearer", "BEARER", "Bearer  "):
            headers = {"Authorization": f"{scheme} {site.moderator.token}"}
            assert site.anyone.ask("GET", site.path + "/queue", headers=headers).status == 200

    @pytest.mark.parametrize(
        "header",
        [
            "",
            "Bearer",
            "Bearer ",
            "Basic {}",
            "{}",
            "Bearer {}x",
            "Bearer x{}",
            "Bearer {} {}",
            "Bearer, {}",
            "Token {}",
        ],
    )
    def test_anything_else_is_no_token(self, site: Site, header: str) -> None:
        headers = {"Authorization": header.replace("{}", str(site.moderator.token))}
        reply = site.anyone.ask("GET", site.path + "/queue", headers=headers)
        reply.refuses(401, "unauthenticated")
        assert reply.headers["www-authenticate"] == "Bearer"

    def test_a_token_in_bytes_that_are_no_text_is_no_token(self, site: Site) -> None:
        head = f"GET {site.path}/queue HTTP/1.1\r\nHost: h\r\nConnection: close\r\nAuthorization: Bearer ".encode()
        (reply,) = site.anyone.send_bytes(head + b"cd_\xff\xfe\r\n\r\n")
        reply.refuses(401, "unauthenticated")

    def test_a_wrong_token_is_not_taken_for_a_reader(self, new_site: Callable[..., Site]) -> None:
        site = new_site(public_submission=True)
        wrong = Api(site.anyone.url, "cd_wrong")
        wrong.post(site.comments(), {}).refuses(401, "unauthenticated")
        site.moderator.post(site.comments(), {}).refuses(403, "forbidden")
