"""Pages of leaving: what is read after "leave nothing here", and thanks on the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import Moment, View


@dataclass(frozen=True, slots=True)
class ForgottenView(View):
    """What a shared computer shows after everything of ours was taken out of its browser."""

    template: ClassVar[str] = "forgotten.html"


@dataclass(frozen=True, slots=True)
class ThanksRow:
    """Somebody said thank you."""

    name: str
    ticket_id: str
    ticket_number: str
    ticket_title: str
    at: Moment
