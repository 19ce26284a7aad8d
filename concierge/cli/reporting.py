"""`concierge audit report` and `concierge audit verify-report`: what happened in a period, for an auditor, and its check.

`report` works beside a running server; `verify-report` is the recorder's own command.
"""

from __future__ import annotations

import argparse
import asyncio
import gettext
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from gettext import gettext as _
from pathlib import Path

from concierge.adapters.evidence_audit import recorder_command
from concierge.bootstrap import reporting_beside_a_server
from concierge.config import Config
from concierge.domain.errors import BadInput
from concierge.server.report_words import report_words
from concierge.services.report_port import ReportWish


def add_commands(
    log: argparse._SubParsersAction[argparse.ArgumentParser], command: Callable[..., argparse.ArgumentParser]
) -> None:
    """Add `report` and `verify-report` to the verbs of `audit`."""
    making = command(log, "report", _("tell what happened in a period, provably whole"), report)
    making.add_argument("--from", dest="since", required=True, metavar="DAY", help=_("first day, UTC"))
    making.add_argument("--to", dest="until", required=True, metavar="DAY", help=_("last day, UTC"))
    making.add_argument("--company", default="", help=_("only this company's invites and sessions"))
    making.add_argument("--ticket", default="", metavar="NUMBER", help=_("only this ticket"))
    making.add_argument(
        "--sample", type=int, metavar="N", help=_("verify the recordings of so many sessions only")
    )
    making.add_argument("--seed", type=int, default=0, help=_("which ones; stands in the report"))
    making.add_argument("--format", choices=("html", "csv", "json"), default="json", help=_("kind of file"))
    making.add_argument("--out", type=Path, metavar="FILE", help=_("a file that does not exist yet"))
    checking = command(log, "verify-report", _("check a report against the signed log"), verify)
    checking.add_argument("file", type=Path, metavar="FILE", help=_("the report"))
    checking.add_argument(
        "--with", dest="beside", type=Path, metavar="JSON", help=_("the same as JSON, for a CSV")
    )


def report(config: Config, options: argparse.Namespace) -> int:
    """Write a report to a file or to standard output."""
    begin, end = _day(options.since), _day(options.until) + timedelta(days=1)
    wish = ReportWish(
        from_ms=int(begin.timestamp() * 1000),
        until_ms=int(end.timestamp() * 1000),
        ticket=options.ticket,
        company=options.company,
        sample=options.sample,
        seed=options.seed,
    )
    made = asyncio.run(_made(config, wish, options))
    if options.out is None:
        sys.stdout.buffer.write(made)
    else:
        with options.out.open("xb") as file:
            file.write(made)
    return 0


async def _made(config: Config, wish: ReportWish, options: argparse.Namespace) -> bytes:
    words = report_words("en", gettext.gettext)
    async with reporting_beside_a_server(config) as reporting:
        return await reporting.for_operator(wish, words, options.format)


def verify(config: Config, options: argparse.Namespace) -> int:
    """Check a report against this installation's key."""
    trust = ["--trust", str(config.data_dir / "keys" / "installation.pub.pem")]
    beside = [] if options.beside is None else ["--with", str(options.beside)]
    return recorder_command(["log", "verify-report", str(options.file), *trust, *beside])


def _day(text: str) -> datetime:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"a day like 2026-11-21 is expected, not {text[:20]!r}") from None
    return datetime(found.year, found.month, found.day, tzinfo=UTC)
