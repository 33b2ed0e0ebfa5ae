"""Secrets that are kept in the data folder, made there at first start when none is given."""

import os
import secrets
from pathlib import Path

from service.errors import StartError
from service.platform.folder import ROOT, read_own, write_own, write_own_once
from service.settings import Settings

SECRET_KEY_FILE = "secret-key"  # noqa: S105 where it is, not what

PREVIOUS_SECRET_KEY_FILE = "secret-key.previous"  # noqa: S105 where it is, not what


def known_secret(settings: Settings) -> str | None:
    """The secret that encrypts emails, given or in the data folder; none is made. Root may make a backup of any
    service's store, and so read a secret that is that service's own."""
    path = settings.data_dir / SECRET_KEY_FILE
    if settings.secret_key or not path.exists():
        return settings.secret_key
    if os.geteuid() == ROOT and path.lstat().st_uid == settings.data_dir.stat().st_uid:
        return path.read_text("utf-8").strip()
    return kept_secret(settings.data_dir, SECRET_KEY_FILE)


def known_previous_secret(settings: Settings) -> str | None:
    """The secret that ours replaces, given; or in the data folder where ours is there too."""
    path = settings.data_dir / PREVIOUS_SECRET_KEY_FILE
    if settings.previous_secret_key or settings.secret_key or not path.exists():
        return settings.previous_secret_key
    return kept_secret(settings.data_dir, PREVIOUS_SECRET_KEY_FILE)


def replace_kept_secret(data_dir: Path) -> None:
    """Another secret in the data folder; the present one is the previous one from now on. Cut off between the two
    steps, both are the same, and it can be done again."""
    try:
        present = read_own(data_dir / SECRET_KEY_FILE).strip()
        write_own(data_dir / PREVIOUS_SECRET_KEY_FILE, present + "\n")
        write_own(data_dir / SECRET_KEY_FILE, secrets.token_urlsafe(32) + "\n")
    except (OSError, ValueError) as error:
        raise StartError(f"The secret in {data_dir} cannot be replaced: {error}") from error


def kept_secret(data_dir: Path, name: str, prefix: str = "") -> str:
    """A secret of 256 random bits from the data folder, made there when missing, readable by this user alone.

    StartError for one that another user could have written: he would know it.
    """
    path = data_dir / name
    try:
        if not path.exists():
            write_own_once(path, prefix + secrets.token_urlsafe(32) + "\n")
        return read_own(path).strip()
    except (OSError, ValueError) as error:
        raise StartError(f"The secret {path} cannot be read or made: {error}") from error
