"""The words of consent have a version: whoever changes an English word of a question counts it up."""

from __future__ import annotations

import hashlib
import re

from concierge.domain.consent import WORDING_VERSION
from tests.gallery.test_templates import page_of

REVIEWED = ("2", "62adec94e23cc409")
QUESTION = re.compile(r'<template data-item="ask".*?</template>', re.DOTALL)
SHOWN = re.compile(r'data-slot="heading">(.*?)</h1>|<div class="ask__more">(.*?)</div>', re.DOTALL)


def words_of(page: str) -> list[str]:
    """Return the words of every question, without markup."""
    shown = [" ".join(found) for ask in QUESTION.findall(page) for found in SHOWN.findall(ask)]
    return [" ".join(re.sub(r"<[^>]+>", " ", text).split()) for text in shown]


def test_the_words_and_their_version_are_reviewed_together() -> None:
    words = [*words_of(page_of("join")), *words_of(page_of("join-optional"))]
    assert len(words) >= 16
    digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]
    assert (WORDING_VERSION, digest) == REVIEWED, "count WORDING_VERSION up, then enter both here"


def test_the_page_tells_which_version_it_shows() -> None:
    assert f'data-wording="{WORDING_VERSION}"' in page_of("join")
