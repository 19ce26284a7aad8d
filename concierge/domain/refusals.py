"""Refusals: what each code of a no means to the person who meets it, in plain English for the translators.

Four kinds of code share one catalogue: those the core refuses with, those of replaying and exporting, those the policy
engine answers with, and the ids of the shipped policies (where a permit's sentence says what it rests on). It holds no
rule and names no person.
"""

from __future__ import annotations

from types import MappingProxyType


def N_(msgid: str) -> str:  # noqa: N802 -- the name by which translation tools know a text that is translated later
    """Mark `msgid` for translation and return it as it is; the page translates it."""
    return msgid


UNKNOWN_REFUSAL = N_("This is not allowed here.")

# What the session core says.
_CORE = {
    "already_here": N_("You already have a seat in this session."),
    "already_host": N_("You are hosting this session already."),
    "already_open": N_("This session is open already."),
    "already_recorded": N_("The customer has already agreed to the recording."),
    "already_shared": N_("This screen is being shared already."),
    "away_now": N_("You said that you are away, or not alone. Say first that you are back."),
    "beyond_ceiling": N_("That is more than this person can ever be given in this session."),
    "beyond_own": N_("You cannot pass on more than you hold yourself."),
    "brief_first": N_("Please read the brief before you take over."),
    "cannot_freeze": N_("Hosts and customers cannot be frozen. Pause the session instead."),
    "customer_already_here": N_("A customer has already joined this session."),
    "customer_first": N_("Please wait until the customer is here and matched."),
    "customer_only": N_("Only the customer can do that."),
    "desk_only": N_("Only the service desk writes there."),
    "end_instead": N_("The customer cannot be removed. End the session instead."),
    "enough_watchers": N_("Enough people are watching this recording already."),
    "enough_opinions": N_("Enough colleagues have been asked in this session."),
    "handover_first": N_("Your colleague has not taken over yet. Wait for that, or withdraw the offer."),
    "handover_open": N_("Another hand-over is still open."),
    "host_is_here": N_("The host of this session is there, so nobody has to pick it up."),
    "host_only": N_("Only the host of the session can do that."),
    "host_stays": N_("The host cannot be removed. Hand the session over or end it."),
    "introduce_first": N_("The customer has to be told your name first."),
    "needs_endpoint_client": N_("This needs our program on the customer's machine."),
    "name_said": N_(
        "You have said who you are already. Tell the person who helps you if that was a mistake."
    ),
    "needs_no_consent": N_("Nobody has to be asked for this."),
    "no_handover_for_you": N_("No hand-over is offered to you."),
    "no_such_participant": N_("That person is not in this session."),
    "no_such_session": N_("There is no such session."),
    "nobody_may_see": N_("Nobody has been allowed to see your screen yet."),
    "nobody_may_see_camera": N_("Nobody has been allowed to see your phone's camera yet."),
    "no_phone_here": N_("Your phone is no longer connected. Scan a new code to connect it again."),
    "not_away": N_("Nobody had stepped away."),
    "not_for_customer": N_("The customer needs nobody's consent."),
    "not_granted": N_("You have not been given this in this session."),
    "not_in_lobby": N_("Nobody like that is waiting in the lobby."),
    "not_now": N_("That is not possible at this moment of the session."),
    "not_present": N_("The next host has to be in the session first."),
    "not_shared": N_("This screen is not being shared."),
    "not_yours_to_pause": N_("You cannot set or lift that pause."),
    "pick_up_open": N_("A colleague is being introduced to the customer already."),
    "pick_up_too_early": N_("The host may still come back. Another host can pick this up after two minutes."),
    "question_closed": N_("That question is no longer open."),
    "recording_first": N_("The customer has not agreed to the recording yet."),
    "session_ended": N_("This session has ended."),
    "session_full": N_("There is no seat left in this session."),
    "still_in_lobby": N_("Please wait until the host lets you in."),
    "time_up": N_("The time for this seat is over."),
    "too_many_grants": N_("Nothing more can be given in this session."),
    "too_many_questions": N_("The customer has enough questions to answer. Please wait."),
    "too_many_surfaces": N_("Enough screens are being shared already."),
    "wrong_door": N_("You cannot come into the session this way."),
}

# What the use cases of evidence say.
_EVIDENCE = {
    "disk_full": N_(
        "The disk for recordings is nearly full, so no session can be opened. An administrator has to make room."
    ),
    "exports_busy": N_(
        "As many exports as this server makes at once are being made. Please try again in a minute."
    ),
    "too_many_links": N_("This recording has enough links to watch. Revoke one first."),
    "no_such_link": N_("There is no such link in force."),
    "held_already": N_("This recording is under legal hold already."),
    "not_held": N_("This recording is not under legal hold."),
    "recording_held": N_(
        "This recording is under legal hold. Nothing of it can be erased until the hold is lifted."
    ),
    "no_such_recording": N_("There is no such recording."),
    "recording_erased": N_("This recording was erased. It can be verified and no longer be seen."),
    "recording_closed": N_("This session has ended. Its recording can be replayed now."),
    "recording_open": N_("This session is still being recorded. It can be replayed when it has ended."),
}

