"""One word for one thing: names that hold anything, and words the glossary avoids, are refused."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath

from tests.architecture.sources import ending, product, tree

FILES_THAT_HOLD_ANYTHING = re.compile(
    r"^(utils?|helpers?|common|misc|shared|stuff|managers?|handlers?|data|info)$"
)
AVOIDED = {
    "room", "rooms", "meeting", "guest", "guests", "kick", "kicked", "whitelist", "blacklist",
    "helper", "helpers", "util", "utils", "manager", "handler", "admin", "agent", "agents",
}  # fmt: skip


def words(name: str) -> set[str]:
    """Return the words of an identifier in either spelling: ``VendorSeat`` and ``vendor_seat`` have the same two."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def defined(name: str) -> list[tuple[int, str]]:
    """Return ``(line, name)`` for every class, function and parameter a file defines."""
    found: list[tuple[int, str]] = []
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append((node.lineno, node.name))
        elif isinstance(node, ast.arg):
            found.append((node.lineno, node.arg))
    return found


def test_words_are_found_in_both_spellings() -> None:
    assert words("VendorSeat") == words("vendor_seat") == {"vendor", "seat"}
    assert words("RTPGuard") == {"rtp", "guard"}


def test_no_file_name_holds_anything() -> None:
    wrong = [
        name
        for name in ending(".py", ".ts")
        if any(FILES_THAT_HOLD_ANYTHING.match(part) for part in (PurePosixPath(name).stem, *PurePosixPath(name).parts[1:-1]))
    ]  # fmt: skip
    assert wrong == []


def test_no_name_uses_an_avoided_word() -> None:
    wrong = [
        f"{name}:{line} {identifier}"
        for name in product()
        for line, identifier in defined(name)
        if words(identifier) & AVOIDED
    ]
    assert wrong == []


def test_no_class_name_says_data_or_info() -> None:
    wrong = [
        f"{name}:{node.lineno} {node.name}"
        for name in product()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.ClassDef) and words(node.name) & {"data", "info"}
    ]
    assert wrong == []
