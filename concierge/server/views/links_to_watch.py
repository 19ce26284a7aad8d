"""The pages around auditor links: making and revoking them, where one leads, and the replay it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.evidence import ReplayView
from concierge.server.views.frame import Moment, View


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link in the list. `state` is good, over or revoked."""

    link_id: str
    viewer: str
    reason: str
    made_by: str
    made: Moment
    until: Moment
    state: str


@dataclass(frozen=True, slots=True)
class AuditorLinksView(View):
    """`/recordings/{recording_id}/links`. `address` is a new link, shown once."""

    template: ClassVar[str] = "auditor_links.html"
    recording_id: str
    title: str
    ticket_number: str
    links: tuple[LinkRow, ...]
    viewer: str = ""
    reason: str = ""
    days: str = "7"
    address: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class WatchLandingView(View):
    """`/watch/{secret}`: opening it changes nothing. Without a viewer the link opens nothing."""

    template: ClassVar[str] = "watch_landing.html"
    secret: str
    viewer: str = ""
    until: Moment | None = None


@dataclass(frozen=True, slots=True)
class WatchView(ReplayView):
    """`/watching/{recording_id}`: a replay overlaid with the viewer's name and the time."""

    template: ClassVar[str] = "watch.html"
    viewer: str = ""
    until: Moment | None = None
