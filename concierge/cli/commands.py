"""Arguments to calls. Says what is wrong in one sentence and exits with a code a script can tell apart.

Exit codes: 0 done, 1 the command found something wrong, 2 wrong arguments or settings, 3 the address cannot be listened on,
4 another server works with the data directory, 5 a policy does not hold, 6 the database does not answer or fit,
7 the audit log was rolled back.
"""

from __future__ import annotations

import argparse
import gettext
import sys
from collections.abc import Callable, Sequence
from gettext import gettext as _
from pathlib import Path
from typing import Final

from concierge.adapters import logs
from concierge.adapters.cedar_files import PolicyError
from concierge.adapters.db.migrate import WrongSchema
from concierge.adapters.retention_file import RetentionError
from concierge.adapters.state_folder import StateFolderInUse, StateFolderUnusable
from concierge.cli import administration, audit, doctor, erasing, keys, reporting, serving
from concierge.cli import storage as storage_cli
from concierge.config import SETTINGS, Config, SettingError, load
from concierge.domain.errors import ConciergeError
from concierge.domain.refusals import N_
from concierge.server.run import CannotListen
from concierge.services.audit_port import LogRolledBack
from concierge.services.ports import StoreUnavailable
from concierge.shipped import LOCALE

_EXITS: Final[tuple[tuple[type[ConciergeError], int], ...]] = (
    (SettingError, 2),
    (CannotListen, 3),
    (StateFolderInUse, 4),
    (StateFolderUnusable, 2),
    (PolicyError, 5),
    (RetentionError, 5),
    (WrongSchema, 6),
    (StoreUnavailable, 6),
    (LogRolledBack, 7),
)

