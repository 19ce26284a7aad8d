"""Commands on recordings in the bucket: status, verify, fetch. They work beside a running server and change nothing there.

Rule: nothing is believed that was not read back and hashed; `fetch` needs no more than the right to list and read, and
neither database nor key, so that an auditor or a restore can do it anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from gettext import gettext as _

from concierge.adapters.clock import SteadyClock
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.state_folder import StateFolder
from concierge.adapters.storage_parts import Storage
from concierge.bootstrap import database_url, storage_of
from concierge.config import Config, SettingError
from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId
from concierge.services.storage_port import BucketRefused, BucketUnreachable

_MIB = 1024 * 1024


@asynccontextmanager
async def _opened(config: Config) -> AsyncIterator[tuple[Database, Storage]]:
    data = StateFolder(config.data_dir)
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    storage = storage_of(config, data, database, lambda _recording: None, SteadyClock())
    if storage is None:
        raise SettingError(_("bucket is missing: say where recordings are stored"))
    try:
        await database.start()
        yield database, storage
    finally:
        storage.stop()
        await database.stop()


def status(config: Config, options: argparse.Namespace) -> int:
    """Print what is stored and what waits, and whether the bucket answers; return 1 when it does not."""
    return asyncio.run(_status(config, as_json=options.json))


async def _status(config: Config, *, as_json: bool) -> int:
    async with _opened(config) as (database, storage):
        totals = await database.storage.totals()
        try:
            await storage.bucket.pieces(RecordingId("rec_"))
            answer = "ok"
        except BucketRefused:
            answer = "cannot_list"
        except BucketUnreachable as error:
            answer = str(error)
    if as_json:
        counts = {name: getattr(totals, name) for name in totals.__dataclass_fields__}
        print(json.dumps(counts | {"bucket": answer}, sort_keys=True))
        return 0 if answer in ("ok", "cannot_list") else 1
    words = _(
        "%(stored)s of %(recordings)s recordings are stored; the local copies of %(released)s are released."
    )
    print(words % {"stored": totals.stored, "recordings": totals.recordings, "released": totals.released})
    waiting = {"waiting": totals.waiting, "size": f"{totals.waiting_bytes / _MIB:.1f}"}
    print(_("%(waiting)s pieces (%(size)s MiB) wait to be sent.") % waiting)
    answers = {
        "ok": _("The bucket answers."),
        "cannot_list": _("The bucket answers; these credentials may not list it (that is enough to store)."),
    }
    print(answers.get(answer, answer))
    return 0 if answer in answers else 1


def verify(config: Config, options: argparse.Namespace) -> int:
    """Read every piece of the named recordings back, or of all; return 1 when one is missing or something else."""
    return asyncio.run(_verify(config, [RecordingId(one) for one in options.recordings]))


async def _verify(config: Config, wanted: list[RecordingId]) -> int:
    faults = 0
    async with _opened(config) as (database, storage):
        for recording in wanted or await database.storage.with_pieces():
            checked = await storage.stored.verify(recording)
            faults += len(checked.wrong) + (checked.good == 0)
            for words in checked.wrong:
                print(words, file=sys.stderr)
            line = _("%(recording)s: %(good)s pieces are right, %(wrong)s are not")
            print(line % {"recording": recording, "good": checked.good, "wrong": len(checked.wrong)})
    return 1 if faults else 0


def fetch(config: Config, options: argparse.Namespace) -> int:
    """Put a recording together in a new folder, from what the bucket lists; `recorder verify` checks it there."""
    return asyncio.run(_fetch(config, RecordingId(options.recording), options))


async def _fetch(config: Config, recording: RecordingId, options: argparse.Namespace) -> int:
    async with _opened(config) as (_database, storage):
        pieces = await storage.bucket.pieces(recording)
        if not pieces:
            raise ConciergeError(_("%(recording)s is not in the bucket") % {"recording": recording})
        try:
            await asyncio.to_thread(options.into.mkdir, mode=0o700)
            await storage.stored.fetch(pieces, options.into)
        except OSError as error:
            reason = {"folder": options.into, "reason": error.strerror}
            raise ConciergeError(_("%(folder)s cannot be written: %(reason)s") % reason) from None
    done = _("%(recording)s lies in %(folder)s; check it with: recorder verify %(folder)s")
    print(done % {"recording": recording, "folder": options.into})
    return 0
