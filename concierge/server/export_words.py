"""The README of an export: what it is, who took it out and why, and how its receiver checks it with common tools.

Rule: a line that begins with four spaces is a command, exactly as it is typed in a shell; a test runs every one of them.
They need GNU coreutils and openssl 3, and nothing of ours. Sentences are translated, commands are not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from concierge.domain.refusals import N_

_LOG: Final = (
    "h=$( (printf '\\000'; cat leaf.json) | sha256sum | cut -c 1-64)",
    (
        'while read -r side other; do if [ "$side" = left ]; then pair=$other$h; else pair=$h$other; fi; '
        "h=$( (printf '\\001'; printf %s \"$pair\" | tr a-f A-F | basenc --base16 -d) | sha256sum | cut -c 1-64); "
        "done < inclusion"
    ),
    '[ "$(sed -n 3p checkpoint | base64 -d | basenc --base16 -w 0 | tr A-F a-f)" = "$h" ] && echo included',
    "sed -n '1,/^$/p' checkpoint | head -n -1 > checkpoint.text",
    "sed -n 's/^\\xe2\\x80\\x94 [^ ]* //p' checkpoint | head -n 1 | base64 -d | tail -c +5 > checkpoint.sig",
    "openssl pkeyutl -verify -pubin -inkey ../installation.pub.pem -rawin -in checkpoint.text -sigfile checkpoint.sig",
)

_STEPS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        N_("The installation's key is the one you got from the organisation on another way. Its SHA-256:"),
        ("openssl pkey -pubin -in installation.pub.pem -outform DER | tail -c 32 | sha256sum",),
    ),
    (
        N_("The files are those listed:"),
        ("sha256sum -c SHA256SUMS",),
    ),
    (
        N_("The list is the one that the statement names, and the statement is the one that was signed:"),
        (
            'grep -q "$(sha256sum < SHA256SUMS | cut -c 1-64)" statement.json && echo named',
            (
                "(printf 'DSSEv1 28 application/vnd.in-toto+json %d ' \"$(wc -c < statement.json)\"; cat statement.json)"
                " | cmp - statement.pae && echo same"
            ),
            "openssl pkeyutl -verify -pubin -inkey installation.pub.pem -rawin -in statement.pae -sigfile statement.sig",
        ),
    ),
)
_STAMP: Final = (
    N_(
        "If there is a statement.tsr: when it was signed, by the word of a time-stamping authority (RFC 3161). Get the"
        " authority's certificate from the authority itself:"
    ),
    ("openssl ts -verify -data statement.sig -in statement.tsr -CAfile authority.pem",),
)
_CLOSED: Final = (
    N_(
        "If there is a folder log: the audit log knows the recording's end. leaf.json is its line; its way to the root"
        " stands in inclusion, and the root in the signed checkpoint:"
    ),
    ("cd log", *_LOG, "cd .."),
)
_EARLY: Final = N_(
    "If there is a folder log-at-close: the same under an earlier checkpoint, whose time stamp is checkpoint.tsr."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What the README says of the export, ready to read."""

    organisation: str
    recording: str
    ticket: str
    between: str
    opened: str
    verdict: str
    by: str
    at: str
    why: str


def readme(gettext: Callable[[str], str], facts: Facts) -> str:
    """Return it in the reader's language."""
    told = (
        (N_("Recording:"), facts.recording),
        (N_("Ticket:"), facts.ticket),
        (N_("Between:"), facts.between),
        (N_("Begun:"), f"{facts.opened} UTC"),
        (N_("Verdict:"), facts.verdict),
        (N_("Exported by:"), facts.by),
        (N_("Exported at:"), f"{facts.at} UTC"),
        (N_("Reason:"), facts.why),
    )
    head = gettext("A recording, exported from %(organisation)s") % {"organisation": facts.organisation}
    lines = [head, "", *(" ".join((gettext(name), value)) for name, value in told), "", *_files(gettext), ""]
    lines += [gettext("How to check it, with sha256sum and openssl, in the folder of this file:"), ""]
    for number, (words, commands) in enumerate((*_STEPS, _STAMP, _CLOSED), 1):
        lines += [
            " ".join((f"{number}.", gettext(words))),
            "",
            *(f"    {command}" for command in commands),
            "",
        ]
    lines += [gettext(_EARLY), "", *_warning(gettext)]
    return "\n".join(lines) + "\n"


def _files(gettext: Callable[[str], str]) -> list[str]:
    return [
        gettext(
            "recording.webm: pictures and voices, for any player. It is missing when nothing was shown or said."
        ),
        gettext("events.jsonl: what happened, one event a line, in the order recorded."),
        gettext("verdict.json: what the verification found when this was exported."),
        gettext(
            "statement.json: what was signed: every file here and every sealed file by its SHA-256, who exported it, when"
            " and why (in-toto Statement v1). statement.dsse.json is the same as a DSSE envelope."
        ),
    ]


def _warning(gettext: Callable[[str], str]) -> list[str]:
    return [
        gettext(
            "These are copies to look at. The evidence is the sealed recording itself, in the organisation's keeping;"
        ),
        gettext("it is checked with: recorder verify DIRECTORY --trust installation.pub.pem"),
        gettext("Keep this file as carefully as the recording."),
    ]
