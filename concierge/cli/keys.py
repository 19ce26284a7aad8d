"""`concierge keys`: list key-encryption keys, rotate to another one, forget one that nothing needs any more.

They work beside a running server, which looks at the key files again when they change. Nothing printed here is a key.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from gettext import gettext as _
from gettext import ngettext

from concierge.adapters.clock import SteadyClock
from concierge.adapters.db.migrate import migrate
from concierge.adapters.db.repositories import Database
from concierge.adapters.keys import Keyring, KeyUnavailable
from concierge.adapters.keys.local import FileKeks
from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import database_url, keyring_of
from concierge.config import Config
from concierge.services.ports import AuditLeaf
from concierge.services.rotating import ACTOR, rotate


@dataclass(frozen=True, slots=True)
class _Bench:
    database: Database
    ring: Keyring
    clock: SteadyClock


@asynccontextmanager
async def _bench(config: Config) -> AsyncIterator[_Bench]:
    data = StateFolder(config.data_dir)
    url = database_url(config, data)
    await asyncio.to_thread(migrate, url)
    database = Database(url)
    try:
        await database.start()
        yield _Bench(database, keyring_of(config, data), SteadyClock())
    finally:
        await database.stop()


def list_keys(config: Config, _options: argparse.Namespace) -> int:
    """Print a line for each KEK: its name, how many keys it wraps, and what that means. Returns 1 when one is lost."""
    return asyncio.run(_list(config))


async def _list(config: Config) -> int:
    async with _bench(config) as bench:
        counts = await bench.database.keys.counts()
        current = await asyncio.to_thread(bench.ring.current)
    files = {name for place in bench.ring.places if isinstance(place, FileKeks) for name in place.old()}
    lost = bench.ring.lost(counts)
    for kek in sorted({current, *counts, *files}):
        if kek == current:
            state = _("wraps now")
        elif kek in lost:
            state = _("LOST: what it wraps can be verified and not played")
        elif kek in counts:
            state = _("opens only; `concierge keys rotate` wraps these anew")
        else:
            state = _("needed by nothing here; backups may still need it")
        name = kek or _("(no name)")
        print(f"{name:<28} {counts.get(kek, 0):>8}  {state}")
    return 1 if lost else 0


def rotate_keys(config: Config, _options: argparse.Namespace) -> int:
    """Wrap every key under the current KEK; when all are already, make a new KEK first where that is ours to do."""
    return asyncio.run(_rotate(config))


async def _rotate(config: Config) -> int:
    async with _bench(config) as bench:
        _renew(bench, await bench.database.keys.counts())
        done = await rotate(bench.database.keys, bench.ring, bench.database.audit, bench.clock, _progress)
    words = ngettext(
        "%(count)s key is wrapped anew by %(kek)s.",
        "%(count)s keys are wrapped anew by %(kek)s.",
        done.rewrapped,
    )
    print(words % {"count": done.rewrapped, "kek": done.kek})
    if done.left:
        words = ngettext(
            "%(count)s key could not be opened: its key-encryption key is lost.",
            "%(count)s keys could not be opened: their key-encryption keys are lost.",
            done.left,
        )
        print(words % {"count": done.left}, file=sys.stderr)
    return 1 if done.left else 0


def _renew(bench: _Bench, counts: dict[str, int]) -> None:
    """A rotation that was interrupted is finished first; only then is there a reason for a newer KEK."""
    current, place = bench.ring.current(), bench.ring.places[0]
    lost = set(bench.ring.lost(counts))
    if isinstance(place, FileKeks) and not set(counts) - {current} - lost:
        print(_("The new key-encryption key is %(kek)s.") % {"kek": place.renew()})


def _progress(count: int) -> None:
    print(ngettext("%(count)s key …", "%(count)s keys …", count) % {"count": count}, file=sys.stderr)


def forget_key(config: Config, options: argparse.Namespace) -> int:
    """Delete an old KEK's file once nothing here is wrapped by it: backups' wrapped keys then open no more."""
    return asyncio.run(_forget(config, options.kek_name))


async def _forget(config: Config, kek: str) -> int:
    async with _bench(config) as bench:
        count = (await bench.database.keys.counts()).get(kek, 0)
        if count:
            raise KeyUnavailable(f"{count} keys are still wrapped by {kek}: rotate first")
        for place in bench.ring.places:
            file = place.old().get(kek) if isinstance(place, FileKeks) else None
            if file is not None:
                leaf = AuditLeaf(bench.clock.wall(), "KekForgotten", ACTOR, kek, json.dumps({"keys": 0}))
                await bench.database.audit.append(leaf)
                file.unlink()
                print(_("%(kek)s is forgotten.") % {"kek": kek})
                return 0
    raise KeyUnavailable(f"{kek} is no old key in a file of ours")
