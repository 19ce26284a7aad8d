"""What the house consists of, for the tests that look at all of it."""

from __future__ import annotations

import ast
import functools
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@functools.cache
def files() -> tuple[str, ...]:
    """Return every file that is committed or about to be, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=30,
    ).stdout.splitlines()  # fmt: skip
    present = tuple(name for name in sorted(set(listed)) if (ROOT / name).is_file())
    assert present, "git lists no file"
    return present


def ending(*endings: str) -> list[str]:
    """Return the files whose names end so."""
    return [name for name in files() if name.endswith(endings)]


def product() -> list[str]:
    """Return the Python files that ship: the broker and the recorder, without migrations."""
    return [
        name
        for name in ending(".py")
        if name.startswith(("concierge/", "recorder/")) and "/migrations/" not in name
    ]


@functools.cache
def content(name: str) -> str:
    """Return the text of a file; bytes that are no text count as none."""
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@functools.cache
def tree(name: str) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(content(name), filename=name)


def imports(name: str) -> list[tuple[int, str]]:
    """Return ``(line, module)`` for every import of a Python file, wherever it stands."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.append((node.lineno, node.module))
    return found
