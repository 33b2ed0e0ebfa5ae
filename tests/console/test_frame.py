"""What stands around the console's pages: who may go where, and names that are nothing but names."""

import re

import pytest

from service.console.frame import Frame
from service.console.navigation import Entry, Link
from service.domain.caller import ADMIN, Caller, Role
from service.domain.look import Act, Keys, Look, changed_look
from service.domain.site import Site
from service.html import render
from service.texts.catalogue import ENGLISH

HOSTILE = '"><script>alert(1)</script> {{ 7 * 7 }}'


def frame(look: Look | None = None, person: str = "Ada Lindqvist", title: str = "Harbour Gazette") -> Frame:
    links = (Link("queue", "/console/harbour", "Queue"), Link("audit", "/console/harbour/audit", "Audit"))
    site = Site("harbour", title=title)
    return Frame(look or Look(), person, site, links, "queue", csrf="secret", waiting=1234, version="1")


def html_of(frame: Frame) -> str:
    return render.text("console/frame.html", ENGLISH, frame=frame)


def test_the_head_says_where_one_is_and_how_many_wait() -> None:
    html = html_of(frame())
    for found in re.findall(r'<a href="[^"]*/console/harbour"[^>]*>.*?</a>', html):
        assert 'aria-current="page"' in found
        assert "1,234" in found
    assert "<title> · Harbour Gazette</title>" in html


def test_names_are_text() -> None:
    html = html_of(frame(person=HOSTILE, title=HOSTILE))
    assert "<script>alert" not in html
    assert "{{ 7 * 7 }}" in html


@pytest.mark.parametrize(
    ("name", "initials"), [("Ada Lindqvist", "AL"), ("Ada B. Lindqvist", "AL"), ("mia", "M"), ("", ""), ("  ", "")]
)
def test_initials_are_of_the_first_and_the_last_word(name: str, initials: str) -> None:
    assert frame(person=name).initials == initials


def test_a_page_without_a_person_leads_nowhere() -> None:
    html = html_of(Frame(Look(), "", None, (), "", csrf="", waiting=None, version="1"))
    assert "sign-out" not in html
    assert "<nav" not in html


def test_keys_that_were_changed_stand_on_their_buttons_and_are_told_to_the_scripts() -> None:
    html = html_of(frame(changed_look(Look(), {"keys": Keys.QUIET}, {Act.APPROVE: "f"})))
    assert 'data-keys="quiet"' in html
    assert 'data-letters="approve:f reject:r ' in html


def test_an_entry_is_for_its_roles_and_for_the_administrator() -> None:
    entry = Entry("audit", "/console/{site}/audit", "Audit", frozenset({Role.OPERATOR}))
    moderator, operator = (
        Caller("t", "m", "Mia", frozenset({role}), frozenset({"harbour"})) for role in (Role.MODERATOR, Role.OPERATOR)
    )
    assert [entry.is_for(caller) for caller in (moderator, operator, ADMIN)] == [False, True, True]
