"""Hatch build hook: puts the pages, the policies and the compiled message catalogues into the wheel.

An editable install uses the checkout as it lies, so there this hook does nothing: `make` builds both.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ShippedFiles(BuildHookInterface[Any]):
    """Builds what is not committed and names it to the wheel builder."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build and add; ``version`` is "editable" when nothing is to be copied."""
        if version == "editable":
            return
        here = Path(self.root) / "deploy" / "dev"
        sys.path.insert(0, str(here))
        try:
            import bundle
            import catalogues
        finally:
            sys.path.remove(str(here))
        bundle.build()
        catalogues.compile_all()
        root = Path(self.root)
        included = build_data["force_include"]
        for folder in ("web/templates", "web/static", "policies"):
            included[str(root / folder)] = f"concierge/_shipped/{folder}"
        both = (catalogues.LOCALE, catalogues.RECORDER)
        for compiled in sorted(file for folder in both for file in folder.glob("*/LC_MESSAGES/*.mo")):
            included[str(compiled)] = compiled.relative_to(root).as_posix()
