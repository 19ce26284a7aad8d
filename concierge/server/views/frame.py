"""The frame: what every page needs whatever it shows, and the small values many pages share.

Rule: a time arrives as text in the reader's language beside its ISO form; a template formats nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

Area = Literal["desk", "invites", "recordings", "people"]
Tone = Literal["plain", "info", "good", "warn", "bad"]
Theme = Literal["system", "light", "dark"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who reads the page; `areas` are the parts of the desk that policy lets them open."""

    name: str
    initials: str
    role: Literal["host", "supervisor", "auditor"]
    areas: tuple[Area, ...]
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A sentence above the page: what was just done, or what everybody should know (an outage)."""

    tone: Tone
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What surrounds every page. `csrf` is the hidden field of every form; `locale` a BCP 47 tag."""

    product: str
    organisation: str
    csrf: str
    locale: str = "en"
    direction: Literal["ltr", "rtl"] = "ltr"
    theme: Theme = "system"
    person: SignedIn | None = None
    area: Area | None = None
    desk_phone: str | None = None
    query: str = ""
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """Base of every page's view; `template` is the file that shows it."""

    template: ClassVar[str]
    frame: Frame


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time: ISO 8601 for the machine, words for the reader, and how long ago where that helps."""

    iso: str
    text: str
    ago: str | None = None


@dataclass(frozen=True, slots=True)
class Face:
    """A person as others see them. `organisation` is a company, a hospital, a ward."""

    name: str
    initials: str
    organisation: str
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of found text; `hit` when it is what was searched for."""

    text: str
    hit: bool = False