_HELP: Final[dict[str, str]] = {
    "data_dir": N_("where everything is kept"),
    "host": N_("address to listen on (localhost)"),
    "port": N_("port to listen on (8080)"),
    "public_url": N_("address people open, with a base path if there is one"),
    "cert_file": N_("TLS certificate chain, PEM"),
    "key_file": N_("TLS private key, PEM"),
    "trusted_proxies": N_("addresses of reverse proxies whose X-Forwarded-For is believed"),
    "database_url": N_("postgresql://… instead of SQLite in the data directory"),
    "witnesses": N_("who cosigns the audit log's checkpoints: ADDRESS KEY, …"),
    "policies_dir": N_("folder of Cedar policies"),
    "kek_file": N_("file of 32 bytes that wraps recordings' keys"),
    "kek": N_("where that key is instead: file:PATH, env:NAME, unix:SOCKET#KEY or https://KMS#KEY"),
    "kek_old": N_("earlier places of it, still good for opening"),
    "kms_ca_file": N_("certificates a KMS is checked against, PEM"),
    "kms_credential_file": N_("file with the secret this broker shows to the KMS"),
    "organisation": N_("name people are shown"),
    "desk_phone": N_("number people are told to call"),
    "kept_days": N_("how long recordings are kept where no rule says otherwise (90)"),
    "backup_days": N_("how long backups are kept; 0 means nobody said"),
    "media_listen": N_("addresses for media sockets (all of this machine)"),
    "media_public_address": N_("address a one-to-one NAT shows to the world"),
    "media_ports": N_("UDP ports for media, as in 50000-50199"),
    "ice_servers": N_("JSON list of STUN and TURN servers for browsers"),
    "turn_secret": N_("secret shared with the TURN server, for credentials that soon expire"),
    "bucket": N_("bucket that finished recordings are stored in"),
    "bucket_endpoint": N_("address of an S3 server other than AWS"),
    "bucket_region": N_("region of the bucket (us-east-1)"),
    "bucket_prefix": N_("what names in the bucket begin with"),
    "bucket_credentials_file": N_("file of two lines: access key, secret key"),
    "bucket_lock": N_("lock what is stored: governance or compliance"),
    "bucket_lock_days": N_("for how many days"),
    "local_keep_days": N_("days after which stored recordings leave this disk (never)"),
    "timestamp_url": N_("address of a time-stamping authority (RFC 3161)"),
    "timestamp_ca_file": N_("certificates it is believed by, PEM"),
    "disk_warn_percent": N_("warn when less of the disk is free (10)"),
    "disk_refuse_percent": N_("open no session when less is free (5)"),
    "disk_reserve_mb": N_("MiB kept for closing recordings; sessions pause before (256)"),
    "log_format": N_("console or json"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, in the language of LANGUAGE or LANG; return its exit code."""
    gettext.bindtextdomain(gettext.textdomain(), LOCALE)
    options = _parser().parse_args(arguments)
    run: Callable[[Config, argparse.Namespace], int] = options.run
    try:
        if run is administration.check_policies:
            return administration.check_policy_folder(options)
        if run is audit.witness:
            return audit.run_witness(options)
        config = load({name: getattr(options, name, None) for name in (*SETTINGS, "config")})
        logs.set_up(config.log_format)
        return run(config, options)
    except ConciergeError as error:
        print(f"concierge: {error}", file=sys.stderr)
        return next((code for kind, code in _EXITS if isinstance(error, kind)), 1)
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="concierge",
        description=_(
            "Broker for remote-support sessions, each recorded as evidence that anyone can verify."
        ),
        epilog=_(
            "Every option can also stand in the environment (CONCIERGE_DATA_DIR=…) or in a TOML file (--config)."
        ),
    )
    commands = parser.add_subparsers(metavar="command", required=True)
    _command(commands, "serve", _("run the broker"), serving.serve)
    demo = _command(commands, "demo", _("run it with a demonstration organisation"), serving.demo)
    demo.add_argument("--json", action="store_true", help=_("print one line of JSON when ready"))
    _command(commands, "migrate", _("bring the database to this version"), administration.migrate_database)
    _command(commands, "doctor", _("check what this machine and these settings can do"), doctor.examine)
    policy = commands.add_parser("policy", help=_("look after policies"))
    policies = policy.add_subparsers(metavar="command", required=True)
    check = policies.add_parser("check", help=_("say whether the policies hold"))
    check.add_argument(
        "folder", nargs="?", type=Path, help=_("folder of policies (those in force by default)")
    )
    check.set_defaults(run=administration.check_policies)
    _storage_commands(commands)
    person = commands.add_parser("person", help=_("look after people of the desk"))
    people = person.add_subparsers(metavar="command", required=True)
    add = _command(people, "add", _("add a person and print a sign-in link"), administration.add_person)
    add.add_argument("--name", required=True, help=_("as others see it"))
    add.add_argument("--sign-in-name", required=True, help=_("as typed when signing in"))
    add.add_argument("--email", default="", help=_("address for mail"))
    add.add_argument("--role", required=True, choices=("host", "supervisor", "auditor"))
    for verb, purpose in (
        ("disable", _("shut a person out at once, while the server runs")),
        ("enable", _("let a disabled person sign in again")),
    ):
        change = _command(people, verb, purpose, administration.set_person_state)
        change.add_argument("sign_in_name", metavar="NAME", help=_("as typed when signing in"))
        change.set_defaults(verb=verb)
    _keys_of(commands)
    _erase_of(commands)
    _audit_of(commands)
    return parser


def _erase_of(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    erase = _command(commands, "erase", _("erase a recording, or classes of it, for good"), erasing.erase)
    erase.add_argument("recording", help=_("its id, as in rec_…"))
    erase.add_argument(
        "--class", dest="classes", action="append", default=[], help=_("one class; may be repeated")
    )
    erase.add_argument("--reason", required=True, help=_("stands on the tombstone and in the audit log"))
    erase.add_argument("--by", required=True, metavar="NAME", help=_("sign-in name of who decides it"))
    erase.add_argument("--yes", action="store_true", help=_("do not ask again"))


def _keys_of(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = commands.add_parser("keys", help=_("look after the keys that wrap recordings' keys"))
    keys_commands = verbs.add_subparsers(metavar="command", required=True)
    _command(keys_commands, "list", _("list key-encryption keys and what they wrap"), keys.list_keys)
    _command(keys_commands, "rotate", _("wrap every recording's keys anew"), keys.rotate_keys)
    forget = _command(keys_commands, "forget", _("delete an old key that nothing needs"), keys.forget_key)
    forget.add_argument("kek_name", metavar="NAME", help=_("as `concierge keys list` shows it"))


def _storage_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    storage = commands.add_parser("storage", help=_("look after recordings in the bucket"))
    actions = storage.add_subparsers(metavar="command", required=True)
    status = _command(actions, "status", _("say what is stored and what waits"), storage_cli.status)
    status.add_argument("--json", action="store_true", help=_("print one line of JSON"))
    verify = _command(actions, "verify", _("read stored recordings back and compare"), storage_cli.verify)
    verify.add_argument("recordings", nargs="*", help=_("which ones (all by default)"))
    fetch = _command(actions, "fetch", _("put a stored recording into a folder"), storage_cli.fetch)
    fetch.add_argument("recording", help=_("which one"))
    fetch.add_argument("--into", type=Path, required=True, help=_("a folder that does not exist yet"))


def _audit_of(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verbs = commands.add_parser("audit", help=_("look after the audit log"))
    log = verbs.add_subparsers(metavar="command", required=True)
    checking = _command(log, "verify", _("check every leaf against the signed head"), audit.verify)
    checking.add_argument("--json", action="store_true", help=_("one JSON object instead of sentences"))
    proving = _command(log, "prove", _("print a leaf with the proof that it is in the log"), audit.prove)
    proving.add_argument("number", type=int, metavar="NUMBER", help=_("the leaf's number, counted from 1"))
    exporting = _command(log, "export", _("write the log for somebody to check offline"), audit.export)
    exporting.add_argument("folder", type=Path, metavar="DIR", help=_("a folder that does not exist yet"))
    reporting.add_commands(log, _command)
    _command(log, "checkpoint", _("sign the head now and print it"), audit.checkpoint)
    restoring = _command(commands, "restore", _("say, signed, that a backup was put back"), audit.restore)
    restoring.add_argument("--operator", required=True, metavar="NAME", help=_("who put it back"))
    restoring.add_argument("--backup", required=True, metavar="TEXT", help=_("which backup, and why"))
    witness = commands.add_parser(
        "witness",
        help=_("cosign other installations' checkpoints; see `recorder witness --help`"),
        add_help=False,
    )
    witness.add_argument("rest", nargs=argparse.REMAINDER)
    witness.set_defaults(run=audit.witness)


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    purpose: str,
    run: Callable[[Config, argparse.Namespace], int],
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
    parser.set_defaults(run=run)
    parser.add_argument("--config", help=_("TOML file of settings"))
    for setting in SETTINGS:
        parser.add_argument(f"--{setting.replace('_', '-')}", help=_(_HELP[setting]))
    return parser
