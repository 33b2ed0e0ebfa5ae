"""What is sealed opens again with the same secret and owner only; hashes need the secret too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.vault import READER_HASH_PERIOD_MS, SealBrokenError, Vault

VAULT = Vault("a secret of enough characters")
OTHER = Vault("another secret of enough characters")
TEXT = st.text(st.characters(codec="utf-8"), max_size=300)


@given(TEXT, TEXT)
def test_sealed_text_opens_again(text: str, owner: str) -> None:
    assert VAULT.open(VAULT.seal(text, owner), owner) == text


def test_a_sealed_text_says_nothing_and_is_never_the_same() -> None:
    sealed = VAULT.seal("ada@example.org", "c1")
    assert b"ada" not in sealed
    assert sealed != VAULT.seal("ada@example.org", "c1")


@pytest.mark.parametrize(("vault", "owner"), [(OTHER, "c1"), (VAULT, "c2")])
def test_another_secret_or_owner_opens_nothing(vault: Vault, owner: str) -> None:
    with pytest.raises(SealBrokenError):
        vault.open(VAULT.seal("ada@example.org", "c1"), owner)


def test_a_damaged_seal_is_refused() -> None:
    sealed = VAULT.seal("ada@example.org", "c1")
    damaged = sealed[:20] + bytes((sealed[20] ^ 1,)) + sealed[21:]
    with pytest.raises(SealBrokenError):
        VAULT.open(damaged, "c1")


def test_an_email_has_one_hash_whatever_its_case() -> None:
    assert VAULT.email_hash("Ada@Example.org") == VAULT.email_hash("ada@example.ORG")
    assert VAULT.email_hash("ada@example.org") != OTHER.email_hash("ada@example.org")


def test_a_reader_is_another_tomorrow() -> None:
    today = VAULT.reader_hash("192.0.2.1", 0)
    assert today == VAULT.reader_hash("192.0.2.1", READER_HASH_PERIOD_MS - 1)
    assert today != VAULT.reader_hash("192.0.2.1", READER_HASH_PERIOD_MS)


def test_a_digest_tells_where_one_part_ends() -> None:
    assert VAULT.digest("ab", "c") != VAULT.digest("a", "bc")
