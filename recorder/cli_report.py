"""`recorder log verify-report`: an audit report held against the signed root it carries; JSON, HTML, or CSV beside its JSON.

Exit codes beside those of cli.py: 24 the report is not what the log tells.
"""

from __future__ import annotations

import argparse
import sys
from gettext import translation
from pathlib import Path
from typing import Any, Final

from recorder.errors import VerificationError
from recorder.log import report, report_files

_ = translation("recorder", Path(__file__).parent / "locale", fallback=True).gettext

EXIT_GOOD: Final = 0
EXIT_SIGNER_UNKNOWN: Final = 14
EXIT_REPORT_BAD: Final = 24


def add_command(verbs: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `verify-report`."""
    command = verbs.add_parser("verify-report", help=_("check an audit report; no network needed"))
    command.add_argument("file", type=Path, metavar="FILE", help=_("the report: .json, .html or .csv"))
    command.add_argument(
        "--with", type=Path, dest="beside", metavar="JSON", help=_("the same report as JSON, for a CSV")
    )
    command.add_argument("--trust", metavar="KEY", help=_("the installation's public key: PEM file or hex"))


def verify(arguments: argparse.Namespace, trust: bytes | None) -> int:
    """Check a report; the exit code. Raises OSError."""
    try:
        document = _document(arguments.file, arguments.beside)
        head = report.check_report(document, trust)
        _same(arguments.file, document)
    except VerificationError as error:
        print(_("recorder: %s") % error, file=sys.stderr)
        return EXIT_REPORT_BAD
    facts = {"lines": len(document["lines"]), "leaves": document["totals"]["leaves"], "size": head.size}
    print(
        _("%(lines)d lines rest on %(leaves)d leaves of a signed log of %(size)d; none is missing.") % facts
    )
    if withheld := document["totals"]["withheld"]:
        print(_("A filter withholds %d leaves: what they say is not shown here.") % withheld)
    if trust is None:
        print(_("Consistent, but the signer is unknown: pin a key with --trust."))
        return EXIT_SIGNER_UNKNOWN
    return EXIT_GOOD


def _document(path: Path, beside: Path | None) -> dict[str, Any]:
    text = _bytes(path)
    if path.suffix == ".html":
        return report.read_report(report_files.document_in(text))
    if path.suffix != ".csv":
        return report.read_report(text)
    if beside is None:
        raise VerificationError(_("a CSV holds no proof: give the same report as JSON with --with"))
    return report.read_report(_bytes(beside))


def _same(path: Path, document: dict[str, Any]) -> None:
    """A file for people is what the document makes it, byte for byte."""
    makers = {".html": report_files.as_html, ".csv": report_files.as_csv}
    make = makers.get(path.suffix)
    try:
        same = make is None or make(document) == path.read_bytes()
    except (KeyError, TypeError, ValueError, AttributeError):
        raise VerificationError("the report is damaged") from None
    if not same:
        raise VerificationError(_("what this file shows is not what its signed leaves tell: it was altered"))


def _bytes(path: Path) -> bytes:
    if path.stat().st_size > report.MAX_REPORT_BYTES:
        raise VerificationError("the report is too long")
    return path.read_bytes()
