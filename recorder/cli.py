"""`recorder verify` and `recorder export`: what an auditor runs, without the broker.

Exit codes (also in docs/recording-format.md): 0 means a good recording and nothing else ever does. A pipeline may
rely on them; a person gets sentences. Nothing is written but what `export` is asked for.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from gettext import translation
from pathlib import Path
from typing import Final

from recorder import cli_log, cli_report, cli_witness
from recorder.envelope import DEK_BYTES, ContentKeys
from recorder.errors import ExportUnavailableError, RecorderError, UnreadableRecordingError, WrongKeyError
from recorder.export import export_recording
from recorder.fields import hexadecimal
from recorder.generation import PROVISIONAL
from recorder.installation import fingerprint, read_public
from recorder.reading import Reading, read_recording
from recorder.records import EvidenceClass, known_class
from recorder.verdict import SignerTrust, Status, Verdict

_ = translation("recorder", Path(__file__).parent / "locale", fallback=True).gettext
"""In the language of LANGUAGE or LANG when this package carries its catalogue, else English."""

EXIT_GOOD: Final = 0
EXIT_USAGE: Final = 2
EXIT_OPEN: Final = 10
EXIT_RECOVERED: Final = 11
EXIT_TORN: Final = 12
EXIT_BAD: Final = 13
EXIT_SIGNER_UNKNOWN: Final = 14
EXIT_UNREADABLE: Final = 15
EXIT_KEY: Final = 16
EXIT_EXPORT: Final = 17
EXIT_ERASED: Final = 18

_KEY_FILE_BYTES: Final = 4096


_WHOLE: Final = {
    Status.OPEN: EXIT_OPEN,
    Status.RECOVERED: EXIT_RECOVERED,
    Status.ERASED: EXIT_ERASED,
}


def exit_code(verdict: Verdict) -> int:
    """What the verdict means to a pipeline: alteration first, then whose it is, then whether it is whole."""
    if verdict.good:
        return EXIT_GOOD
    if verdict.status is Status.BAD:
        return EXIT_BAD
    if verdict.status is Status.TORN:
        return EXIT_TORN
    if verdict.status is Status.UNREADABLE:
        return EXIT_UNREADABLE
    if verdict.signer is not SignerTrust.TRUSTED:
        return EXIT_SIGNER_UNKNOWN
    return _WHOLE[verdict.status]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    arguments = _parser().parse_args(argv)
    code, error = _tried(arguments)
    if error is not None and getattr(arguments, "json", False):
        told = {"error": str(error), "exit_code": code}
        if isinstance(error, cli_log.NotAsLoggedError):
            told["not_as_logged"] = [str(error)]
        print(json.dumps(told, sort_keys=True))
    return code


def _tried(arguments: argparse.Namespace) -> tuple[int, Exception | None]:
    try:
        return _run(arguments), None
    except UnreadableRecordingError as error:
        return _say(EXIT_UNREADABLE, error), error
    except cli_log.NotAsLoggedError as error:
        return _say(cli_log.EXIT_NOT_AS_LOGGED, error), error
    except WrongKeyError as error:
        return _say(EXIT_KEY, error), error
    except (ExportUnavailableError, OSError) as error:
        return _say(EXIT_EXPORT, error), error
    except RecorderError as error:
        return _say(EXIT_BAD, error), error


def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "witness":
        return cli_witness.run(arguments)
    trust = None
    try:
        if arguments.trust is not None:
            trust = _read_trust(arguments.trust)
        dek = _read_key(arguments.key_file) if arguments.command == "export" else None
    except (OSError, RecorderError, ValueError) as error:
        return _say(EXIT_KEY, error)
    if arguments.command == "log":
        check = cli_report.verify if arguments.verb == "verify-report" else cli_log.verify
        return check(arguments, trust)
    checked = cli_log.Checked.of(arguments, trust)
    try:
        reading = read_recording(arguments.directory, dek, trust)
    except UnreadableRecordingError:
        checked.missing(arguments.directory)
        raise
    wrong = checked.judge(arguments.directory, reading.verdict)
    if arguments.json:
        print(json.dumps(reading.verdict.fields() | checked.fields(wrong), sort_keys=True))
    else:
        print("\n".join([_words(reading.verdict), *checked.words(wrong)]))
    if arguments.command == "export":
        _export(reading, arguments)
    return cli_log.EXIT_NOT_AS_LOGGED if wrong else exit_code(reading.verdict)


def _export(reading: Reading, arguments: argparse.Namespace) -> None:
    done = export_recording(reading, arguments.out)
    if not arguments.json:
        written, skipped = sum(t.written for t in done.tracks), sum(t.skipped for t in done.tracks)
        name = done.path.name if done.path else _("no picture and no voice")
        print(_("Exported: %(name)s, %(written)d frames") % {"name": name, "written": written})
        if skipped or done.unknown_codecs:
            print(
                _("Not exported: %d frames that no decoder could begin with")
                % (skipped + done.unknown_codecs)
            )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="recorder", description=_("Verify and export recordings."))
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help=_("check a recording; no key and no network needed"))
    export = commands.add_parser("export", help=_("write a recording as WebM and events.jsonl"))
    export.add_argument(
        "--key-file",
        required=True,
        help=_("the content keys: 32 bytes, 64 hex digits, or JSON by class number; - for stdin"),
    )
    export.add_argument("--out", type=Path, required=True, help=_("the directory to write into"))
    cli_log.add_options(verify)
    cli_log.add_command(commands)
    cli_witness.add_arguments(commands.add_parser("witness", help=_("cosign the checkpoints of audit logs")))
    for command in (verify, export):
        command.add_argument("directory", type=Path, metavar="DIR", help=_("the recording's directory"))
        command.add_argument(
            "--trust", metavar="KEY", help=_("the installation's public key: PEM file or hex")
        )
        command.add_argument("--json", action="store_true", help=_("one JSON object instead of sentences"))
    return parser


def _read_trust(given: str) -> bytes:
    path = Path(given)
    return read_public(path.read_bytes() if path.exists() else given.encode())


def _read_key(given: str) -> ContentKeys:
    """One key for all classes, or a JSON object of keys by class number. Raises ValueError for anything else."""
    if given == "-":
        raw = sys.stdin.buffer.read(_KEY_FILE_BYTES)
    else:
        with Path(given).open("rb") as file:
            raw = file.read(_KEY_FILE_BYTES)
    if len(raw) == DEK_BYTES:
        return raw
    try:
        if raw.lstrip().startswith(b"{"):
            return {int(cls): hexadecimal(key, DEK_BYTES) for cls, key in json.loads(raw).items()}
        return hexadecimal(raw.decode("ascii").strip().lower(), DEK_BYTES)
    except (ValueError, TypeError, RecursionError):
        raise ValueError(_("a content key has 32 bytes or 64 hex digits")) from None


def _words(verdict: Verdict) -> str:
    sentences = {
        Status.OK: _("The recording is whole and closed."),
        Status.RECOVERED: _(
            "The recording is whole and closed; the recorder crashed in between and says so itself."
        ),
        Status.OPEN: _(
            "What is there holds, but there is no end: still running, cut off, or its tail was removed."
        ),
        Status.TORN: _("There are bytes behind the last good segment that no signed statement explains."),
        Status.UNREADABLE: _("What comes next was written by a newer release; this one cannot judge it."),
        Status.ERASED: _("The recording was erased on purpose; a signed tombstone is all that is left."),
        Status.BAD: _("The recording was altered. Nothing behind the first bad segment is believed."),
    }
    signers = {
        SignerTrust.TRUSTED: _("Signed for the installation you pinned."),
        SignerTrust.UNKNOWN: _("Consistent, but the signer is unknown: pin a key with --trust."),
        SignerTrust.FOREIGN: _("Not signed for the installation you pinned."),
    }
    lines = [f"{verdict.status.value.upper()}: {sentences[verdict.status]}", signers[verdict.signer]]
    if verdict.fault is not None:
        place = {
            "segment": verdict.fault.segment,
            "reason": verdict.fault.reason,
            "at": _seconds(verdict.fault.from_us),
            "until": _seconds(verdict.fault.until_us or 0),
        }
        if verdict.fault.until_us is None:
            lines.append(_("Segment %(segment)d, from %(at)s on: %(reason)s.") % place)
        else:
            lines.append(_("Segment %(segment)d, %(at)s to %(until)s: %(reason)s.") % place)
    if verdict.header is not None:
        ids = {"recording": verdict.header.recording_id, "ticket": verdict.header.ticket_id}
        lines.append(_("Recording %(recording)s, ticket %(ticket)s.") % ids)
    facts = {
        "segments": verdict.segments,
        "time": _seconds(verdict.until_us),
        "gaps": verdict.gaps,
        "recoveries": verdict.recoveries,
    }
    lines.append(
        _("%(segments)d segments up to %(time)s; gaps: %(gaps)d, recoveries: %(recoveries)d.") % facts
    )
    lines += _remarks(verdict)
    if verdict.installation is not None:
        lines.append(_("Installation key: %s") % fingerprint(verdict.installation))
    return "\n".join(lines)


def _remarks(verdict: Verdict) -> list[str]:
    """What a reader must know besides the verdict."""
    lines = []
    if PROVISIONAL.intersection(verdict.generations):
        lines.append(_("Written in generation 0, which was provisional."))
    if verdict.rollbacks:
        lines.append(_("Declared rollbacks: %d. What was recorded in between is lost.") % verdict.rollbacks)
    if verdict.erased:
        names = [_class_name(cls) for cls in verdict.erased]
        lines.append(_("Keys destroyed on purpose, and signed for: %s.") % ", ".join(names))
    return lines


def _class_name(number: int) -> str:
    cls = known_class(number)
    return cls.name.lower() if isinstance(cls, EvidenceClass) else str(cls)


def _seconds(at_us: int) -> str:
    return f"{at_us / 1e6:.1f} s"


def _say(code: int, error: Exception) -> int:
    print(_("recorder: %s") % error, file=sys.stderr)
    return code
