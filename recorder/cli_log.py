"""`recorder log verify`, and what `recorder verify` says with --log and --receipt: the audit log held against what is here.

Exit codes beside those of cli.py: 20 the log was altered, forked or rolled back without a word; 21 the recording is not
the one that log or receipt know (missing, cut, another's, another ticket's); 22 the log holds and declares a rollback;
23 a witness that was asked for did not cosign.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from gettext import translation
from pathlib import Path
from typing import Final

from recorder import cli_report
from recorder.errors import RecorderError, VerificationError
from recorder.log.cosignature import check_cosignature
from recorder.log.folder import LogVerdict, Rollback, leaf_lines, read_note, verify_log
from recorder.log.known import Known, compare, known_recordings
from recorder.log.note import NoteKey, SignedNote
from recorder.log.receipt import MAX_RECEIPT_BYTES, read_receipt
from recorder.verdict import Verdict

_ = translation("recorder", Path(__file__).parent / "locale", fallback=True).gettext

EXIT_GOOD: Final = 0
EXIT_SIGNER_UNKNOWN: Final = 14
EXIT_LOG_BAD: Final = 20
EXIT_NOT_AS_LOGGED: Final = 21
EXIT_DECLARED: Final = 22
EXIT_NOT_WITNESSED: Final = 23


class NotAsLoggedError(RecorderError):
    """A log or a receipt knows a recording that is not here."""


def add_options(verify: argparse.ArgumentParser) -> None:
    """Add what a recording can be held against."""
    verify.add_argument(
        "--log", type=Path, metavar="EXPORT", help=_("an exported audit log to hold it against")
    )
    verify.add_argument(
        "--receipt", type=Path, metavar="FILE", help=_("a participant's receipt to hold it against")
    )


def add_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
) -> None:
    """Add `log verify` and `log verify-report`."""
    log = commands.add_parser("log", help=_("check an exported audit log"))
    verbs = log.add_subparsers(dest="verb", required=True)
    verify = verbs.add_parser("verify", help=_("check an exported audit log; no network needed"))
    add_log_arguments(verify)
    cli_report.add_command(verbs)


def add_log_arguments(verify: argparse.ArgumentParser) -> None:
    """Add the arguments of checking a log."""
    verify.add_argument("directory", type=Path, metavar="DIR", help=_("the exported log's directory"))
    verify.add_argument("--trust", metavar="KEY", help=_("the installation's public key: PEM file or hex"))
    verify.add_argument(
        "--witness", action="append", default=[], metavar="KEY", help=_("a witness that must have cosigned")
    )
    verify.add_argument(
        "--checkpoint",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=_("a checkpoint from elsewhere that the log must lead to"),
    )
    verify.add_argument(
        "--receipt",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help=_("a receipt whose checkpoint the log must lead to"),
    )
    verify.add_argument(
        "--recordings",
        type=Path,
        metavar="DIR",
        help=_("a folder in which every recording the log knows must be"),
    )
    verify.add_argument("--json", action="store_true", help=_("one JSON object instead of sentences"))


def verify(arguments: argparse.Namespace, trust: bytes | None) -> int:
    """Check an exported log; the exit code. Raises RecorderError."""
    held = [read_note(path) for path in arguments.checkpoint]
    held += [read_receipt(_bytes(path), trust).note for path in arguments.receipt]
    verdict = verify_log(arguments.directory, trust, held)
    silent = [key for key in map(NoteKey.parse, arguments.witness) if _cosigned(verdict.note, key) is None]
    missing = _missing(arguments)
    if arguments.json:
        print(json.dumps(_fields(verdict, silent, missing), sort_keys=True))
    else:
        print("\n".join(_words(verdict, silent, missing)))
    if verdict.fault is not None:
        return EXIT_LOG_BAD
    if missing:
        return EXIT_NOT_AS_LOGGED
    if not verdict.signed:
        return EXIT_SIGNER_UNKNOWN
    if silent:
        return EXIT_NOT_WITNESSED
    return EXIT_DECLARED if verdict.rollbacks else EXIT_GOOD


def _missing(arguments: argparse.Namespace) -> list[str]:
    if arguments.recordings is None:
        return []
    known = known_recordings(leaf_lines(arguments.directory)).values()
    return [
        one.recording
        for one in known
        if not one.erased and not (arguments.recordings / one.recording).is_dir()
    ]


def _cosigned(note: SignedNote, key: NoteKey) -> int | None:
    return check_cosignature(note, key) if note.signature_by(key) else None


def _words(verdict: LogVerdict, silent: Sequence[NoteKey], missing: Sequence[str]) -> list[str]:
    head = verdict.checkpoint
    lines = [_("Log %(origin)s, %(size)d leaves.") % {"origin": head.origin, "size": head.size}]
    if verdict.fault is not None:
        place = {"line": verdict.fault.line, "until": verdict.fault.until, "reason": verdict.fault.reason}
        lines.insert(0, _("BAD: leaf %(line)d to %(until)d: %(reason)s.") % place)
    else:
        lines.insert(0, _("OK: every leaf is as it was signed, and %d checkpoints agree.") % verdict.heads)
    if not verdict.signed:
        lines.append(_("Consistent, but the signer is unknown: pin a key with --trust."))
    elif verdict.at_s is not None:
        lines.append(_("The head was signed at %s.") % datetime.fromtimestamp(verdict.at_s, UTC).isoformat())
    lines += map(_rollback_words, verdict.rollbacks)
    lines += [_("Not cosigned by %s.") % key.name for key in silent]
    lines += [_("Missing: recording %s is on the log and not here.") % recording for recording in missing]
    return lines


def _rollback_words(rollback: Rollback) -> str:
    facts = {
        "first": rollback.kept + 1,
        "last": rollback.lost_until,
        "operator": rollback.operator,
        "backup": rollback.backup,
    }
    return (
        _("Declared rollback: leaves %(first)d to %(last)d were lost; %(operator)s restored %(backup)s.")
        % facts
    )


def _rollback_fields(one: Rollback) -> dict[str, object]:
    return {
        "number": one.number,
        "operator": one.operator,
        "backup": one.backup,
        "kept": one.kept,
        "lost_until": one.lost_until,
    }


def _fields(verdict: LogVerdict, silent: Sequence[NoteKey], missing: Sequence[str]) -> dict[str, object]:
    fault = verdict.fault
    return {
        "origin": verdict.checkpoint.origin,
        "size": verdict.checkpoint.size,
        "root": verdict.checkpoint.root.hex(),
        "signed": verdict.signed,
        "at_s": verdict.at_s,
        "fault": None
        if fault is None
        else {"line": fault.line, "until": fault.until, "reason": fault.reason},
        "rollbacks": [_rollback_fields(one) for one in verdict.rollbacks],
        "not_cosigned_by": [key.name for key in silent],
        "missing": list(missing),
    }


# --- a recording held against a log or a receipt ---


@dataclass(frozen=True, slots=True)
class Checked:
    """What a log and a receipt, both checked, know; empty when neither was given."""

    known: dict[str, Known] | None
    receipt: Known | None = None
    rollbacks: tuple[Rollback, ...] = ()

    @classmethod
    def of(cls, arguments: argparse.Namespace, trust: bytes | None) -> Checked:
        """Check what was given. Raises VerificationError when a log or receipt does not hold itself."""
        known: dict[str, Known] | None = None
        receipt = None
        rollbacks: tuple[Rollback, ...] = ()
        if (path := getattr(arguments, "receipt", None)) is not None:
            receipt = read_receipt(_bytes(path), trust)
        if (folder := getattr(arguments, "log", None)) is not None:
            verdict = verify_log(folder, trust, [receipt.note] if receipt else [])
            if verdict.fault is not None:
                raise VerificationError(f"the log, at leaf {verdict.fault.line}: {verdict.fault.reason}")
            known, rollbacks = known_recordings(leaf_lines(folder)), verdict.rollbacks
        return cls(known, receipt.known if receipt else None, rollbacks)

    @property
    def given(self) -> bool:
        """Whether there is anything to hold a recording against."""
        return self.known is not None or self.receipt is not None

    def missing(self, directory: Path) -> None:
        """Raises NotAsLoggedError when log or receipt know a recording of the directory's name."""
        for name, known in (("log", (self.known or {}).get(directory.name)), ("receipt", self.receipt)):
            if known is not None and not known.erased:
                facts = {"what": name, "recording": known.recording, "segments": known.segments}
                raise NotAsLoggedError(
                    _(
                        "missing: the %(what)s knows recording %(recording)s with %(segments)d segments, and it is not here"
                    )
                    % facts
                )

    def judge(self, directory: Path, verdict: Verdict) -> list[str]:
        """What differs, in sentences without a full stop; empty when nothing does."""
        named = verdict.header.recording_id if verdict.header is not None else directory.name
        wrong: list[str] = []
        if self.receipt is not None:
            wrong += compare(directory, verdict, self.receipt)
        if self.known is not None:
            known = self.known.get(named) or self.known.get(directory.name)
            wrong += (
                compare(directory, verdict, known)
                if known
                else [_("the log knows nothing of this recording")]
            )
        return wrong

    def fields(self, wrong: Sequence[str]) -> dict[str, object]:
        """What `--json` says besides the verdict: nothing when there was nothing to hold the recording against."""
        if not self.given:
            return {}
        rollbacks = [_rollback_fields(one) for one in self.rollbacks]
        return {"not_as_logged": list(wrong), "log_rollbacks": rollbacks}

    def words(self, wrong: Sequence[str]) -> list[str]:
        """The same in sentences."""
        if not self.given:
            return []
        lines = [_("NOT AS LOGGED: %s.") % sentence for sentence in wrong]
        lines = lines or [_("The log knows it, on this ticket, and nothing is missing.")]
        return [*lines, *map(_rollback_words, self.rollbacks)]


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_RECEIPT_BYTES + 1)
