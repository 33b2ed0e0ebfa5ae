"""What is sealed opens again with the same secret and owner only; hashes need the secret too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.vault import RECEIPT_CHARS, SealBrokenError, SecretUnknownError, Vault, sealed_of

VAULT = Vault("a secret of enough characters")
OTHER = Vault("another secret of enough characters")
COMMENT = "06h25bn15u87o3n4"
RECEIPT_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
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


def test_a_reader_is_another_under_another_salt() -> None:
    today = VAULT.reader_hash("192.0.2.1", b"today")
    assert today == VAULT.reader_hash("192.0.2.1", b"today")
    assert today != VAULT.reader_hash("192.0.2.1", b"tomorrow")
    assert today != OTHER.reader_hash("192.0.2.1", b"today")


def test_a_digest_tells_where_one_part_ends() -> None:
    assert VAULT.digest("ab", "c") != VAULT.digest("a", "bc")


def unnumbered(sealed: bytes) -> bytes:
    """As it is read of what was sealed before there were numbers."""
    return b"\0" + sealed[1:]


def test_what_either_secret_sealed_is_opened_by_who_knows_both() -> None:
    old, new = "the old secret of these tests", "the new secret of these tests"
    both = Vault(new, old)
    for secret in (old, new):
        sealed = Vault(secret).seal("ada@example.org", "c1")
        for each in (sealed, unnumbered(sealed)):
            assert both.open(each, "c1") == "ada@example.org"
            assert Vault(secret).open(each, "c1") == "ada@example.org"
    with pytest.raises(SealBrokenError):
        Vault(new).open(Vault(old).seal("ada@example.org", "c1"), "c1")


@given(st.binary(max_size=80))
def test_what_was_never_sealed_is_refused(sealed: bytes) -> None:
    with pytest.raises(SealBrokenError):
        VAULT.open(sealed, "c1")
    with pytest.raises(SealBrokenError):
        VAULT.open_text(sealed, "c1")


@given(TEXT, TEXT)
def test_sealed_as_text_it_opens_again(text: str, owner: str) -> None:
    sealed = VAULT.seal_text(text, owner)
    assert sealed.isascii()
    assert VAULT.open_text(sealed, owner) == text
    assert VAULT.open(sealed_of(sealed), owner) == text


def test_the_installation_says_which_secret_is_in_force() -> None:
    old, new = Vault("the old secret of these tests"), Vault("the new secret of these tests")
    both = Vault("the new secret of these tests", "the old secret of these tests")
    assert (both.check, both.checks) == (new.check, [new.check, old.check])
    both.adopt(old.check, None)
    assert both.is_current(old.seal("x", "c1"))
    assert both.email_hash("a@b.example") == old.email_hash("a@b.example")
    wrapped = both.newest.wrap(both.hash_keys)
    both.adopt(new.check, wrapped)
    assert both.is_current(new.seal("x", "c1"))
    assert both.email_hash("a@b.example") == old.email_hash("a@b.example")
    for check, wrapping in ((OTHER.check, None), ("", None)):
        with pytest.raises(SecretUnknownError):
            both.adopt(check, wrapping)
    for check, wrapping in ((old.check, wrapped), (new.check, wrapped[:-1]), (new.check, b"")):
        with pytest.raises(SealBrokenError):
            both.adopt(check, wrapping)
    assert both.check == new.check


def test_a_receipt_is_always_the_same_and_opens_for_its_site_alone() -> None:
    receipt = VAULT.receipt("news", COMMENT)
    assert receipt == Vault("a secret of enough characters").receipt("news", COMMENT)
    assert len(receipt) == RECEIPT_CHARS
    assert VAULT.open_receipt(receipt, "news") == COMMENT
    for vault, site in ((VAULT, "sport"), (OTHER, "news")):
        assert vault.open_receipt(receipt, site) is None
    assert len({VAULT.receipt(site, comment_id) for site in ("a", "b") for comment_id in (COMMENT, "1" * 16)}) == 4


def test_a_receipt_outlives_a_replaced_secret() -> None:
    old, new = "the old secret of these tests", "the new secret of these tests"
    before = Vault(old).receipt("news", COMMENT)
    both = Vault(new, old)
    both.adopt(Vault(old).check, None)
    wrapped = both.newest.wrap(both.hash_keys)
    after = Vault(new)
    assert after.open_receipt(before, "news") is None, "until it knows the hash keys of the installation"
    after.adopt(after.check, wrapped)
    assert after.open_receipt(before, "news") == COMMENT
    assert after.receipt("news", COMMENT) == before


@given(st.text(max_size=100) | st.text(RECEIPT_ALPHABET, min_size=RECEIPT_CHARS, max_size=RECEIPT_CHARS))
def test_no_text_is_a_receipt_by_chance(text: str) -> None:
    assert VAULT.open_receipt(text, "news") is None


@given(st.integers(0, RECEIPT_CHARS - 1), st.sampled_from(RECEIPT_ALPHABET + "=+/ \n"))
def test_no_receipt_with_another_character_is_one(at: int, character: str) -> None:
    receipt = VAULT.receipt("news", COMMENT)
    changed = receipt[:at] + character + receipt[at + 1 :]
    assert (VAULT.open_receipt(changed, "news") == COMMENT) == (changed == receipt)


def test_the_same_secret_twice_is_one() -> None:
    assert Vault("the old secret of these tests", "the old secret of these tests").previous is None


def test_a_vault_shows_nothing_of_its_secret() -> None:
    shown = repr(VAULT) + repr(VAULT.newest) + VAULT.check
    assert "enough" not in shown
    assert VAULT.hash_keys.email.hex() not in shown
