"""The settings: their defaults, each mistake, and all of them in one message."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from schemas.settings import PREFIX, SettingsSchema
from service.domain.site import Audience
from service.errors import StartError
from service.platform.kept_secret import kept_secret
from service.settings import read_settings

SECRET = "a-secret-of-many-characters"


def mistakes(environment: dict[str, str]) -> dict[str, str]:
    """What the one message says of each variable."""
    with pytest.raises(StartError) as caught:
        read_settings(environment)
    head, *lines = str(caught.value).split("\n")
    assert head == "The settings are not valid:"
    found = dict(line.strip().split(": ", 1) for line in lines)
    assert len(found) == len(lines)
    return found


def test_nothing_needs_to_be_set() -> None:
    settings = read_settings({"PATH": "/bin", "HOME": "/root", "commentdesk_port": "x"})
    assert (settings.host, settings.port, settings.redis_url) == ("127.0.0.1", 8080, None)
    assert settings.data_dir == Path(".commentdesk")
    assert (settings.admin_token, settings.secret_key, settings.metrics_token) == (None, None, None)
    assert (settings.trusted_proxies, settings.demo, settings.log_level) == ((), Audience.LOCAL, "info")
    assert settings.hosts == frozenset()


def test_everything_can_be_set() -> None:
    settings = read_settings(
        {
            "COMMENTDESK_HOST": "::1",
            "COMMENTDESK_PORT": "0",
            "COMMENTDESK_REDIS_URL": "rediss://user:secret@redis.example:6380/2",
            "COMMENTDESK_DATA_DIR": "/var/lib/commentdesk",
            "COMMENTDESK_ADMIN_TOKEN": SECRET,
            "COMMENTDESK_SECRET_KEY": SECRET + "-2",
            "COMMENTDESK_METRICS_TOKEN": SECRET + "-3",
            "COMMENTDESK_TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,2001:db8::/32",
            "COMMENTDESK_HOSTS": "Desk.example, comments.news.example,[2001:db8::7],",
            "COMMENTDESK_DEMO": "false",
            "COMMENTDESK_LOG_LEVEL": "debug",
        }
    )
    assert (settings.host, settings.port) == ("::1", 0)
    assert settings.redis_url == "rediss://user:secret@redis.example:6380/2"
    assert settings.data_dir == Path("/var/lib/commentdesk")
    assert (settings.admin_token, settings.secret_key, settings.metrics_token) == (SECRET, SECRET + "-2", SECRET + "-3")
    networks = ("127.0.0.1/32", "10.0.0.0/8", "2001:db8::/32")
    assert settings.trusted_proxies == tuple(map(ip_network, networks))
    assert (settings.demo, settings.log_level) == (Audience.NOBODY, "debug")
    assert settings.hosts == {"desk.example", "comments.news.example", "2001:db8::7"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", ""),
        ("PORT", "80.5"),
        ("REDIS_URL", ""),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost:6379"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://two words"),
        ("DATA_DIR", ""),
        ("ADMIN_TOKEN", "short"),
        ("SECRET_KEY", ""),
        ("METRICS_TOKEN", "fifteen-letters"),
        ("TRUSTED_PROXIES", "everyone"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,,127.0.0.1"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("HOSTS", "https://desk.example"),
        ("HOSTS", "desk.example:8080"),
        ("HOSTS", "desk.example/"),
        ("HOSTS", "*"),
        ("HOSTS", "two words"),
        ("DEMO", "perhaps"),
        ("LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    assert set(mistakes({PREFIX + name: value})) == {PREFIX + name}


@pytest.mark.parametrize("name", ["PROT", "REDIS", "", "ADMIN_TOKENS", "NO_SUCH_FILE", "_FILE", "FILE"])
def test_an_unknown_variable_is_named(name: str) -> None:
    assert mistakes({PREFIX + name: "x"}) == {PREFIX + name: "There is no such setting."}


@pytest.mark.parametrize(
    ("value", "audience"),
    [("local", Audience.LOCAL), ("true", Audience.ANYONE), ("1", Audience.ANYONE), ("on", Audience.ANYONE)]
    + [(value, Audience.NOBODY) for value in ("false", "0", "off", "no", "False")],
)
def test_the_demo_is_for_this_machine_for_anyone_or_for_nobody(value: str, audience: Audience) -> None:
    assert read_settings({"COMMENTDESK_DEMO": value}).demo is audience


def test_every_mistake_is_in_one_message(tmp_path: Path) -> None:
    found = mistakes(
        {
            "COMMENTDESK_PORT": "x",
            "COMMENTDESK_REDIS_URL": "x",
            "COMMENTDESK_ADMIN_TOKEN": "x",
            "COMMENTDESK_LOG_LEVEL": "x",
            "COMMENTDESK_UNKNOWN": "x",
            "COMMENTDESK_SECRET_KEY_FILE": str(tmp_path / "missing"),
        }
    )
    names = "PORT REDIS_URL ADMIN_TOKEN LOG_LEVEL UNKNOWN SECRET_KEY_FILE"
    assert set(found) == {PREFIX + name for name in names.split()}


def test_no_message_holds_a_secret() -> None:
    with pytest.raises(StartError) as caught:
        read_settings({"COMMENTDESK_ADMIN_TOKEN": "hunter2", "COMMENTDESK_REDIS_URL": "//:hunter2@h"})
    assert "hunter2" not in str(caught.value)


class TestFiles:
    def test_a_secret_is_read_from_a_file_without_its_last_newline(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(SECRET + "\n")
        assert read_settings({"COMMENTDESK_ADMIN_TOKEN_FILE": str(file)}).admin_token == SECRET

    def test_every_setting_can_come_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "port"
        file.write_text("1234")
        assert read_settings({"COMMENTDESK_PORT_FILE": str(file)}).port == 1234

    def test_what_is_in_it_is_checked(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text("short")
        assert set(mistakes({"COMMENTDESK_ADMIN_TOKEN_FILE": str(file)})) == {"COMMENTDESK_ADMIN_TOKEN"}

    def test_both_ways_at_once_are_a_mistake(self, tmp_path: Path) -> None:
        file = tmp_path / "token"
        file.write_text(SECRET)
        both = {"COMMENTDESK_ADMIN_TOKEN_FILE": str(file), "COMMENTDESK_ADMIN_TOKEN": SECRET}
        for environment in (both, dict(reversed(both.items()))):
            assert mistakes(environment) == {"COMMENTDESK_ADMIN_TOKEN": "Set both directly and by file."}

    @pytest.mark.parametrize("content", [None, b"\xff\xfe"])
    def test_a_file_that_cannot_be_read_is_a_mistake(self, tmp_path: Path, content: bytes | None) -> None:
        file = tmp_path / "token"
        if content is not None:
            file.write_bytes(content)
        found = mistakes({"COMMENTDESK_SECRET_KEY_FILE": str(file)})
        assert found["COMMENTDESK_SECRET_KEY_FILE"].startswith("Cannot be read: ")
        assert set(mistakes({"COMMENTDESK_SECRET_KEY_FILE": str(tmp_path)})) == {"COMMENTDESK_SECRET_KEY_FILE"}

    def test_a_made_secret_stays_the_same_and_is_its_owners_alone(self, tmp_path: Path) -> None:
        made = kept_secret(tmp_path, "admin-token", "cd_")
        assert made.startswith("cd_")
        assert len(made) > 40
        assert kept_secret(tmp_path, "admin-token", "cd_") == made
        assert (tmp_path / "admin-token").stat().st_mode & 0o777 == 0o600
        assert [path.name for path in tmp_path.iterdir()] == ["admin-token"]


def test_every_setting_is_described() -> None:
    for name, field in SettingsSchema().fields.items():
        assert field.metadata["description"], name
