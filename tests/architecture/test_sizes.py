"""No file outgrows a sitting, and few functions outgrow a screen."""

from __future__ import annotations

import ast

from tests.architecture.sources import content, ending, product, tree

FILE_LINES = 500
FUNCTION_LINES = 35
SHARE_OF_SHORT_FUNCTIONS = 0.9


def test_no_file_is_longer_than_its_limit() -> None:
    lengths = {name: content(name).count("\n") for name in ending(".py", ".ts", ".mjs", ".css", ".html")}
    too_long = {
        name: length for name, length in lengths.items() if length > FILE_LINES and ".gen." not in name
    }
    assert too_long == {}


def test_nine_functions_in_ten_fit_a_screen() -> None:
    functions = [
        node
        for name in product()
        for node in ast.walk(tree(name))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    short = [node for node in functions if (node.end_lineno or node.lineno) - node.lineno < FUNCTION_LINES]
    assert len(short) >= SHARE_OF_SHORT_FUNCTIONS * len(functions)
