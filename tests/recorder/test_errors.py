"""Each error is for one thing a caller can do; only those about the evidence are verification errors."""

from __future__ import annotations

import pytest

from recorder import errors


def test_only_faults_of_the_evidence_are_verification_errors() -> None:
    about_evidence = {
        name
        for name, error in vars(errors).items()
        if isinstance(error, type) and issubclass(error, errors.VerificationError)
    }
    assert about_evidence == {"VerificationError", "TruncatedError", "NewerGenerationError"}
    assert all(
        issubclass(vars(errors)[name], errors.RecorderError)
        for name in vars(errors)
        if name.endswith("Error")
    )


@pytest.mark.parametrize(
    "kind", [errors.VerificationError, errors.TruncatedError, errors.RecordingUnavailableError]
)
def test_reasons_can_be_shown(kind: type[errors.VerificationError]) -> None:
    assert kind("why").reason == str(kind("why")) == "why"
