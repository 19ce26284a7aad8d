"""`concierge doctor`: what this machine and these settings can do, one line a check, in plain words."""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from gettext import gettext as _
from pathlib import Path
from typing import Final

from concierge.adapters.cedar import check_policies
from concierge.adapters.db.migrate import WrongSchema
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_parts import witnesses_of
from concierge.adapters.keys import Keyring
from concierge.adapters.retention_file import check_retention
from concierge.adapters.state_folder import StateFolder, StateFolderInUse
from concierge.bootstrap import database_url, keyring_of
from concierge.cli import doctor_ways
from concierge.config import Config
from concierge.domain.errors import ConciergeError
from concierge.services.ways import Check

_ENOUGH_BYTES: Final = 5 * 1024**3
_SLOW_SYNC_MS: Final = 50

Finding = tuple[bool, str]


def examine(config: Config, _options: argparse.Namespace) -> int:
    """Print every finding; return 1 when something must be mended before serving."""
    checks: tuple[Callable[[Config], Finding], ...] = (
        _data_dir,
        _disk_space,
        _sync_time,
        _port,
        doctor_ways.signalling,
        _media_socket,
        doctor_ways.turn_udp,
        doctor_ways.turn_tls,
        _policies,
        _keys,
        _secure_context,
        _certificate,
        _witnesses,
    )
    failed = 0
    for check in checks:
        try:
            good, words = check(config)
        except (ConciergeError, OSError) as error:
            good, words = False, str(error)
        failed += not good
        print(f"{'ok  ' if good else 'MEND'}  {words}")
    return 1 if failed else 0


def _data_dir(config: Config) -> Finding:
    try:
        with StateFolder(config.data_dir):
            return True, _("%(folder)s can be written and nobody else works with it") % {
                "folder": config.data_dir
            }
    except StateFolderInUse as error:
        return True, _("%(reason)s: a server is running") % {"reason": error}


def _disk_space(config: Config) -> Finding:
    free = shutil.disk_usage(config.data_dir).free
    words = _("%(free)s GiB free for recordings (at least 5 GiB is wise)") % {"free": f"{free / 1024**3:.1f}"}
    return free > _ENOUGH_BYTES, words


def _sync_time(config: Config) -> Finding:
    with tempfile.NamedTemporaryFile(dir=config.data_dir) as file:
        started = time.monotonic()
        file.write(bytes(64 * 1024))
        file.flush()
        os.fdatasync(file.fileno())
        spent = (time.monotonic() - started) * 1000
    words = _("writing 64 KiB durably takes %(spent)s ms (under %(good)s ms is good)")
    return spent < _SLOW_SYNC_MS, words % {"spent": f"{spent:.1f}", "good": _SLOW_SYNC_MS}


def _port(config: Config) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((config.host, config.port)) == 0
    words = (
        _("port %(port)s on %(host)s is in use (a server is running?)")
        if taken
        else _("port %(port)s on %(host)s is free")
    )
    return True, words % {"port": config.port, "host": config.host}


def _media_socket(config: Config) -> Finding:
    address = config.media_listen[0] if config.media_listen else ("127.0.0.1" if config.local else "0.0.0.0")
    port = config.media_ports[0] if config.media_ports else 0
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address, port))
        words = _("media can listen on %(address)s, UDP port %(port)s")
        place = {"address": address, "port": probe.getsockname()[1]}
        return True, doctor_ways.titled(Check.MEDIA_UDP, words % place)


def _policies(config: Config) -> Finding:
    problems = [*check_policies(config.policies_dir), *check_retention(config.policies_dir)]
    good = _("the policies in %(folder)s hold") % {"folder": config.policies_dir}
    return not problems, problems[0] if problems else good


def _keys(config: Config) -> Finding:
    """The KEK in the data directory is only looked for here: a check makes no keys."""
    data = StateFolder(config.data_dir)
    if config.kek is None and config.kek_file is None and not (data.keys / "kek").exists():
        return True, _("a key-encryption key is made when the server first starts")
    ring = keyring_of(config, data)
    ring.try_out()
    lost = asyncio.run(_lost_keys(config, data, ring))
    if lost:
        words = _("recordings whose key was wrapped by %(keks)s can be verified and not played: it is lost")
        return False, words % {"keks": ", ".join(lost)}
    return True, _("the key-encryption key %(kek)s wraps and opens") % {"kek": ring.current()}


async def _lost_keys(config: Config, data: StateFolder, ring: Keyring) -> list[str]:
    """Ask the key store, when there is a database of this version."""
    if not config.database_url and not data.database.exists():
        return []
    database = Database(database_url(config, data))
    try:
        await database.start()
        return ring.lost(await database.keys.counts())
    except WrongSchema:
        return []
    finally:
        await database.stop()


def _secure_context(config: Config) -> Finding:
    good = config.local or config.base_url.startswith("https://")
    words = (
        _("people open %(address)s")
        if good
        else _(
            "people open %(address)s: browsers share a screen only over https (cert_file and key_file, or a proxy)"
        )
    )
    return good, doctor_ways.titled(Check.SHARING, words % {"address": config.base_url})


def _certificate(config: Config) -> Finding:
    if config.key_file is None:
        return True, _("no certificate of our own is configured")
    mode = Path(config.key_file).stat().st_mode
    words = (
        _("the private key %(file)s can be read by others")
        if mode & 0o077
        else _("the private key %(file)s is ours alone")
    )
    return not mode & 0o077, words % {"file": config.key_file}


def _witnesses(config: Config) -> Finding:
    if not config.witnesses:
        words = _("no witness is configured: if database and files are put back together, nobody can notice")
        return True, words
    public = StateFolder(config.data_dir).keys / "installation.pub.pem"
    silent = asyncio.run(_silent_witnesses(config, public)) if public.exists() else []
    if silent:
        words = _("these witnesses do not answer, so nobody else sees a rollback: %(witnesses)s")
        return False, words % {"witnesses": "; ".join(silent)}
    return True, _("%(count)d witnesses are asked to cosign the audit log") % {"count": len(config.witnesses)}


async def _silent_witnesses(config: Config, public: Path) -> list[str]:
    asked = witnesses_of(config.witnesses, public)
    answers = await asyncio.gather(*(one.held() for one in asked), return_exceptions=True)
    pairs = zip(asked, answers, strict=True)
    return [f"{one.name} ({answer})" for one, answer in pairs if isinstance(answer, BaseException)]
