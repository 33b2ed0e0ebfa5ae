"""The data folder: this user's alone, and no file in it believed that another user could have written."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from service.commands.api import connect
from service.errors import StartError
from service.platform.folder import make_folder, open_own, read_own, write_own, write_own_once
from service.platform.kept_secret import SECRET_KEY_FILE, kept_secret, known_secret
from service.settings import read_settings

SOMEBODY_ELSE = 12345


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    """The umask that hides mistakes least."""
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def give_away(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a file to another user")
    os.chown(path, SOMEBODY_ELSE, -1, follow_symlinks=False)


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o777)
    make_folder(folder)
    assert mode(folder) == 0o700
    make_folder(tmp_path / "a" / "new" / "one")
    assert mode(tmp_path / "a" / "new" / "one") == 0o700


def test_a_folder_of_another_user_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o777)
    give_away(folder)
    with pytest.raises(StartError, match=f"belongs to another user .number {SOMEBODY_ELSE}."):
        make_folder(folder)
    assert mode(folder) == 0o777


def test_a_link_to_our_own_folder_may_be_ours_but_not_anothers(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    link = tmp_path / "data"
    link.symlink_to(tmp_path / "elsewhere")
    make_folder(link)
    assert mode(tmp_path / "elsewhere") == 0o700
    give_away(link)
    with pytest.raises(StartError, match="another user"):
        make_folder(link)


@pytest.mark.parametrize("kind", ["file", "dangling link"])
def test_what_is_no_folder_is_named(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "data"
    if kind == "file":
        path.write_text("")
    else:
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(StartError, match=f"The data folder {path} cannot be used"):
        make_folder(path)


def test_what_is_written_is_this_users_alone(tmp_path: Path) -> None:
    write_own(tmp_path / "service.json", "first")
    write_own(tmp_path / "service.json", "second")
    write_own_once(tmp_path / "secret", "kept")
    write_own_once(tmp_path / "secret", "too late")
    os.close(open_own(tmp_path / "log"))
    assert [mode(path) for path in sorted(tmp_path.iterdir())] == [0o600] * 3
    assert read_own(tmp_path / "service.json") == "second"
    assert read_own(tmp_path / "secret") == "kept"


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    for name in (f"service.json.{os.getpid()}.new", "valkey.log"):
        (tmp_path / name).symlink_to(victim)
    write_own(tmp_path / "service.json", "{}")
    with pytest.raises(OSError, match="symbolic link"):
        open_own(tmp_path / "valkey.log")
    assert victim.read_text() == "untouched"


def test_a_file_that_others_could_write_is_not_believed(tmp_path: Path) -> None:
    file = tmp_path / "admin-token"
    file.write_text("cd_planted-by-somebody-else")
    with pytest.raises(StartError, match="can be written by other users"):
        kept_secret(tmp_path, "admin-token")
    file.chmod(0o644)
    assert kept_secret(tmp_path, "admin-token") == "cd_planted-by-somebody-else"
    assert mode(file) == 0o600
    give_away(file)
    with pytest.raises(StartError, match="belongs to another user"):
        kept_secret(tmp_path, "admin-token")


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "service.json", 0o600)
    with pytest.raises(PermissionError, match="is no file"):
        read_own(tmp_path / "service.json")


def test_root_reads_a_services_own_secret_for_a_backup(tmp_path: Path) -> None:
    file = tmp_path / SECRET_KEY_FILE
    write_own(file, "the secret of another user\n")
    give_away(file)
    settings = read_settings({"COMMENTDESK_DATA_DIR": str(tmp_path)})
    with pytest.raises(StartError, match="belongs to another user"):  # planted in a folder of ours
        known_secret(settings)
    give_away(tmp_path)
    assert known_secret(settings) == "the secret of another user"


class TestWhereTheTokenIsSent:
    """The commands send the administrator's token to the address in `service.json`."""

    @pytest.fixture
    def file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("COMMENTDESK_DATA_DIR", str(tmp_path))
        monkeypatch.setenv("COMMENTDESK_ADMIN_TOKEN", "an-admin-token-for-tests")
        file = tmp_path / "service.json"
        write_own(file, '{"url": "http://127.0.0.1:1"}')
        return file

    def test_our_own_file_is_believed(self, file: Path) -> None:
        assert connect(None, None).url == "http://127.0.0.1:1"

    def test_one_that_others_can_write_is_not(self, file: Path) -> None:
        file.chmod(0o666)
        with pytest.raises(click.ClickException, match="can be written by other users: it is not believed"):
            connect(None, None)

    def test_one_of_another_user_is_not(self, file: Path) -> None:
        give_away(file)
        with pytest.raises(click.ClickException, match="belongs to another user"):
            connect(None, None)
        assert connect("http://127.0.0.1:2", None).url == "http://127.0.0.1:2"
