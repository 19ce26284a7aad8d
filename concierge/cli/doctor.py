"""`concierge doctor`: what this machine and these settings can do, one line a check, in plain words."""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from concierge.adapters.cedar import check_policies
from concierge.adapters.state_folder import StateFolder, StateFolderInUse
from concierge.config import Config
from concierge.domain.errors import ConciergeError

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
        _media_socket,
        _policies,
        _secure_context,
        _certificate,
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
            return True, f"{config.data_dir} can be written and nobody else works with it"
    except StateFolderInUse as error:
        return True, f"{error}: a server is running"


def _disk_space(config: Config) -> Finding:
    free = shutil.disk_usage(config.data_dir).free
    return free > _ENOUGH_BYTES, f"{free / 1024**3:.1f} GiB free for recordings (at least 5 GiB is wise)"


def _sync_time(config: Config) -> Finding:
    with tempfile.NamedTemporaryFile(dir=config.data_dir) as file:
        started = time.monotonic()
        file.write(bytes(64 * 1024))
        file.flush()
        os.fdatasync(file.fileno())
        spent = (time.monotonic() - started) * 1000
    return (
        spent < _SLOW_SYNC_MS,
        f"writing 64 KiB durably takes {spent:.1f} ms (under {_SLOW_SYNC_MS} ms is good)",
    )


def _port(config: Config) -> Finding:
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((config.host, config.port)) == 0
    return (
        True,
        f"port {config.port} on {config.host} is {'in use (a server is running?)' if taken else 'free'}",
    )


def _media_socket(config: Config) -> Finding:
    address = config.media_listen[0] if config.media_listen else ("127.0.0.1" if config.local else "0.0.0.0")
    port = config.media_ports[0] if config.media_ports else 0
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind((address, port))
        return True, f"media can listen on {address}, UDP port {probe.getsockname()[1]}"


def _policies(config: Config) -> Finding:
    problems = check_policies(config.policies_dir)
    return not problems, problems[0] if problems else f"the policies in {config.policies_dir} hold"


def _secure_context(config: Config) -> Finding:
    good = config.local or config.base_url.startswith("https://")
    words = f"people open {config.base_url}"
    return (
        good,
        words
        if good
        else f"{words}: browsers share a screen only over https (cert_file and key_file, or a proxy)",
    )


def _certificate(config: Config) -> Finding:
    if config.key_file is None:
        return True, "no certificate of our own is configured"
    mode = Path(config.key_file).stat().st_mode
    return (
        not mode & 0o077,
        f"the private key {config.key_file} {'can be read by others' if mode & 0o077 else 'is ours alone'}",
    )