# What the doors and the use cases say.
_DOORS = {
    "no_picture": N_("Choose a picture first."),
    "no_such_person": N_("There is no such person."),
    "not_a_picture": N_("That is not a picture we can read. Choose a PNG, JPEG or WebP file."),
    "picture_too_large": N_("That file is too large. Choose a picture of at most 8 MB."),
    "picture_too_many_pixels": N_("That picture has too many pixels. Choose one of at most 25 megapixels."),
    "pictures_busy": N_("Another picture is being worked on. Please try again in a moment."),
    "cross_site": N_(
        "This was sent from another site, so nothing was done. Open the page here and try again."
    ),
    "invite_expired": N_("This invitation has expired."),
    "invite_frozen": N_(
        "This invitation is being checked by the service desk. Ask the person who invited you."
    ),
    "invite_not_frozen": N_("This invitation is not frozen."),
    "invite_locked": N_("This invitation is closed after too many wrong PINs. Ask for a new one."),
    "invite_not_yet": N_("This invitation is not valid yet."),
    "invite_redeemed": N_("This invitation was used already."),
    "invite_revoked": N_("This invitation was withdrawn."),
    "invite_unknown": N_("There is no such invitation."),
    "link_not_good": N_("This link no longer works."),
    "match_wrong": N_("Those are not the digits on the customer's screen. Ask for the new ones."),
    "no_such_alarm": N_("There is no such alarm, or somebody has looked at it already."),
    "no_such_key": N_("There is no such key."),
    "no_such_sign_in": N_("There is no such sign-in."),
    "no_such_ticket": N_("There is no such ticket."),
    "phone_link_not_good": N_(
        "This code was used already, or is too old. Ask for a new one on your computer."
    ),
    "pairing_unknown": N_("That code or link does not work. It may be mistyped, used already, or too old."),
    "password_wrong": N_("That is not your password."),
    "session_not_open": N_("The session has not begun yet. Please try again in a moment."),
    "session_open_already": N_("This ticket has a live session already."),
    "sign_in_failed": N_("Name, password or one-time code is wrong."),
    "sign_in_locked": N_("Too many tries. Please wait a quarter of an hour."),
    "too_many_keys": N_("There are enough keys already. Revoke one first."),
    "totp_needed": N_("Please type the six digits of your authenticator app too."),
    "totp_wrong": N_("Those digits did not match."),
    "wrong_pin": N_("That is not the PIN."),
}

# What signing off a shift says.
_SHIFT = {
    "care_closed": N_("That offer is no longer open."),
    "invite_not_yours": N_("Somebody else looks after this invite."),
    "shift_open": N_(
        "You cannot sign off yet: a colleague has to accept each live session and each invite that is due before you are back."
    ),
}

# What the policy engine says when no policy of its own decided.
_ENGINE = {
    "no_policy_permits": N_("Nothing in this organisation's policy allows this."),
    "policy_cannot_decide": N_("The policy could not be applied to this, so the answer is no."),
}

