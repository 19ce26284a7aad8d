from __future__ import annotations

from concierge.server.report_words import report_words
from recorder.log.report import SECTIONS
from recorder.log.report_files import COLUMNS


def test_every_heading_of_a_report_has_words() -> None:
    words = report_words("en", str.upper)
    assert words.language == "en"
    for name in (*SECTIONS, *COLUMNS, "title", "totals", "checkpoint", "how", "none", "withheld", "all"):
        assert words.words[name].isupper()
