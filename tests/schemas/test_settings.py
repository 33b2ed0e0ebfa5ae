"""The settings: their defaults, each mistake, and all of them in one message."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from schemas.settings import PREFIX, SettingsSchema
from service.commands.secret import secret_in
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
        ("HOST", "http://127.0.0.1"),
        ("HOST", "127.0.0.1:8080"),
        ("HOST", "[::1]:8080"),
        ("HOST", "two words"),
        ("HOST", "*"),
        ("PORT", "eighty"),
        ("PORT", "-1"),
        ("PORT", "65536"),
        ("PORT", "80.5"),
        ("REDIS_URL", "localhost:6379"),
        ("REDIS_URL", "http://localhost:6379"),
        ("REDIS_URL", "redis://"),
        ("REDIS_URL", "redis://two words"),
        ("ADMIN_TOKEN", "short"),
        ("METRICS_TOKEN", "fifteen-letters"),
        ("TRUSTED_PROXIES", "everyone"),
        ("TRUSTED_PROXIES", "10.0.0.0/33"),
        ("TRUSTED_PROXIES", "10.0.0.0/8 127.0.0.1"),
        ("PUBLIC_URL", "news.example/comments"),
        ("PUBLIC_URL", "ftp://news.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://user@news.example"),
        ("PUBLIC_URL", "https://news.example/comments?a=b"),
        ("PUBLIC_URL", "https://news.example/comments#a"),
        ("PUBLIC_URL", "https://news.example/a//b"),
        ("PUBLIC_URL", "https://news.example/../a"),
        ("PUBLIC_URL", "https://news.example:0"),
        ("PUBLIC_URL", "https://news.example/two words"),
        ("PUBLIC_URL", "https://*.news.example"),
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
    [(value, Audience.LOCAL) for value in ("local", "Local", " LOCAL\n", "", " ")]
    + [(value, Audience.ANYONE) for value in ("true", "True", "TRUE", "1", "yes", "Yes", "on", "ON", "on\n", "t", "y")]
    + [(value, Audience.NOBODY) for value in ("false", "0", "off", "no", "False", "NO", " Off ", "n", "f")],
)
def test_the_demo_is_for_this_machine_for_anyone_or_for_nobody(value: str, audience: Audience) -> None:
    assert read_settings({"COMMENTDESK_DEMO": value}).demo is audience


@pytest.mark.parametrize(
    ("settings", "audience"),
    [
        ({"HOST": "::1"}, Audience.LOCAL),
        ({"HOST": "localhost"}, Audience.LOCAL),
        ({"HOST": "127.1.2.3"}, Audience.LOCAL),
        ({"HOST": "0.0.0.0"}, Audience.NOBODY),  # noqa: S104
        ({"HOST": "::"}, Audience.NOBODY),
        ({"HOST": "192.0.2.1"}, Audience.NOBODY),
        ({"HOST": "desk.example"}, Audience.NOBODY),
        ({"TRUSTED_PROXIES": "10.0.0.1"}, Audience.NOBODY),
        ({"PUBLIC_URL": "https://desk.example"}, Audience.NOBODY),
        ({"HOST": "0.0.0.0", "TRUSTED_PROXIES": "10.0.0.1", "DEMO": "true"}, Audience.ANYONE),  # noqa: S104
    ],
)
def test_the_demo_is_off_where_others_may_come(settings: dict[str, str], audience: Audience) -> None:
    for given in (settings, {"DEMO": "local"} | settings):
        assert read_settings({PREFIX + name: value for name, value in given.items()}).demo is audience


def test_what_is_empty_is_not_set() -> None:
    """As `${X:-}` of compose, and env files, leave it."""
    names = [PREFIX + name.upper() for name in SettingsSchema().fields]
    names += [f"{name}_FILE" for name in names]
    for nothing in ("", " ", "\n"):
        assert read_settings(dict.fromkeys(names, nothing)) == read_settings({})


def test_space_around_a_value_and_its_case_make_no_difference() -> None:
    written = {
        "HOST": " [::1] ",
        "PORT": "8081\n",
        "WORKERS": " 2",
        "REDIS_URL": " redis://redis.example\r\n",
        "DATA_DIR": "/var/lib/desk\n",
        "ADMIN_TOKEN": f"{SECRET}\n",
        "METRICS_TOKEN": f" {SECRET}",
        "HOSTS": " Desk.example ,\n[2001:db8::7] ",
        "TRUSTED_PROXIES": " 10.0.0.1/8 ,, [2001:db8::7],[2001:db8::7]/32,\n",
        "LOG_LEVEL": "INFO\n",
    }
    meant = {
        "HOST": "::1",
        "PORT": "8081",
        "WORKERS": "2",
        "REDIS_URL": "redis://redis.example",
        "DATA_DIR": "/var/lib/desk",
        "ADMIN_TOKEN": SECRET,
        "METRICS_TOKEN": SECRET,
        "HOSTS": "desk.example,2001:db8::7",
        "TRUSTED_PROXIES": "10.0.0.0/8,2001:db8::7,2001:db8::/32",
        "LOG_LEVEL": "info",
    }
    read = [read_settings({PREFIX + name: value for name, value in given.items()}) for given in (written, meant)]
    assert read[0] == read[1]


def test_a_secret_that_encrypts_is_taken_as_it_is() -> None:
    """What was encrypted under it before could not be read otherwise."""
    settings = read_settings({"COMMENTDESK_SECRET_KEY": f" {SECRET}\n"})
    assert settings.secret_key == f" {SECRET}\n"


def test_the_public_address_is_read_and_is_a_name_of_ours() -> None:
    settings = {"COMMENTDESK_PUBLIC_URL": "HTTPS://B\u00fccher.Example:443/comments/ "}
    public_url = read_settings(settings).public_url
    assert public_url is not None
    assert public_url.url == "https://xn--bcher-kva.example/comments"
    assert read_settings(settings).hosts == frozenset()
    listed = read_settings(settings | {"COMMENTDESK_HOSTS": "desk.example"})
    assert listed.hosts == {"desk.example", "xn--bcher-kva.example"}


KUBERNETES = {
    "COMMENTDESK_SERVICE_HOST": "10.96.0.12",
    "COMMENTDESK_SERVICE_PORT": "8080",
    "COMMENTDESK_SERVICE_PORT_HTTP": "8080",
    "COMMENTDESK_PORT": "tcp://10.96.0.12:8080",
    "COMMENTDESK_PORT_8080_TCP": "tcp://10.96.0.12:8080",
    "COMMENTDESK_PORT_8080_TCP_PROTO": "tcp",
    "COMMENTDESK_PORT_8080_TCP_PORT": "8080",
    "COMMENTDESK_PORT_8080_TCP_ADDR": "10.96.0.12",
    "COMMENTDESK_PORT_53_UDP": "udp://[fd00::c]:53",
    "COMMENTDESK_PORT_53_UDP_ADDR": "fd00::c",
    "COMMENTDESK_REDIS_SERVICE_HOST": "10.96.0.13",
    "COMMENTDESK_REDIS_SERVICE_PORT_REDIS": "6379",
    "COMMENTDESK_REDIS_PORT": "tcp://10.96.0.13:6379",
    "COMMENTDESK_REDIS_PORT_6379_TCP_ADDR": "10.96.0.13",
}
"""What the kubelet adds for Services called `commentdesk` and `commentdesk-redis`."""


class TestKubernetes:
    def test_the_variables_of_a_service_of_our_name_are_no_settings(self) -> None:
        assert read_settings(KUBERNETES) == read_settings({})
        assert read_settings(KUBERNETES | {"COMMENTDESK_PORT": "9000"}).port == 9000

    def test_a_setting_of_that_name_may_still_come_from_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "port"
        file.write_text("9000\n")
        assert read_settings(KUBERNETES | {"COMMENTDESK_PORT_FILE": str(file)}).port == 9000

    @pytest.mark.parametrize("name", KUBERNETES)
    def test_each_by_itself_is_none(self, name: str) -> None:
        assert read_settings({name: KUBERNETES[name]}) == read_settings({})

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("COMMENTDESK_SERVICE_HOST", "desk.example"),
            ("COMMENTDESK_SERVICE_PORT", "http"),
            ("COMMENTDESK_PORT", "tcp://desk.example:8080"),
            ("COMMENTDESK_PORT", "http://10.96.0.12:8080"),
            ("COMMENTDESK_PORT_8080_TCP", "10.96.0.12:8080"),
            ("COMMENTDESK_PORT_8080_TCP_PROTO", "http"),
            ("COMMENTDESK_PORT_8080_TCP_ADR", "10.96.0.12"),
            ("COMMENTDESK_SERVICE_HOSTS", "10.96.0.12"),
            ("COMMENTDESK_PROT", "tcp://10.96.0.12:8080"),
            ("COMMENTDESK_REDIS_HOST", "10.96.0.13"),
            ("COMMENTDESK_REDIS_PORT", "6379"),
        ],
    )
    def test_what_has_another_shape_is_named(self, name: str, value: str) -> None:
        assert set(mistakes({name: value})) == {name}


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

    @pytest.mark.parametrize(
        "content",
        [
            f"\ufeff{SECRET}".encode(),
            f"{SECRET}\r\n".encode(),
            f"\ufeff{SECRET}\r\n\r\n".encode(),
            f"\n  {SECRET}\t\n\n".encode(),
            SECRET.encode(),
        ],
    )
    def test_it_is_read_as_editors_save_it(self, tmp_path: Path, content: bytes) -> None:
        file = tmp_path / "token"
        file.write_bytes(content)
        environment = {"COMMENTDESK_ADMIN_TOKEN_FILE": f"{file}\n", "COMMENTDESK_ADMIN_TOKEN": ""}
        for given in (environment, dict(reversed(environment.items()))):
            assert read_settings(given).admin_token == SECRET
        assert secret_in(file) == SECRET

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (None, "No such file or directory"),
            (b"", "it is empty."),
            (b"\xef\xbb\xbf\r\n", "it is empty."),
            (b"\xff\xfe", "it is in UTF-16. Save it as UTF-8."),
            (SECRET.encode("utf-16"), "it is in UTF-16. Save it as UTF-8."),
            (b"\xfe\xff" + SECRET.encode("utf-16-be"), "it is in UTF-16. Save it as UTF-8."),
            (SECRET.encode("utf-16-le"), "it holds null bytes, as UTF-16 does. Save it as UTF-8."),
            (SECRET.encode("utf-32"), "it is in UTF-32. Save it as UTF-8."),
            ("caf\u00e9".encode("latin-1"), "it is not in UTF-8. Save it as UTF-8."),
            (b"a" * 70_000, "it has more than 65536 bytes."),
        ],
    )
    def test_a_file_that_cannot_be_read_is_a_mistake(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        file = tmp_path / "token"
        if content is not None:
            file.write_bytes(content)
        found = mistakes({"COMMENTDESK_SECRET_KEY_FILE": str(file)})
        assert found == {"COMMENTDESK_SECRET_KEY_FILE": f"Cannot be read: {said}"}

    def test_neither_a_folder_nor_a_device_without_an_end_is_one(self, tmp_path: Path) -> None:
        for path, said in (
            (str(tmp_path), "it is a folder, not a file."),
            ("/dev/zero", "it has more than 65536 bytes."),
        ):
            found = mistakes({"COMMENTDESK_SECRET_KEY_FILE": path})
            assert found == {"COMMENTDESK_SECRET_KEY_FILE": f"Cannot be read: {said}"}

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
