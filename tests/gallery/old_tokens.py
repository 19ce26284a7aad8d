"""Writes web/static/css/tokens-old.css: the light half of every light-dark() colour, for browsers that do not know it.

`python -m tests.gallery.old_tokens` after a change of tokens.css.
"""

from __future__ import annotations

from pathlib import Path

CSS = Path(__file__).resolve().parents[2] / "web" / "static" / "css"
HEAD = (
    "/* The light colours again for browsers that do not know light-dark() (before 2024). "
    "Made from tokens.css; a test compares. */\n\n"
    "@supports not (color: light-dark(#000, #fff)) {\n  :root {\n    color-scheme: light;\n"
)


def light_half(value: str) -> str:
    """Return `value` with every light-dark(a, b) replaced by a."""
    while (start := value.find("light-dark(")) >= 0:
        depth, comma, end = 0, 0, len(value)
        opening = start + len("light-dark")
        for at in range(opening, len(value)):
            if value[at] == "(":
                depth += 1
            elif value[at] == "," and depth == 1 and not comma:
                comma = at
            elif value[at] == ")":
                depth -= 1
                if depth == 0:
                    end = at
                    break
        value = value[:start] + value[opening + 1 : comma].strip() + value[end + 1 :]
    return value


def derive(tokens: str) -> str:
    """Return the text of tokens-old.css for the text of tokens.css."""
    root = tokens.split(":root {", 1)[1].split("\n}", 1)[0]
    lines = [f"    {light_half(line.strip())}\n" for line in root.splitlines() if "light-dark(" in line]
    return HEAD + "".join(lines) + "  }\n}\n"


if __name__ == "__main__":
    (CSS / "tokens-old.css").write_text(derive((CSS / "tokens.css").read_text()))
