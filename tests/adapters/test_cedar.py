"""The engine: what is not a clear permit is a deny with a reason, and a reload is whole or nothing."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concierge.adapters.cedar import (
    NO_POLICY_PERMITS,
    POLICY_CANNOT_DECIDE,
    CedarPolicyEngine,
    PolicyError,
    check_policies,
    load_policies,
)
from concierge.adapters.cedar_files import read_policies
from concierge.domain.access import AccessRequest, Act, Attribute, Principal, Resource
from concierge.services.policy_port import PolicyEngine
from tests.policies.tables import POLICIES

SESSION = Resource("Session", "ses_a", {"host": "per_a", "state": "active", "recording": True})
HOST = Principal("Person", "per_a", "host")
ADMIT = AccessRequest(HOST, Act.ADMIT, SESSION)


@pytest.fixture(scope="module")
def engine() -> CedarPolicyEngine:
    return load_policies(POLICIES)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A copy of the shipped policies that a test may spoil."""
    copy = tmp_path / "policies"
    shutil.copytree(POLICIES, copy)
    return copy


def test_it_is_a_policy_engine(engine: CedarPolicyEngine) -> None:
    port: PolicyEngine = engine
    decision = port.decide(ADMIT)
    assert decision.permitted
    assert decision.reasons == ("host_runs_own_session",)
    assert decision.policy_version == port.version


def test_all_forbids_are_named_in_order(engine: CedarPolicyEngine) -> None:
    auditor = Principal("Person", "per_z", "auditor", {"scopes": ()})
    decision = engine.decide(AccessRequest(auditor, Act.ADMIT, SESSION))
    assert decision.reasons == ("auditor_is_never_live", "key_stays_within_scopes")


def test_no_permit_is_a_deny_that_says_so(engine: CedarPolicyEngine) -> None:
    decision = engine.decide(AccessRequest(Principal("Person", "per_z", "host"), Act.ADMIT, SESSION))
    assert not decision.permitted
    assert decision.reasons == (NO_POLICY_PERMITS,)


@pytest.mark.parametrize(
    "request_",
    [
        AccessRequest(Principal("Stranger", "x", "host"), Act.ADMIT, SESSION),
        AccessRequest(HOST, Act.ADMIT, Resource("Desk", "desk")),
        AccessRequest(HOST, Act.ADMIT, Resource("Cupboard", "c")),
        AccessRequest(HOST, Act.ADMIT, Resource("Session", "ses_a", {"host": "per_a", "state": "active"})),
        AccessRequest(HOST, Act.ADMIT, Resource("Session", "ses_a", {**SESSION.attributes, "colour": "red"})),
        AccessRequest(HOST, Act.ADMIT, Resource("Session", "ses_a", {**SESSION.attributes, "host": 7})),
        AccessRequest(Principal("Person", "per_a", "host", {"scope": ("admit",)}), Act.ADMIT, SESSION),
        AccessRequest(Principal("Person", "per_a", "host", {"scopes": (2**80,)}), Act.ADMIT, SESSION),  # type: ignore[dict-item]
        AccessRequest(Principal("Person", "per_\ud800", "host"), Act.ADMIT, SESSION),
        AccessRequest(Principal("Person", "per_a", "host", {"scopes": object()}), Act.ADMIT, SESSION),  # type: ignore[dict-item]
        AccessRequest(HOST, Act.ADMIT, SESSION, {"unheard_of": True}),
        AccessRequest(HOST, Act.SHARE_SCREEN, SESSION),
        AccessRequest(HOST, "open_everything", SESSION),  # type: ignore[arg-type]
        AccessRequest(HOST, Act.ADMIT, None),  # type: ignore[arg-type]
    ],
)
def test_a_question_that_does_not_fit_is_a_deny(
    engine: CedarPolicyEngine, request_: AccessRequest, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "concierge.policy"):
        decision = engine.decide(request_)
    assert not decision.permitted
    assert decision.reasons == (POLICY_CANNOT_DECIDE,)
    assert decision.policy_version == engine.version
    assert len(caplog.records) == 1
    assert "attrs" not in caplog.text


def test_attributes_cannot_stand_in_for_what_the_broker_knows(engine: CedarPolicyEngine) -> None:
    forged = Principal("Person", "per_z", "auditor", {"role": "host", "id": "per_a"})
    assert not engine.decide(AccessRequest(forged, Act.ADMIT, SESSION)).permitted
    elsewhere = Resource("Session", "ses_b", {**SESSION.attributes, "id": "ses_a"})
    seat = Principal("Participant", "par_a", "host", {"session": "ses_a"})
    assert not engine.decide(AccessRequest(seat, Act.ADMIT, elsewhere)).permitted
    key = Principal("Person", "per_a", "host", {"scopes": ("freeze",)})
    assert not engine.decide(AccessRequest(key, Act.ADMIT, SESSION, {"act": "freeze"})).permitted


