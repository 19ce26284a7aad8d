"""Whose language, whose clock: everything a reader is shown as words or as a time goes through a Reader.

Rule: language and time zone come from the reader's browser and are only ever chosen from closed lists.
"""

from __future__ import annotations

import functools
import gettext
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.core import negotiate_locale
from babel.dates import format_date, format_time, format_timedelta

from concierge.server.views.frame import Moment
from concierge.shipped import LOCALE

LANGUAGES = ("en", "de")

# English is read all over the world: days before months, and no one country's way of writing them.
_FORMATS = {"en": "en_001"}
HEADER_MAX_CHARS = 200
ZONE_MAX_CHARS = 64
MINUTE_MS, DAY_MS = 60_000, 24 * 60 * 60_000


@functools.cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Return the texts of one of LANGUAGES; English needs no catalogue."""
    return gettext.translation("messages", LOCALE, [language], fallback=True)


def preferred(chosen: str, accept_language: str) -> str:
    """Return one of LANGUAGES: what the reader chose, else the best the browser asks for (RFC 9110 section 12.5.4)."""
    if chosen in LANGUAGES:
        return chosen
    ranked: list[tuple[float, int, str]] = []
    for place, entry in enumerate(accept_language[:HEADER_MAX_CHARS].split(",")[:16]):
        tag, _, weight = entry.partition(";")
        ranked.append((-_weight(weight), place, tag.strip().split("-")[0].lower()))
    wanted = [tag for weight, _, tag in sorted(ranked) if weight and tag.isascii() and tag.isalpha()]
    return negotiate_locale(wanted, LANGUAGES) or LANGUAGES[0]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(max(float(value), 0.0), 1.0)
    except ValueError:
        return 0.0


@functools.lru_cache(maxsize=512)
def zone_of(name: str, default: str) -> tzinfo:
    """Return the time zone of an IANA name, or of `default`, or UTC."""
    for candidate in (name, default):
        if candidate and len(candidate) <= ZONE_MAX_CHARS and candidate.isascii():
            try:
                return ZoneInfo(candidate)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue
    return UTC


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads a page at an instant. `zone_name` is what the zone is called; times are in milliseconds."""

    language: str
    zone: tzinfo
    zone_name: str
    now_ms: int

    @property
    def _locale(self) -> Locale:
        return Locale.parse(_FORMATS.get(self.language, self.language))

    def gettext(self, msgid: str, /, **values: str | int) -> str:
        """Return a text in the reader's language with `%(name)s` places filled in."""
        text = catalogue(self.language).gettext(msgid)
        return text % values if values else text

    def ngettext(self, one: str, many: str, num: int) -> str:
        """Return a text that counts."""
        return catalogue(self.language).ngettext(one, many, num) % {"num": num}

    def at(self, ms: int) -> datetime:
        """Return a time on the reader's clock."""
        return datetime.fromtimestamp(ms / 1000, UTC).astimezone(self.zone)

    def moment(self, ms: int) -> Moment:
        """Return a time as pages show it."""
        there = self.at(ms)
        today = there.date() == self.at(self.now_ms).date()
        text = format_time(there, "HH:mm", locale=self._locale)
        if not today:
            text = f"{format_date(there.date(), 'medium', locale=self._locale)}, {text}"
        return Moment(iso=there.isoformat(timespec="seconds"), text=text, ago=self.ago(ms))

    def maybe(self, ms: int | None) -> Moment | None:
        """Return a time as pages show it, or None."""
        return None if ms is None else self.moment(ms)

    def ago(self, ms: int) -> str:
        """Return how far off a time is, in words."""
        return self.span(ms - self.now_ms, direction=True)

    def span(self, ms: int, *, direction: bool = False) -> str:
        """Return a length of time in words, rounded to what matters."""
        if abs(ms) < MINUTE_MS and direction:
            return self.gettext("just now")
        grain: Literal["second", "minute"] = "second" if abs(ms) < MINUTE_MS else "minute"
        return format_timedelta(
            timedelta(milliseconds=ms), granularity=grain, add_direction=direction, locale=self._locale
        )

    def days(self, count: int) -> str:
        """Return a number of days in words."""
        return self.ngettext("%(num)d day", "%(num)d days", count)

    def tongue(self, tag: str) -> str:
        """Return what a language is called, from its BCP 47 tag; the tag itself when it is unknown."""
        try:
            return Locale.parse(tag, sep="-").get_display_name(self._locale) or tag
        except (ValueError, UnknownLocaleError):
            return tag

    def clock(self, zone: str) -> tuple[str, int]:
        """Return the time of day somewhere else, in words and as the hour."""
        there = datetime.fromtimestamp(self.now_ms / 1000, UTC).astimezone(zone_of(zone, ""))
        return format_time(there, "HH:mm", locale=self._locale), there.hour

    def typed(self, text: str) -> int | None:
        """Return the time somebody typed into a `datetime-local` field, in their zone; None when it is none."""
        try:
            return int(datetime.fromisoformat(text).replace(tzinfo=self.zone).timestamp() * 1000)
        except (ValueError, OverflowError):
            return None

    def to_type(self, ms: int) -> str:
        """Return a time as a `datetime-local` field holds it."""
        return self.at(ms).strftime("%Y-%m-%dT%H:%M")

    def day(self, text: str) -> int | None:
        """Return when a typed `YYYY-MM-DD` begins, in the reader's zone; None when it is no day."""
        try:
            begun = datetime.combine(date.fromisoformat(text), datetime.min.time(), self.zone)
            return int(begun.timestamp() * 1000)
        except (ValueError, OverflowError):
            return None


def language_names() -> Sequence[tuple[str, str]]:
    """Return each language with what its speakers call it."""
    return [(tag, str(Locale.parse(tag).get_display_name(tag))) for tag in LANGUAGES]
