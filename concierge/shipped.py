"""Where the files shipped with the program lie: pages, policies, message catalogues.

In a checkout they lie beside the package; an installed wheel carries them inside it. This module only names the
places: it opens nothing and refuses to guess a third place.
"""

from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parent
_INSIDE_WHEEL: Final = _PACKAGE / "_shipped"
_ROOT: Final = _INSIDE_WHEEL if _INSIDE_WHEEL.is_dir() else _PACKAGE.parent

TEMPLATES: Final = _ROOT / "web" / "templates"
"""Jinja2 templates."""

STATIC: Final = _ROOT / "web" / "static"
"""Style sheets, pictures and, under ``build/``, the bundled scripts."""

POLICIES: Final = _ROOT / "policies"
"""The Cedar schema and the policies shipped by default."""

LOCALE: Final = _PACKAGE / "locale"
"""gettext catalogues: ``<language>/LC_MESSAGES/messages.mo``."""
