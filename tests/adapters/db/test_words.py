from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.adapters.db.words import MATCH_BEGINS, MATCH_ENDS, asked_words, clean, fold, snippet, words_of
from concierge.domain import limits

ANY_TEXT = st.text(st.characters(), max_size=60)


@given(ANY_TEXT)
def test_clean_text_is_valid_utf_8_of_the_same_length(text: str) -> None:
    cleaned = clean(text)
    assert cleaned.encode("utf-8", "strict").decode() == cleaned
    assert len(cleaned) == len(text)
    assert "\x00" not in cleaned


@given(ANY_TEXT)
def test_words_hold_letters_digits_and_marks_only(text: str) -> None:
    kinds = {unicodedata.category(letter)[0] for word in words_of(text) for letter in word}
    assert kinds <= set("LNM")


@given(ANY_TEXT, ANY_TEXT)
def test_a_snippet_without_its_marks_is_a_part_of_the_text(text: str, asked: str) -> None:
    shown = snippet(text, asked_words(asked))
    plain = shown.replace(MATCH_BEGINS, "").replace(MATCH_ENDS, "").strip("…")
    assert plain in text.replace(MATCH_BEGINS, "").replace(MATCH_ENDS, "")
    assert shown.count(MATCH_BEGINS) == shown.count(MATCH_ENDS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("PC LOAD-LETTER!", ["pc", "load", "letter"]),
        ("Öztürk ﬁnds Straße", ["ozturk", "finds", "strasse"]),
        ("dana@example.org", ["dana", "example", "org"]),
        ("🧯 '\"*", []),
    ],
)
def test_words_are_folded(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_fold_joins_spaces() -> None:
    assert fold("  Ärger\t im  Büro ") == "arger im buro"


def test_a_query_is_bounded() -> None:
    asked = asked_words(" ".join(f"w{number}" for number in range(100)) + " " + "x" * 1_000)
    assert len(asked) == limits.SEARCH_WORDS_MAX
    assert asked_words("same Same SAME") == ["same"]
    assert len(asked_words("x" * 1_000)[0]) == limits.SEARCH_WORD_MAX_CHARS


def test_a_snippet_marks_matches_around_the_first() -> None:
    text = "before " * 100 + "the Öztürk printer fails" + " after" * 100
    shown = snippet(text, ["ozt", "print"])
    assert "\ue000Öztürk\ue001 \ue000printer\ue001" in shown
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert len(shown) <= limits.SNIPPET_CHARS + 2 + 2 * 2 * 10


def test_text_cannot_forge_the_marks() -> None:
    assert snippet("\ue000fake\ue001", ["real"]) == "fake"
