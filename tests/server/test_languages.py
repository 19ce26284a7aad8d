from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from concierge.server.languages import Reader, catalogue, language_names, preferred, zone_of

NOON_MS = 1_800_000_000_000 + 4 * 60 * 60_000  # 2027-01-15 12:00 UTC


def reader(language: str = "en", zone: str = "Europe/Berlin") -> Reader:
    return Reader(language, ZoneInfo(zone), zone, NOON_MS)


@pytest.mark.parametrize(
    ("chosen", "header", "language"),
    [
        ("de", "en", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.8", "de"),
        ("", "fr,en;q=0.5", "en"),
        ("", "en;q=0.2,de;q=0.9", "de"),
        ("", "de;q=0", "en"),
        ("", "de;q=nonsense", "en"),
        ("xx", "", "en"),
        ("../../etc", "\x00;q=1,*", "en"),
        ("", "a-" * 4000, "en"),
    ],
)
def test_the_language_is_the_readers_choice_then_the_browsers(
    chosen: str, header: str, language: str
) -> None:
    assert preferred(chosen, header) == language


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/localtime", "Nowhere/Town", "x" * 500, "\x00", ""]
)
def test_a_zone_that_is_none_is_the_default(name: str) -> None:
    assert zone_of(name, "Europe/Berlin") == ZoneInfo("Europe/Berlin")


def test_times_are_told_by_the_readers_clock() -> None:
    moment = reader().moment(NOON_MS)
    assert (moment.iso, moment.text) == ("2027-01-15T13:00:00+01:00", "13:00")
    assert reader(zone="America/New_York").moment(NOON_MS).text == "07:00"
    assert reader().moment(NOON_MS - 86_400_000).text == "14 Jan 2027, 13:00"
    assert reader("de").moment(NOON_MS - 86_400_000).text == "14.01.2027, 13:00"


def test_how_long_ago_is_said_in_words() -> None:
    assert reader().ago(NOON_MS - 5 * 60_000) == "5 minutes ago"
    assert reader("de").ago(NOON_MS - 5 * 60_000) == "vor 5 Minuten"
    assert reader().span(42_000) == "42 seconds"
    assert reader().maybe(None) is None
    assert reader().clock("America/New_York") == ("07:00", 7)


def test_typed_times_are_the_readers_own() -> None:
    assert reader().typed("2027-01-15T13:00") == NOON_MS
    assert reader().to_type(NOON_MS) == "2027-01-15T13:00"
    assert reader().typed("tomorrow") is None
    assert reader().day("2027-01-15") == NOON_MS - 13 * 60 * 60_000
    assert reader().day("15.1.2027") is None


def test_counting_follows_the_language() -> None:
    assert (reader().days(1), reader().days(90)) == ("1 day", "90 days")
    assert catalogue("en").gettext("Nothing like this") == "Nothing like this"
    assert language_names()[0] == ("en", "English")


def test_languages_have_names() -> None:
    assert (reader().tongue("en-AU"), reader("de").tongue("pt-PT")) == (
        "English (Australia)",
        "Portugiesisch (Portugal)",
    )
    assert (reader("de").tongue("tlh-none"), reader("de").tongue("")) == ("tlh-none", "")
