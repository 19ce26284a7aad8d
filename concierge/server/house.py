"""What every endpoint may reach: the use cases and ports, in one frozen bundle made by build_app."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment

from concierge.server.assets import VersionedLinks
from concierge.server.cookies import Cookies
from concierge.server.languages import catalogue
from concierge.server.pending import PendingSignIns
from concierge.server.settings import ServerSettings
from concierge.server.throttles import Gate
from concierge.server.views.rendering import environment
from concierge.services.accounts import Accounts
from concierge.services.api_keys import ApiKeys
from concierge.services.auditor_links import AuditorLinks
from concierge.services.checkpoints import Checkpoints
from concierge.services.exporting import Exports
from concierge.services.keeping import Keeping
from concierge.services.key_watch import KeyWatch
from concierge.services.phones import Phones
from concierge.services.portraits import Portraits
from concierge.services.registry import Registry
from concierge.services.replays import Replays
from concierge.services.reporting import Reporting
from concierge.services.shifts import Shifts
from concierge.services.storing import Storing
from concierge.services.tools import Tools
from concierge.services.watching import Watching
from concierge.shipped import TEMPLATES

PRODUCT = "Concierge"


@dataclass(frozen=True)
class House:
    """The installation as its front door sees it."""

    tools: Tools
    registry: Registry
    accounts: Accounts
    keys: ApiKeys
    portraits: Portraits
    replays: Replays
    watching: Watching
    keeping: Keeping
    exports: Exports
    reporting: Reporting
    auditor_links: AuditorLinks
    key_watch: KeyWatch
    gate: Gate
    settings: ServerSettings
    links: VersionedLinks
    cookies: Cookies
    phones: Phones
    shifts: Shifts
    storing: Storing | None = None
    checkpoints: Checkpoints | None = None
    pending: PendingSignIns = field(default_factory=PendingSignIns)

    def environment(self, language: str) -> Environment:
        """Return the templates in one language."""
        return templates_of(language, self.settings.base, self.links.folder)


@functools.cache
def templates_of(language: str, base: str, static: Path) -> Environment:
    """Return the templates in one language, with addresses below `base`; each is compiled once."""
    return environment(TEMPLATES, VersionedLinks(base, static), catalogue(language))
