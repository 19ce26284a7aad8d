"""What the shipped policies never permit, whatever the question: the invariants, asked at random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from concierge.adapters.cedar import load_policies
from concierge.domain.access import AccessRequest, Act, Attribute, DeskRole, Principal, Resource
from concierge.domain.capability import INVITABLE, NEEDS, Capability
from tests.policies.matrix import kind_of
from tests.policies.tables import POLICIES

ENGINE = load_policies(POLICIES)
SEAT_ROLES = ("host", "customer", "vendor", "observer", "moderator")
LIVE = {act for act in Act if kind_of(act) == "Session"} - {Act.CREATE_INVITE}

people = st.sampled_from(["per_a", "per_b"])
sessions = st.builds(
    lambda host, state, recording, offered, name: Resource(
        "Session",
        name,
        {"host": host, "state": state, "recording": recording, "handover_to": offered},
    ),
    people,
    st.sampled_from(["waiting", "active", "paused", "ended"]),
    st.booleans(),
    people,
    st.sampled_from(["ses_a", "ses_b"]),
)
persons = st.builds(
    lambda name, role: Principal("Person", name, role), people, st.sampled_from([*DeskRole, "visitor"])
)
seats = st.builds(
    lambda role, session, person: Principal(
        "Participant", "par_a", role, {"session": session, "seat": "sea_a", "person": person}
    ),
    st.sampled_from(SEAT_ROLES),
    st.sampled_from(["ses_a", "ses_b"]),
    people,
)
capabilities = st.sampled_from(list(Capability))
lists_of_capabilities = st.lists(capabilities, unique=True).map(lambda held: tuple(str(one) for one in held))
facts = st.fixed_dictionaries(
    {
        "consented": st.booleans(),
        "recorded": st.booleans(),
        "endpoint_client": st.booleans(),
        "host_present": st.booleans(),
        "invite_capabilities": lists_of_capabilities,
    }
)
scopes = st.lists(st.sampled_from(list(Act)), unique=True).map(lambda acts: tuple(str(act) for act in acts))


def resources(act: Act) -> st.SearchStrategy[Resource]:
    """Every resource that `act` is about."""
    kind = kind_of(act)
    if kind == "Session":
        return sessions
    whose: dict[str, str] = {"Invite": "created_by", "Recording": "ticket", "Account": "owner"}
    if kind not in whose:
        return st.just(Resource(kind, "one"))
    return people.map(lambda person: Resource(kind, "one", {whose[kind]: person}))


def context(act: Act, known: dict[str, Attribute], capability: Capability) -> dict[str, Attribute]:
    if act is Act.HOLD_CAPABILITY:
        return {**known, "capability": str(capability)}
    return {"consented": known["consented"]} if act in (Act.SHARE_SCREEN, Act.SHARE_CAMERA) else {}


def permitted(request: AccessRequest) -> bool:
    decision = ENGINE.decide(request)
    # Each of these questions fits the schema; a deny because it did not would prove nothing.
    assert decision.reasons != ("policy_cannot_decide",)
    return decision.permitted


@given(st.data(), persons, scopes, st.sampled_from(list(Act)), facts, capabilities)
def test_a_key_never_does_more_than_its_person_or_its_scopes(
    data: st.DataObject,
    person: Principal,
    held: tuple[str, ...],
    act: Act,
    known: dict[str, Attribute],
    capability: Capability,
) -> None:
    request = AccessRequest(person, act, data.draw(resources(act)), context(act, known, capability))
    key = replace(person, attributes={"scopes": held})
    if permitted(replace(request, principal=key)):
        assert act in held
        assert permitted(request)


@given(people, scopes, scopes)
def test_a_key_never_issues_a_wider_key(person: str, held: tuple[str, ...], wanted: tuple[str, ...]) -> None:
    key = Principal("Person", person, "host", {"scopes": held})
    account = Resource("Account", "acc_a", {"owner": person})
    granted = permitted(AccessRequest(key, Act.ISSUE_API_KEY, account, {"scopes": wanted}))
    assert granted is (Act.ISSUE_API_KEY in held and set(wanted) <= set(held))


@given(people, sessions, st.sampled_from(sorted(LIVE)), facts, capabilities)
def test_an_auditor_is_never_live(
    name: str, session: Resource, act: Act, known: dict[str, Attribute], capability: Capability
) -> None:
    auditor = Principal("Person", name, "auditor")
    assert not permitted(AccessRequest(auditor, act, session, context(act, known, capability)))


@given(seats, sessions, st.sampled_from(sorted(LIVE)), facts, capabilities)
def test_a_seat_never_reaches_another_session(
    seat: Principal, session: Resource, act: Act, known: dict[str, Attribute], capability: Capability
) -> None:
    if permitted(AccessRequest(seat, act, session, context(act, known, capability))):
        assert seat.attributes["session"] == session.id


@given(seats, sessions, facts, capabilities)
def test_no_capability_without_what_it_needs(
    seat: Principal, session: Resource, known: dict[str, Attribute], capability: Capability
) -> None:
    asked = {**known, "capability": str(capability)}
    if not permitted(AccessRequest(seat, Act.HOLD_CAPABILITY, session, asked)):
        return
    need = NEEDS[capability]
    assert known["consented"] or not need.consent
    assert known["endpoint_client"] or not need.endpoint_client
    assert known["recorded"] or capability is Capability.RECORD or not need.consent
    assert session.attributes["state"] != "ended"
    if seat.role == "vendor":
        assert known["host_present"]
        assert capability in INVITABLE
        assert capability in {*str_tuple(known["invite_capabilities"])}


@given(persons, lists_of_capabilities)
def test_no_invite_carries_what_cannot_be_invited(person: Principal, wanted: tuple[str, ...]) -> None:
    ticket = Resource("Ticket", "tic_a")
    if permitted(AccessRequest(person, Act.CREATE_INVITE, ticket, {"capabilities": wanted})):
        assert set(wanted) <= INVITABLE


def str_tuple(value: Attribute) -> tuple[str, ...]:
    assert isinstance(value, tuple)
    return value
