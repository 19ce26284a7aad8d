"""Text for the index: how words are cut out of any text, compared, and shown in a snippet. Pure.

Rule: only letters, digits and their marks ever reach a query, so that nothing a person types is syntax.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from concierge.domain import limits

MATCH_BEGINS, MATCH_ENDS = "\ue000", "\ue001"

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_WORD_CLASSES = frozenset("LNM")


def clean(text: str) -> str:
    """Return `text` as both databases can store it: NUL and lone surrogates become U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def fold(text: str) -> str:
    """Return `text` for comparing: compatibility forms resolved, accents and case dropped, spaces joined."""
    plain = unicodedata.normalize("NFKD", clean(text).casefold())
    kept = "".join(character for character in plain if unicodedata.category(character) != "Mn")
    return " ".join(kept.casefold().split())


def words_of(text: str) -> list[str]:
    """Return the folded words of a text in order, each cut to SEARCH_WORD_MAX_CHARS."""
    return [part[: limits.SEARCH_WORD_MAX_CHARS] for _, _, part in _spans(fold(text))]


def asked_words(text: str) -> list[str]:
    """Return the different words somebody looks for, at most SEARCH_WORDS_MAX."""
    return list(dict.fromkeys(words_of(text)))[: limits.SEARCH_WORDS_MAX]


def snippet(text: str, asked: list[str]) -> str:
    """Return about SNIPPET_CHARS of `text` around the first match, matches between U+E000 and U+E001."""
    text = text.translate({ord(MATCH_BEGINS): None, ord(MATCH_ENDS): None})
    spans = [
        (begin, end)
        for begin, end, part in _spans(text)
        if any(word.startswith(tuple(asked)) for word in words_of(part))
    ]
    first = spans[0][0] if asked and spans else 0
    begin = max(0, first - limits.SNIPPET_CHARS // 3)
    end = min(len(text), begin + limits.SNIPPET_CHARS)
    shown = ["…"] if begin else []
    at = begin
    for match_begin, match_end in spans:
        if match_begin < begin or match_end > end:
            continue
        shown += [text[at:match_begin], MATCH_BEGINS, text[match_begin:match_end], MATCH_ENDS]
        at = match_end
    shown += [text[at:end], "…" if end < len(text) else ""]
    return "".join(shown)


def _spans(text: str) -> list[tuple[int, int, str]]:
    """Return (begin, end, word) for every run of letters, digits and marks."""
    spans = []
    at = 0
    for is_word, run in groupby(text, key=lambda letter: unicodedata.category(letter)[0] in _WORD_CLASSES):
        part = "".join(run)
        if is_word:
            spans.append((at, at + len(part), part))
        at += len(part)
    return spans