words = st.one_of(st.text(max_size=20), st.sampled_from(["Person", "Session", "per_a", "ses_a", "host"]))
values = st.one_of(words, st.integers(), st.booleans(), st.lists(words, max_size=3).map(tuple))
attributes = st.dictionaries(
    st.one_of(words, st.sampled_from(["state", "scopes", "recording"])), values, max_size=4
)


@given(words, words, words, words, words, attributes, attributes, attributes, st.sampled_from(list(Act)))
def test_no_question_raises_and_each_deny_has_a_reason(
    kind: str,
    who: str,
    role: str,
    what: str,
    which: str,
    about_who: Mapping[str, Attribute],
    about_what: Mapping[str, Attribute],
    known: Mapping[str, Attribute],
    act: Act,
) -> None:
    engine = SHIPPED
    decision = engine.decide(
        AccessRequest(Principal(kind, who, role, about_who), act, Resource(what, which, about_what), known)
    )
    assert decision.reasons
    assert set(decision.reasons) <= {*engine.reasons, NO_POLICY_PERMITS, POLICY_CANNOT_DECIDE}


SHIPPED = load_policies(POLICIES)


def test_an_evaluation_error_beside_a_permit_is_a_deny(directory: Path) -> None:
    # Arithmetic may overflow in a valid policy; Cedar then skips the policy, and a skipped forbid must not permit.
    (directory / "sums.cedar").write_text(
        '@id("overflows") @reason("Counts too far.")\n'
        'forbid(principal, action == Action::"admit", resource)\n'
        "when { 9223372036854775807 + 1 > 0 };\n",
        encoding="utf-8",
    )
    decision = load_policies(directory).decide(ADMIT)
    assert not decision.permitted
    assert decision.reasons == (POLICY_CANNOT_DECIDE,)


def test_reload_puts_a_tightened_policy_in_force(directory: Path) -> None:
    engine = load_policies(directory)
    before = engine.version
    assert engine.reload() is False
    (directory / "no_vendors.cedar").write_text(
        '@id("nobody_is_admitted") @reason("Not this week.")\n'
        'forbid(principal, action == Action::"admit", resource);\n',
        encoding="utf-8",
    )
    assert engine.decide(ADMIT).permitted
    assert engine.reload() is True
    decision = engine.decide(ADMIT)
    assert decision.reasons == ("nobody_is_admitted",)
    assert decision.policy_version == engine.version != before
    assert engine.reasons["nobody_is_admitted"] == "Not this week."


def test_a_bad_reload_keeps_the_old_policies(directory: Path) -> None:
    engine = load_policies(directory)
    before = engine.version
    (directory / "desk.cedar").write_text("permit(principal, action, resource)", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"desk\.cedar, line 1"):
        engine.reload()
    assert engine.version == before
    assert engine.decide(ADMIT).permitted
    assert check_policies(directory) != []


def test_check_says_nothing_about_good_policies() -> None:
    assert check_policies(POLICIES) == []


def test_one_line_forbids_every_session_without_a_recording(directory: Path) -> None:
    unrecorded = Resource("Session", "ses_a", {**SESSION.attributes, "recording": False})
    customer = Principal("Participant", "par_c", "customer", {"session": "ses_a"})
    request = AccessRequest(customer, Act.CONTINUE_UNRECORDED, unrecorded)
    engine = load_policies(directory)
    assert engine.decide(request).permitted
    path = directory / "unrecorded.cedar"
    text = path.read_text(encoding="utf-8")
    assert text.count("// @id(") == 1
    path.write_text(text.replace("// @id(", "@id("), encoding="utf-8")
    engine.reload()
    assert engine.decide(request).reasons == ("recording_is_required",)


def test_it_works_while_policies_decide_either_way(engine: CedarPolicyEngine, directory: Path) -> None:
    assert engine.works()
    for path in directory.glob("*.cedar"):
        path.unlink()
    (directory / "none.cedar").write_text(
        '@id("nobody") @reason("Nobody.") forbid (principal, action, resource);\n'
    )
    assert load_policies(directory).works()
    loaded = read_policies(directory)
    assert not CedarPolicyEngine(directory, replace(loaded, reasons={})).works()
    torn: Any = "not policies"
    assert not CedarPolicyEngine(directory, replace(loaded, policies=torn)).works()