# The shipped policies, file by file; each sentence equals the policy's @reason.
_POLICIES = {
    # accounts.cedar
    "account_is_ones_own": N_("People manage their own account and issue their own API keys."),
    "key_issues_no_wider_key": N_("An API key can issue only keys that may do no more than itself."),
    "key_never_manages_account": N_("An API key cannot change an account. Sign in to do that."),
    "key_stays_within_scopes": N_("This API key was not issued for that."),
    # capabilities.cedar
    "consent_comes_first": N_("The customer has not agreed to this."),
    "customer_talks_and_points": N_("The customer may write, speak and point."),
    "endpoint_client_comes_first": N_("This needs our program on the customer's machine."),
    "host_holds_capabilities": N_("The host may hold every capability."),
    "observer_sees": N_("Observers and moderators may see the screen."),
    "recording_comes_first": N_("This is possible only while the session is being recorded."),
    "sharing_needs_consent": N_("The screen is shared only after the customer has agreed."),
    "camera_needs_consent": N_("The phone's camera is shown only after the customer has agreed."),
    "camera_needs_recording": N_("The phone's camera is shown only while the session is being recorded."),
    "sharing_needs_recording": N_("The screen is shared only while the session is being recorded."),
    "vendor_holds_what_invite_carries": N_("A vendor may hold what the invite carries."),
    "vendor_needs_present_host": N_("A vendor can do nothing while the host is away."),
    # desk.cedar
    "supervisor_answers_alarms": N_("Supervisors see the alarms of customers and answer them."),
    "desk_staff_work_tickets": N_("Hosts and supervisors work the desk."),
    # evidence.cedar
    "auditor_link_does_nothing_else": N_("An auditor link is for watching alone."),
    "auditor_link_shows_one_recording": N_("An auditor link shows the recording it was made for."),
    "auditor_reads_audit_log": N_("Auditors may read the audit log."),
    "auditor_replays_every_recording": N_("An auditor may replay every recording."),
    "staff_find_recordings": N_("Hosts, supervisors and auditors may look for recordings."),
    "staff_replay_recordings_of_tickets": N_("Hosts and supervisors may replay the recordings of tickets."),
    "supervisor_erases": N_("Supervisors may erase recordings."),
    "supervisor_or_auditor_shares": N_(
        "Supervisors and auditors may let somebody outside watch a recording by a link."
    ),
    "supervisor_or_auditor_holds": N_("Supervisors and auditors may set and lift a legal hold."),
    "supervisor_or_auditor_exports": N_("Supervisors and auditors may export recordings."),
    # hosting.cedar
    "auditor_is_never_live": N_("Auditors read recordings. They have no way into a session."),
    "ended_session_opens_nothing": N_("This session has ended."),
    "asked_host_looks_on": N_("A host who was asked for an opinion may look on."),
    "colleague_picks_up": N_("A host may pick up a session whose host is lost, if the customer agrees."),
    "host_runs_own_session": N_("The host of a session runs it."),
    "host_seat_runs_its_session": N_("The host's seat runs the session it sits in."),
    "offered_host_takes_over": N_(
        "A host to whom a session is offered may join it, be briefed, and take it over."
    ),
    "offered_seat_takes_over": N_("A host who looks on and to whom the session is offered may take it over."),
    "supervisor_watches_recording_live": N_("Supervisors may watch a recording while it is made."),
    "supervisor_watches_and_ends": N_("A supervisor may join, observe and end any session."),
    "seat_holder_comes_back": N_("Whoever of the desk has a seat in a session may come back to it."),
    # invites.cedar
    "desk_staff_invite_to_tickets": N_(
        "Hosts and supervisors may invite a vendor to a ticket and see all invites."
    ),
    "host_invites_to_own_session": N_("The host of a session may invite a vendor to it."),
    "host_revokes_own_invite": N_(
        "A host may take back or renew an invite they created, or one that is used in their session."
    ),
    "host_seat_invites_to_its_session": N_("The host's seat may invite a vendor to the session it sits in."),
    "invite_carries_only_invitable": N_(
        "An invite can carry seeing the screen, voice, chat and marks, and nothing more."
    ),
    "no_invite_to_ended_session": N_("Nobody can be invited to a session that has ended."),
    "nobody_disables_themselves": N_("You cannot disable or enable yourself. Another supervisor can."),
    "supervisor_looks_after_people": N_(
        "Supervisors may see the people of the desk, and disable or enable somebody."
    ),
    "colleague_takes_invite_on": N_("A host may look after an invite that is offered to them."),
    "desk_staff_sign_off": N_("Hosts and supervisors sign off their own shift."),
    "host_hands_invite_on": N_("Whoever looks after an invite may offer it to a colleague."),
    "supervisor_revokes_any_invite": N_("A supervisor may take back or renew any invite."),
    "vendor_redeems_invite": N_("A vendor may redeem an invite."),
    # seats.cedar
    "customer_decides": N_(
        "The customer answers each question of consent, and may pause, take back and end at any time."
    ),
    "customer_shares_camera": N_("The customer may show something with the phone's camera."),
    "customer_shares_screen": N_("The customer may share the screen."),
    "moderator_ends": N_("A moderator may end the session."),
    "observer_watches": N_("Observers and moderators may watch the session of their seat."),
    "participant_keeps_to_own_session": N_("You can act only in your own session."),
    "seat_joins_its_session": N_("Everybody with a seat may enter the session of that seat."),
    # unrecorded.cedar
    "recording_is_required": N_(
        "This organisation records every session; without a recording there is none."
    ),
    "session_without_sharing": N_("Without a recording the session goes on with chat only."),
}

REFUSALS: MappingProxyType[str, str] = MappingProxyType(
    {**_CORE, **_DOORS, **_SHIFT, **_EVIDENCE, **_ENGINE, **_POLICIES}
)
"""Code -> plain English sentence (a msgid). Codes are never reused for another meaning."""


def sentence_for(code: str) -> str:
    """Return the msgid for `code`; for a code nobody catalogued (an operator's own policy) the general sentence."""
    return REFUSALS.get(code, UNKNOWN_REFUSAL)
