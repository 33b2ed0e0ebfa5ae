"""All messages of the code, and a language that shows whether a text is one of them."""

import pytest
from babel.messages.catalog import Catalog

from service.texts.texts import Texts
from tests.texts.translations import bracketed, extract


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return extract(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def brackets(template: Catalog, tmp_path_factory: pytest.TempPathFactory) -> Texts:
    return bracketed(template, tmp_path_factory.mktemp("brackets"))
