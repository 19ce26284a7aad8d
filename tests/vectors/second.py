"""Runs the second implementation (web/src/evidence, TypeScript) over many recordings in one Node process."""

from __future__ import annotations

import base64
import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.dev.bundle import NODE, ROOT, WEB, install
from recorder.envelope import ContentKeys

SECONDS = 600


@dataclass(frozen=True)
class Question:
    """A recording's files, the key to pin (or None) and content keys (or None)."""

    files: Mapping[str, bytes]
    pinned: bytes | None
    keys: ContentKeys | None
    claims: int | None = None
    """Bytes that every file claims to have, if not its own; zeroes follow."""

    def line(self) -> str:
        """As the program reads it."""
        keys = {"*": self.keys} if isinstance(self.keys, bytes) else self.keys
        return json.dumps(
            {
                "files": {name: base64.b64encode(data).decode() for name, data in self.files.items()},
                "pinned": None if self.pinned is None else self.pinned.hex(),
                **({} if self.claims is None else {"claims": self.claims}),
                "keys": None if keys is None else {str(cls): key.hex() for cls, key in keys.items()},
            }
        )


class Second:
    """The program, bundled into a folder."""

    def __init__(self, folder: Path) -> None:
        install()
        self._program = folder / "second.mjs"
        bundler = WEB / "node_modules" / ".bin" / "esbuild"
        given: list[str | Path] = [
            ROOT / "tests" / "vectors" / "second.mjs",
            "--bundle",
            "--platform=node",
            "--format=esm",
        ]
        subprocess.run(
            [bundler, *given, f"--outfile={self._program}", "--log-level=error"],
            check=True,
            timeout=SECONDS,
        )

    def answers(self, questions: Iterable[Question]) -> list[dict[str, Any]]:
        """What it says of each, in order."""
        asked = "\n".join(question.line() for question in questions)
        done = subprocess.run(
            [NODE, self._program], input=asked, capture_output=True, text=True, check=True, timeout=SECONDS
        )
        return [json.loads(line) for line in done.stdout.splitlines()]


def comparable(verdict: dict[str, Any]) -> dict[str, Any]:
    """A verdict without words for people and without what follows from the rest."""
    kept = {name: value for name, value in verdict.items() if name != "exit_code"}
    if kept["fault"] is not None:
        kept["fault"] = {name: value for name, value in kept["fault"].items() if name != "reason"}
    return kept
