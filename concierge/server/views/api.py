"""What the API can do, as a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.frame import View


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing a program can ask for. `act` is what its key must be issued for."""

    method: str
    path: str
    about: str
    act: str


@dataclass(frozen=True, slots=True)
class ApiDocsView(View):
    """`/api/docs`."""

    template: ClassVar[str] = "api_docs.html"
    about: str
    operations: tuple[Operation, ...]
