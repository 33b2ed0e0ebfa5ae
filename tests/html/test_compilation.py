"""Every template can be compiled, at once or in the background."""

import asyncio

import pytest

from service.html import compilation, render


@pytest.mark.parametrize("template", render.TEMPLATES)
def test_each_is_without_a_mistake(template: str) -> None:
    render.compile_template(template)


async def test_all_are_compiled_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(compilation, "AFTER_SECONDS", 0)
    monkeypatch.setattr(render, "compile_template", compiled.append)
    async with asyncio.timeout(30):
        await compilation.compile_all()
    assert tuple(compiled) == render.TEMPLATES
