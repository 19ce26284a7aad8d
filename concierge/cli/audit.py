"""`concierge audit`, `concierge restore`, `concierge witness`: the audit log for the people who look after it.

`audit export`, `audit prove` and `audit checkpoint` work beside a running server. `restore` needs the data directory for
itself. `audit verify DIR` and `witness` are the recorder's own commands and need neither settings nor database.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from gettext import gettext as _
from pathlib import Path

from concierge.adapters.clock import SteadyClock
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_audit import export_log, proof_fields, recorder_command
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_parts import evidence_parts, installation_log
from concierge.adapters.evidence_witness import witnesses
from concierge.adapters.log_anchor import FileAnchor
from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import database_url, keyring_of
from concierge.config import Config
from concierge.services.checkpoints import Checkpoints
from concierge.services.restoring import restore as restore_log
from concierge.services.restoring import restore_recordings


@dataclass(frozen=True, slots=True)
class _Bench:
    data: StateFolder
    database: Database
    log: SignedLog
    checkpoints: Checkpoints
    clock: SteadyClock


@asynccontextmanager
async def _bench(config: Config) -> AsyncIterator[_Bench]:
    data, clock = StateFolder(config.data_dir), SteadyClock()
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        await database.start()
        log, public = installation_log(data.keys, database.audit_tree, clock)
        seen_by = witnesses(config.witnesses, public)
        await log.start()
        yield _Bench(
            data, database, log, Checkpoints(log, database.audit_tree, FileAnchor(data.root), seen_by), clock
        )
    finally:
        await database.stop()


def export(config: Config, options: argparse.Namespace) -> int:
    """Write the log, its newest head and earlier ones into a new folder."""
    return asyncio.run(_export(config, options.folder))


async def _export(config: Config, folder: Path) -> int:
    async with _bench(config) as bench:
        size = await export_log(bench.log, bench.database.audit_tree, await bench.log.checkpoint(), folder)
    print(_("%(size)d leaves in %(folder)s") % {"size": size, "folder": folder})
    return 0


def verify(config: Config, options: argparse.Namespace) -> int:
    """Export the log to a folder that goes away again, and verify that with the recorder's own command."""
    with tempfile.TemporaryDirectory(dir=config.data_dir) as place:
        asyncio.run(_export(config, Path(place) / "log"))
        held = Path(config.data_dir) / "audit.checkpoint"
        trust = ["--trust", str(Path(config.data_dir) / "keys" / "installation.pub.pem")]
        kept = ["--checkpoint", str(held)] if held.exists() else []
        machine = ["--json"] if options.json else []
        return recorder_command(["log", "verify", str(Path(place) / "log"), *trust, *kept, *machine])


def prove(config: Config, options: argparse.Namespace) -> int:
    """Print one leaf with its inclusion proof and the signed checkpoint, as JSON."""
    return asyncio.run(_prove(config, options.number))


async def _prove(config: Config, number: int) -> int:
    async with _bench(config) as bench:
        print(json.dumps(proof_fields(await bench.log.prove(number)), indent=2, sort_keys=True))
    return 0


def checkpoint(config: Config, _options: argparse.Namespace) -> int:
    """Sign the head now, have it cosigned, and print it."""
    return asyncio.run(_checkpoint(config))


async def _checkpoint(config: Config) -> int:
    async with _bench(config) as bench:
        note = await bench.checkpoints.take()
        print(note.decode(), end="")
        return 1 if bench.checkpoints.silent else 0


def restore(config: Config, options: argparse.Namespace) -> int:
    """Say that a backup was put back: open a signed restored epoch."""
    with StateFolder(config.data_dir):
        return asyncio.run(_restore(config, options.operator, options.backup))


async def _restore(config: Config, operator: str, backup: str) -> int:
    async with _bench(config) as bench:
        held = [note for _holder, note in await bench.checkpoints.held()]
        done = await restore_log(bench.log, bench.database.audit_tree, bench.clock, held, operator, backup)
        await bench.log.start()
        await bench.checkpoints.take()
        failed = await _restore_recordings(config, bench, operator, backup)
    facts = {"kept": done.kept, "first": done.kept + 1, "last": done.lost_until, "number": done.number}
    if done.lost_until > done.kept:
        print(_("Leaves %(first)d to %(last)d are lost; leaf %(number)d says so, signed.") % facts)
    else:
        print(
            _("Nobody holds more than the %(kept)d leaves there are; leaf %(number)d says what was done.")
            % facts
        )
    return 1 if failed else 0


async def _restore_recordings(config: Config, bench: _Bench, operator: str, backup: str) -> bool:
    """Declare it in the recordings that were open too, and say which; whether one could not be."""
    ring = keyring_of(config, bench.data)
    parts = evidence_parts(bench.data.recordings, bench.data.keys, ring, bench.clock)
    parts.start()
    try:
        database = bench.database
        done, failed = await restore_recordings(
            database.sessions, database.recordings, parts.log, operator, backup
        )
    finally:
        await asyncio.to_thread(parts.stop)
    for recording in done:
        print(
            _("Recording %(recording)s was open: it says, signed, that it was restored.")
            % {"recording": recording}
        )
    for recording, reason in failed:
        facts = {"recording": recording, "reason": reason}
        print(_("Recording %(recording)s was open and does not say so: %(reason)s") % facts, file=sys.stderr)
    return bool(failed)


def witness(_config: Config, options: argparse.Namespace) -> int:
    """Run a witness."""
    return run_witness(options)


def run_witness(options: argparse.Namespace) -> int:
    """Run a witness without needing any setting: it is the recorder's own command."""
    return recorder_command(["witness", *options.rest])
