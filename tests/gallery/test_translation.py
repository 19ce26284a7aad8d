"""With every translated text in brackets, nothing stands outside of them but what came with the view."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

import pytest

from concierge.server.languages import language_names
from concierge.server.views.links import Links
from concierge.server.views.rendering import environment, render
from tests.gallery.gallery import VIEWS, WEB

OPEN, CLOSE = "⟦", "⟧"
SHOWN_ATTRIBUTES = {"alt", "aria-label", "aria-valuetext", "data-copied", "placeholder", "title"}
UNSEEN_ELEMENTS = {"script", "style"}
# The names of what is in an export.
EXPORTED = (
    "recording.webm",
    "events.jsonl",
    "verdict.txt",
    "statement.dsse.json",
    "statement.json",
    "statement.tsr",
    "statement",
    "SHA256SUMS",
    "log/",
    "README",
)
# What is the same in every language.
ALIKE = ("Concierge", "INC-…", "openapi.json", *EXPORTED, *(name for _tag, name in language_names()))
WORD = re.compile(r"[^\W\d_]{2,}")


class Bracketed(NullTranslations):
    """A language in which every text stands in brackets."""

    def gettext(self, message: str) -> str:
        return OPEN + message + CLOSE

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Outside(HTMLParser):
    """Collects what a person sees outside of the brackets; a translated text may span several elements."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.unseen = 0
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.unseen += tag in UNSEEN_ELEMENTS
        self.found += [
            piece for name, value in attrs if name in SHOWN_ATTRIBUTES for piece in self.pieces(value or "")
        ]

    def handle_endtag(self, tag: str) -> None:
        self.unseen -= tag in UNSEEN_ELEMENTS

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.found += self.pieces(data)

    def pieces(self, text: str) -> Iterator[str]:
        for piece in re.split(f"([{OPEN}{CLOSE}])", text):
            if piece == OPEN:
                self.depth += 1
            elif piece == CLOSE:
                self.depth -= 1
            elif self.depth == 0:
                yield piece


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text that a view carries, and the host of an address."""
    if isinstance(value, str):
        yield value
        yield urlsplit(value).netloc
    elif isinstance(value, tuple | list):
        for one in value:
            yield from texts_of(one)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts_of(getattr(value, field.name))


def left_over(page: str, known: set[str]) -> list[str]:
    """Return what stands on `page` outside of the brackets and is not `known`."""
    reader = Outside()
    reader.feed(page)
    assert reader.depth == 0
    longest_first = sorted((text for text in known if WORD.search(text)), key=len, reverse=True)
    left = []
    for piece in reader.found:
        rest = piece
        for text in longest_first:
            rest = rest.replace(text, " ")
        if WORD.search(rest):
            left.append(" ".join(piece.split()))
    return left


@pytest.mark.parametrize("name", VIEWS)
def test_every_text_of_a_page_is_translated(name: str) -> None:
    view = VIEWS[name]
    page = render(environment(WEB / "templates", Links(), Bracketed()), view)
    assert left_over(page, {*texts_of(view), *ALIKE}) == []


def test_a_text_that_nobody_translates_is_found() -> None:
    page = f'<p title="More">{OPEN}Hello <b>Ana{CLOSE}</b>, Ana</p><p>Bye</p><script>var x</script>'
    assert left_over(page, {"Ana"}) == ["More", "Bye"]
