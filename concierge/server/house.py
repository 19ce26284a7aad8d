"""What every endpoint may reach: the use cases and ports, in one frozen bundle made by build_app."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field

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
from concierge.services.registry import Registry
from concierge.services.replays import Replays
from concierge.services.tools import Tools
from concierge.shipped import TEMPLATES

PRODUCT = "Concierge"


@dataclass(frozen=True)
class House:
    """The installation as its front door sees it."""

    tools: Tools
    registry: Registry
    accounts: Accounts
    keys: ApiKeys
    replays: Replays
    gate: Gate
    settings: ServerSettings
    links: VersionedLinks
    cookies: Cookies
    pending: PendingSignIns = field(default_factory=PendingSignIns)

    @functools.cached_property
    def _environments(self) -> dict[str, Environment]:
        return {}

    def environment(self, language: str) -> Environment:
        """Return the templates in one language."""
        known = self._environments.get(language)
        if known is None:
            known = environment(TEMPLATES, self.links, catalogue(language))
            self._environments[language] = known
        return known
