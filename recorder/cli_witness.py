"""`recorder witness`: runs a witness. Its folder holds its key and what it remembers; nothing else is needed anywhere.

It refuses to run where another witness works, and to begin anew over a memory that cannot be read.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
from gettext import translation
from pathlib import Path
from typing import Final

from recorder.errors import RecorderError
from recorder.installation import InstallationKey, read_public
from recorder.log.witness import LogWitness
from recorder.log.witness_http import WitnessServer

_ = translation("recorder", Path(__file__).parent / "locale", fallback=True).gettext

EXIT_GOOD: Final = 0
EXIT_UNUSABLE: Final = 2
EXIT_CANNOT_LISTEN: Final = 3


def add_arguments(witness: argparse.ArgumentParser) -> None:
    """Add the arguments of running a witness."""
    witness.add_argument("folder", type=Path, metavar="DIR", help=_("where its key and its memory are kept"))
    witness.add_argument(
        "--name", required=True, help=_("its name in cosignatures, as in audit.example.org/witness")
    )
    witness.add_argument(
        "--log-key",
        action="append",
        required=True,
        metavar="KEY",
        help=_("an installation's public key, PEM file or hex; its log is witnessed"),
    )
    witness.add_argument("--host", default="127.0.0.1", help=_("address to listen on"))
    witness.add_argument("--port", type=int, default=8090, help=_("port to listen on"))


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop; the exit code."""
    try:
        witness = _witness(arguments)
        server = WitnessServer((arguments.host, arguments.port), witness)
    except RecorderError as error:
        return _say(EXIT_UNUSABLE, str(error))
    except (OSError, OverflowError) as error:
        return _say(EXIT_CANNOT_LISTEN, str(error))
    place = {"host": arguments.host, "port": server.server_port, "key": witness.key.text()}
    print(_("Witness on http://%(host)s:%(port)d; its key: %(key)s") % place, flush=True)
    signal.signal(signal.SIGTERM, _stop)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return EXIT_GOOD
    finally:
        server.server_close()
    return EXIT_GOOD


def _stop(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _witness(arguments: argparse.Namespace) -> LogWitness:
    folder: Path = arguments.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        key = InstallationKey.load_or_generate(folder / "witness.pem")
        logs = [_public(given) for given in arguments.log_key]
    except BlockingIOError:
        raise RecorderError(_("another witness works with %s") % folder) from None
    except OSError as error:
        raise RecorderError(
            _("%(folder)s cannot be used: %(why)s") % {"folder": folder, "why": error}
        ) from None
    return LogWitness(folder, arguments.name, key, logs)


def _public(given: str) -> bytes:
    path = Path(given)
    return read_public(path.read_bytes() if path.exists() else given.encode())


def _say(code: int, words: str) -> int:
    print(_("witness: %s") % words, file=sys.stderr)
    return code
