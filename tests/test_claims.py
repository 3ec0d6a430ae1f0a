"""What the notebooks say is true: every claim in `tests/claims` is in the text, and holds."""

from __future__ import annotations

import importlib
import sys

import pytest
from claiming import Claims, text_of
from conftest import ROOT
from test_source_notebooks import NAMES

FOLDER = ROOT / "tests" / "claims"
sys.path.insert(0, str(FOLDER))
PAGES: list[Claims] = [
    importlib.import_module(path.stem).claims for path in sorted(FOLDER.glob("*_[0-9].py"))
]
CASES = [(page, quote) for page in PAGES for quote in page.judges]
# Sentences that were false, or true only here, and are not to come back.
GONE = [
    "count, transpose or invert",
    "an input is seen first by the kernel's last tap",
    "nearly empty",
    "The number of multiplications that a padded convolution needs",
    "one input proves nothing",
    "One equal output proves nothing",
    "the last number goes on forever",
    "groups blank the tiles off the diagonal",
]


@pytest.mark.parametrize(("page", "quote"), CASES, ids=[quote[:50] for _, quote in CASES])
def test_claim_is_made_and_true(page: Claims, quote: str) -> None:
    assert page.stands(quote), f"{page.notebook} does not say so"
    assert page.judges[quote]() is True


def test_every_notebook_has_its_claims() -> None:
    assert [page.notebook for page in PAGES] == NAMES
    assert all(len(page.judges) >= 3 for page in PAGES)
    assert len(CASES) >= 140


@pytest.mark.parametrize("name", NAMES)
def test_what_was_false_is_said_no_more(name: str) -> None:
    assert [words for words in GONE if words in text_of(name)] == []
