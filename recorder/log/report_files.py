"""A report as files for people: HTML that needs nothing else and prints, and CSV for a spreadsheet.

Rules: both are made from the document alone and always alike, so a file is checked by making it again; no cell of the CSV
begins like a formula; the HTML carries the document, its headings in the reader's language included, and no script.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

from recorder.errors import VerificationError
from recorder.log.report import SECTIONS

COLUMNS: Final = (
    "subject", "ticket", "by", "approver", "planned_from_ms", "planned_until_ms", "at_ms", "until_ms",
    "capabilities", "kind", "reason", "verdict", "leaves",
)  # fmt: skip
_TIMES: Final = frozenset({"planned_from_ms", "planned_until_ms", "at_ms", "until_ms"})
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
_BEGIN: Final = '<script type="application/json" id="report">'
_END: Final = "</script>"
_STYLE: Final = (
    "body{font:14px/1.45 system-ui,sans-serif;margin:2rem;color:#1a1d21;background:#fff}h1{font-size:1.5rem}"
    "h2{font-size:1.1rem;margin-top:2rem}table{border-collapse:collapse;width:100%;font-size:12px}"
    "th,td{border:1px solid #c9ced6;padding:.3rem .45rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}"
    "th{background:#eef1f5}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#555}dd{margin:0}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f6f8;padding:.6rem}.wide{overflow-x:auto}"
    "@media print{body{margin:0;font-size:10px}table{font-size:8px}thead{display:table-header-group}tr{break-inside:avoid}}"
    "@page{size:A4 landscape;margin:12mm}"
)


def as_json(document: Mapping[str, Any]) -> bytes:
    """The document itself."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, indent=1).encode() + b"\n"


def as_csv(document: Mapping[str, Any]) -> bytes:
    """One line of the report a row (RFC 4180); times in UTC."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("section", *COLUMNS))
    for line in document["lines"]:
        writer.writerow(
            [harmless(line["section"]), *(harmless(_cell(document, line, name)) for name in COLUMNS)]
        )
    return out.getvalue().encode()


def harmless(text: str) -> str:
    """A cell that no spreadsheet takes for a formula (OWASP, CSV injection): such a one gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def as_html(document: Mapping[str, Any]) -> bytes:
    """One page that needs nothing else."""
    words = document["words"]
    body = [f"<h1>{escape(words['title'])}</h1>", _facts(document)]
    for section in SECTIONS:
        lines = [line for line in document["lines"] if line["section"] == section]
        body += [f"<h2>{escape(words[section])} ({len(lines)})</h2>", _table(document, lines)]
    body.append(f"<h2>{escape(words['totals'])}</h2>{_totals(document)}")
    body.append(f"<h2>{escape(words['checkpoint'])}</h2><pre>{escape(document['log']['checkpoint'])}</pre>")
    body.append(f"<p>{escape(words['how'])}</p>")
    data = json.dumps(document, ensure_ascii=True, sort_keys=True, separators=(",", ":")).replace(
        "<", "\\u003c"
    )
    head = f'<meta charset="utf-8"><title>{escape(words["title"])}</title><style>{_STYLE}</style>'
    language = escape(str(document["language"]), quote=True)
    page = f'<!doctype html>\n<html lang="{language}"><head>{head}</head><body>\n' + "\n".join(body)
    return f"{page}\n{_BEGIN}{data}{_END}\n</body></html>\n".encode()


def document_in(page: bytes) -> bytes:
    """The document that an HTML report carries. Raises VerificationError."""
    text = page.decode("utf-8", "replace")
    _, found, rest = text.rpartition(_BEGIN)
    data, closed, _ = rest.partition(_END)
    if not found or not closed:
        raise VerificationError("the page carries no report")
    return data.encode()


def _facts(document: Mapping[str, Any]) -> str:
    return (
        "<dl>"
        + "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in document["facts"])
        + "</dl>"
    )


def _table(document: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> str:
    if not lines:
        return f"<p>{escape(document['words']['none'])}</p>"
    heads = "".join(f"<th>{escape(document['words'][name])}</th>" for name in COLUMNS)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(_cell(document, line, name))}</td>" for name in COLUMNS) + "</tr>\n"
        for line in lines
    )
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table></div>'


def _totals(document: Mapping[str, Any]) -> str:
    totals = document["totals"]
    rows = [*totals["by_kind"].items(), (document["words"]["withheld"], totals["withheld"])]
    rows.append((document["words"]["all"], totals["leaves"]))
    cells = "".join(f"<tr><td>{escape(str(name))}</td><td>{count}</td></tr>" for name, count in rows)
    return f"<table><tbody>{cells}</tbody></table>"


def _cell(document: Mapping[str, Any], line: Mapping[str, Any], name: str) -> str:
    if name == "verdict":
        return str(document["verdicts"].get(line.get("recording", ""), ""))
    value = line.get(name)
    if value is None:
        return ""
    if name in _TIMES:
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    if isinstance(value, list):
        return " ".join(map(str, value))
    label = document["labels"].get(value, "")
    return f"{label} ({value})" if label else str(value)
