"""Secrets in the data folder, which are made at the first start when the settings give none."""

import os
import secrets
from pathlib import Path

from service.errors import StartError
from service.platform.folder import ROOT, read_own, write_own, write_own_once
from service.settings import Settings

SECRET_KEY_FILE = "secret-key"  # noqa: S105 the name of a file

PREVIOUS_SECRET_KEY_FILE = "secret-key.previous"  # noqa: S105 the name of a file


def known_secret(settings: Settings) -> str | None:
    """Returns the secret that encrypts emails, from the settings or the data folder, or None: it makes none.

    Root may back up the store of any user's service, so root may read a secret that belongs to the owner of the folder.
    """
    path = settings.data_dir / SECRET_KEY_FILE
    if settings.secret_key or not path.exists():
        return settings.secret_key
    if os.geteuid() == ROOT and path.lstat().st_uid == settings.data_dir.stat().st_uid:
        return path.read_text("utf-8").strip()
    return kept_secret(settings.data_dir, SECRET_KEY_FILE)


def known_previous_secret(settings: Settings) -> str | None:
    """Returns the secret before the present one, from the settings, or from the data folder where both lie there."""
    path = settings.data_dir / PREVIOUS_SECRET_KEY_FILE
    if settings.previous_secret_key or settings.secret_key or not path.exists():
        return settings.previous_secret_key
    return kept_secret(settings.data_dir, PREVIOUS_SECRET_KEY_FILE)


def replace_kept_secret(data_dir: Path) -> None:
    """Writes a new secret into the data folder and keeps the present one as the previous one.

    When it is interrupted between the two steps both files hold the same secret, and it can be run again. Raises
    StartError when a file cannot be read or written.
    """
    try:
        present = read_own(data_dir / SECRET_KEY_FILE).strip()
        write_own(data_dir / PREVIOUS_SECRET_KEY_FILE, present + "\n")
        write_own(data_dir / SECRET_KEY_FILE, secrets.token_urlsafe(32) + "\n")
    except (OSError, ValueError) as error:
        raise StartError(f"The secret in {data_dir} cannot be replaced: {error}") from error


def kept_secret(data_dir: Path, name: str, prefix: str = "") -> str:
    """Returns a secret of 256 random bits from the data folder, where it is made when it is missing.

    This user alone may read the file. Raises StartError when another user could have written it: he would know it.
    """
    path = data_dir / name
    try:
        if not path.exists():
            write_own_once(path, prefix + secrets.token_urlsafe(32) + "\n")
        return read_own(path).strip()
    except (OSError, ValueError) as error:
        raise StartError(f"The secret {path} cannot be read or made: {error}") from error
