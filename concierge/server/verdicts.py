"""The verifier's verdict in words. Reads; decides nothing."""

from __future__ import annotations

from concierge.domain.refusals import N_
from concierge.server.languages import Reader
from concierge.server.views.desk import Verdict
from concierge.services.replay_port import Verification

VERDICTS: dict[str, Verdict] = {
    "ok": "ok",
    "recovered": "recovered",
    "open": "open",
    "torn": "torn",
    "bad": "bad",
    "erased": "erased",
    "unreadable": "unchecked",  # by a newer release: nobody may say that it was altered
}
WORDS: dict[Verdict, str] = {
    "ok": N_("Every segment is here, in order and unchanged since it was signed."),
    "recovered": N_(
        "Every segment is here and unchanged. The recording was interrupted, and what was left was signed on restart."
    ),
    "open": N_("This session is still being recorded. What is here so far is unchanged."),
    "torn": N_("The end of this recording is not covered by a signature. What comes before it is unchanged."),
    "bad": N_("This recording was altered after it was made. Do not rely on it."),
    "erased": N_("Its time was over: the recording was deleted. A signed tombstone says so."),
    "unchecked": N_("This recording has not been checked yet."),
}


def verdict_of(verification: Verification) -> Verdict:
    """Return the verdict as pages know it; an unknown one is bad."""
    return VERDICTS.get(verification.status, "bad")


def verdict_words(reader: Reader, verification: Verification) -> str:
    """Return the verdict as a sentence."""
    words = reader.gettext(WORDS[verdict_of(verification)])
    if verification.status in ("ok", "recovered", "open") and verification.signer != "trusted":
        words += " " + reader.gettext("It was signed by an installation that is not this one.")
    return words
