"""Every source file that does something has its test file, in the same place under tests/.

A file without a single function that has a body (values, protocols, constants) states facts; the tests of those who
use it are its tests.
"""

from __future__ import annotations

import ast
from pathlib import PurePosixPath

from tests.architecture.sources import ROOT, product, tree

# Each with its reason; whoever adds one says why here.
EXEMPT: dict[str, str] = {
    "concierge/__main__.py": "calls cli.main",
    "recorder/__main__.py": "calls cli.main",
}


def place_of_test(source: str) -> str:
    path = PurePosixPath(source)
    folder = path.parent.relative_to("concierge") if path.parts[0] == "concierge" else path.parent
    return (PurePosixPath("tests") / folder / f"test_{path.name}").as_posix()


def has_a_body(node: ast.AST) -> bool:
    """Return whether ``node`` is a function that does more than stand there with a docstring or dots."""
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    return not all(isinstance(step, ast.Expr) and isinstance(step.value, ast.Constant) for step in node.body)


def does_something(source: str) -> bool:
    return any(has_a_body(node) for node in ast.walk(tree(source)))


def test_the_place_of_a_test_mirrors_its_source() -> None:
    assert place_of_test("concierge/domain/invite.py") == "tests/domain/test_invite.py"
    assert place_of_test("concierge/adapters/db/tables.py") == "tests/adapters/db/test_tables.py"
    assert place_of_test("concierge/cli.py") == "tests/test_cli.py"
    assert place_of_test("recorder/chain.py") == "tests/recorder/test_chain.py"


def test_protocols_do_nothing_and_functions_do() -> None:
    assert not any(
        map(has_a_body, ast.walk(ast.parse('class P:\n def m(self) -> int:\n  """One."""\n  ...')))
    )
    assert any(map(has_a_body, ast.walk(ast.parse("class C:\n def m(self) -> int:\n  return 1"))))


def test_every_source_has_its_test() -> None:
    missing = [
        f"{name} -> {place_of_test(name)}"
        for name in product()
        if not name.endswith("__init__.py")
        and name not in EXEMPT
        and does_something(name)
        and not (ROOT / place_of_test(name)).is_file()
    ]
    assert missing == []


def test_no_exemption_has_a_test_after_all() -> None:
    assert [name for name in EXEMPT if (ROOT / place_of_test(name)).is_file()] == []
