"""Names that pass for a staff member's, and names that do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.likeness import latin_look_alike, look_alikes, skeleton, skeletons

STAFF = skeletons(["Jörg Müller", "Мария Иванова", "Ηλίας", "李明", "Lena", "✅"])


@pytest.mark.parametrize(
    "name",
    [
        "Admin",
        "ADMIN",
        " a.d_m-i n ",
        "аdmіn",
        "ΑDΜΙΝ",
        "ᎪᎠᎷᏆN".replace("Ꮖ", "Ꭵ"),
        "Adrnin",
        "adm1n",
        "@dmin",
        "adm|n",
        "𝐀𝐝𝐦𝐢𝐧",
        "Ⓐⓓⓜⓘⓝ",
        "🅰🅳🅼🅸🅽",
        "🇦🇩🇲🇮🇳",
        "ａｄｍｉｎ",
        "ᴀᴅᴍɪɴ",
        "ádmïn",
        "A\u0336d\u0336m\u0336i\u0336n\u0336",
        "🛡️ Admin ✅",
        "m0derat0r",
        "МОDЕRАТОR",
        "Administrat\u043er",
        "jorg muller",
        "JÖRG MÜLLER",
        "Jorg Mu11er",
        "МАРИЯ ИВАНОВА",
        "мария иванова",
        "ΗΛΙΑΣ",
        "ηλίας",
        "李 明",
        "1ena",
        "Iena",
        "LENA",
        "Ιena",
    ],
)
def test_it_passes_for_staff(name: str) -> None:
    assert skeleton(name) in STAFF


@pytest.mark.parametrize(
    "name",
    ["Ann", "Admin of my own life", "Administration", "Maria", "Lea", "李", "✅", "...", "Adam", "Mia", "Reader 1"],
)
def test_it_does_not(name: str) -> None:
    assert skeleton(name) not in STAFF


@given(st.text(max_size=100))
def test_every_name_has_a_skeleton_of_letters(name: str) -> None:
    shape = skeleton(name)
    assert not shape or shape.isalnum()
    assert skeleton(f" {name}.") == shape


@pytest.mark.parametrize(
    ("letter", "latin"), [("і", "i"), ("І", "I"), ("ё", "e"), ("𝐤", "k"), ("Ⓚ", "K"), ("ᴋ", "k"), ("漢", ""), ("Δ", "")]
)
def test_what_latin_letter_another_passes_for_is_told_in_its_own_case(letter: str, latin: str) -> None:
    assert latin_look_alike(letter) == latin


def test_the_letters_that_pass_for_a_latin_one_are_told() -> None:
    assert "а" in look_alikes("A")
    assert look_alikes("!") == ""
