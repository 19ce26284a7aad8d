// Recorded events in words: what happened, with an icon and a kind to filter by.

import { span } from "./clock";
import { count, t, tn } from "./i18n";
import type { Happening, Person } from "./replay_script";
import { kindName, standingName } from "./surface_words";
import type { Capability, Condition, EndReason, PauseReason, SurfaceKind, SurfaceView } from "./wire.gen";
import { capability, outcome, role } from "./words";

export type Kind = "chat" | "access" | "course";

export interface Told {
  text: string;
  who: string;
  icon: string;
  kind: Kind;
}

type Name = (id: unknown) => string;
type Teller = (event: Happening, name: Name) => Omit<Told, "kind"> | null;

const line = (text: string, icon: string, who = ""): Omit<Told, "kind"> => ({ text, icon, who });
const may = (event: Happening): string => capability(event["capability"] as Capability);
const person = (value: unknown): string => {
  const { name, organisation, role: code } = value as Person;
  return [name, organisation, role(code)].filter((part) => part !== "").join(" · ");
};

const COURSE: Record<string, Teller> = {
  SessionOpened: (event) => line(t("The session was opened"), "play", person(event["host"])),
  MatchConfirmed: (event, name) => line(t("The digits were compared and were right"), "check", name(event["participant"])),
  MatchFailed: (event, name) => line(t("The digits were compared and were wrong"), "warning", name(event["participant"])),
  PresenceLost: (event, name) => line(t("{name}: connection lost", { name: name(event["participant"]) }), "offline"),
  PresenceRegained: (event, name) => line(t("{name}: connection is back", { name: name(event["participant"]) }), "check"),
  SurfaceOpened: (event, name) => {
    const surface = event["surface"] as SurfaceView;
    return line(surface.kind === "camera" ? t("The phone’s camera is shown") : t("A screen is shared: {what}", { what: kindName(surface.kind) }), surface.kind === "camera" ? "mobile" : "screen", name(surface.owner));
  },
  SurfaceSwapped: (event) => line(t("Something else is shared: {what} instead of {former}", { what: kindName(event["display"] as SurfaceKind), former: kindName(event["former"] as SurfaceKind) }), "screen"),
  PictureNoted: (event) => line(standingName(event["condition"] as Condition), event["condition"] === "muted" ? "lock" : "screen", Number(event["width"]) > 0 ? `${String(event["width"])} × ${String(event["height"])}` : ""),
  NameClaimed: (event) => line(event["expected"] === true ? t("The customer said to be the person on the ticket") : t("The customer said to be somebody else than the ticket says"), "person", [String(event["name"]), established(String(event["how"]))].join(" · ")),
  AlarmRaised: () => line(t("The customer raised an alarm: not sure, or something is wrong"), "warning"),
  TelephoneTaken: () => line(t("On the telephone from here on; what is said there is not recorded"), "phone"),
  TelephonePutDown: () => line(t("No longer on the telephone"), "phone"),
  PhoneJoined: () => line(t("The customer’s phone was connected"), "mobile"),
  PhoneLeft: () => line(t("The customer’s phone was put away"), "mobile"),
  SurfaceHidden: () => line(t("The customer hid the screen"), "eye-off"),
  SurfaceUnhidden: () => line(t("The customer showed the screen again"), "eye"),
  SurfaceClosed: () => line(t("Sharing stopped"), "stop"),
  VoiceOpened: (event, name) => line(t("Microphone on"), "voice", name(event["participant"])),
  VoiceClosed: (event, name) => line(t("Microphone off"), "voice-off", name(event["participant"])),
  MarkDrawn: (event, name) => line(t("Pointed at the picture"), "mark", name(event["participant"])),
  MarksCleared: (event, name) => line(t("Wiped the marks"), "erase", name(event["participant"])),
  SessionPaused: (event) => line(pausedBy([String(event["reason"])]), "pause"),
  PauseCleared: () => null,
  SessionResumed: () => line(t("The session went on"), "play"),
  HandoverOffered: (event, name) => line(t("Hand-over offered to {name}", { name: String(event["to_name"]) }), "handover", name(event["by"])),
  HandoverClosed: () => line(t("The hand-over did not take place"), "cross"),
  HostChanged: (event, name) => line(t("{name} took the session over", { name: name(event["host"]) }), "handover", t("from {name}", { name: name(event["former"]) })),
  SuccessorIntroduced: (event, name) => line(t("The customer was told who is to take over"), "handover", name(event["participant"])),
  PickUpAsked: (event, name) => line(t("A colleague asked to take over from the lost host"), "handover", name(event["participant"])),
  PickUpAgreed: (event, name) => line(t("The customer agreed to the new name"), "check", name(event["participant"])),
  PickUpClosed: (event, name) => line(t("The colleague did not take over"), "cross", name(event["participant"])),
  OpinionAsked: (event, name) => line(t("{name} was asked for an opinion", { name: String(event["of_name"]) }), "question", [name(event["by"]), event["question"]].filter(Boolean).join(" · ")),
  OpinionClosed: () => line(t("Nobody is asked for an opinion any more"), "check"),
  CustomerSteppedAway: (event) => line(event["why"] === "someone_here" ? t("The customer was no longer alone") : t("The customer stepped away"), "eye-off"),
  CustomerCameBack: () => line(t("The customer was back"), "eye"),
  RecordingWatched: (event) => line(t("{name} of the service desk began to watch the recording", { name: String(event["name"]) }), "eye"),
  RecordingUnwatched: (event) => line(t("{name} watches the recording no more", { name: String(event["name"]) }), "eye-off"),
  ParticipantSlept: (event, name) => line(t("The computer of {name} slept: nothing was seen for {time}.", { name: name(event["participant"]), time: span(Number(event["slept_ms"])) }), "pause"),
  PolicyDecided: (event, name) => line(event["permitted"] === true ? t("The policies permitted: {act}", { act: String(event["act"]) }) : t("The policies refused: {act}", { act: String(event["act"]) }), event["permitted"] === true ? "check" : "cross", [name(event["by"]), t("policies of version {version}", { version: String(event["policy"]).slice(0, 12) })].filter(Boolean).join(" · ")),
  EndingSoon: (event, name) => line(t("Warned that the time ends soon"), "clock", name(event["participant"])),
  ClockStepped: (event) => line(t("The server’s clock was set by {seconds} s", { seconds: count(Number(event["by_ms"]) / 1000) }), "clock"),
  BrokerStopped: () => line(t("The server was stopped"), "pause"),
  SessionEnded: (event) => line(ended(event["reason"] as EndReason), "stop", [outcome(String(event["outcome"] ?? "")), event["note"]].filter(Boolean).join(" · ")),
};

const ACCESS: Record<string, Teller> = {
  ParticipantArrived: (event) => line(t("Waits in the lobby"), "person", person(event["participant"])),
  ParticipantAdmitted: (event, name) => line(t("Joined"), "people", name(event["participant"])),
  ParticipantLeft: (event, name) => line(left(String(event["reason"])), "leave", name(event["participant"])),
  ParticipantFrozen: (event, name) => line(t("Frozen: may see and do nothing"), "freeze", name(event["participant"])),
  ParticipantUnfrozen: (event, name) => line(t("No longer frozen"), "check", name(event["participant"])),
  ConsentAsked: (event, name) => {
    const request = event["request"] as { capability: Capability; participant: string };
    return line(t("The customer was asked: {what}", { what: capability(request.capability) }), "question", name(request.participant));
  },
  ConsentGiven: (event, name) => line(t("The customer said yes: {what}", { what: may(event) }), "check", name(event["participant"])),
  ConsentRefused: (event, name) => line(t("The customer said no: {what}", { what: may(event) }), "cross", name(event["participant"])),
  ConsentProlonged: () => line(t("The customer asked for more time to answer"), "clock"),
  ConsentLapsed: () => line(t("No answer in time, which means no"), "clock"),
  ConsentWithdrawn: (event, name) => line(t("The customer took it back: {what}", { what: may(event) }), "cross", name(event["participant"])),
  GrantGiven: (event, name) => {
    const grant = event["grant"] as { capability: Capability; participant: string };
    return line(t("May now: {what}", { what: capability(grant.capability) }), "key", name(grant.participant));
  },
  GrantRevoked: (event, name) => line(t("May no longer: {what}", { what: may(event) }), "lock", name(event["participant"])),
};

/** Whether there are words for an event. */
export function knows(name: string): boolean {
  return name === "ChatSaid" || Object.hasOwn(COURSE, name) || Object.hasOwn(ACCESS, name);
}

/** An event in words; null for one that says nothing to a person. */
export function told(event: Happening, name: Name): Told | null {
  if (event.event === "ChatSaid") return { ...line(String(event["text"]), "chat", name(event["participant"])), kind: "chat" };
  if (event.event === "DeskLineSaid") return { ...line(String(event["text"]), "lock", t("{name}, to the desk only", { name: name(event["participant"]) })), kind: "chat" };
  const course = COURSE[event.event]?.(event, name);
  if (course !== undefined) return course === null ? null : { ...course, kind: "course" };
  const access = ACCESS[event.event]?.(event, name);
  return access ? { ...access, kind: "access" } : { ...line(event.event, "info"), kind: "course" };
}

export function pausedBy(reasons: readonly string[]): string {
  const words: Record<PauseReason, string> = {
    host_lost: t("Paused: the connection to the host was lost."),
    host_left: t("Paused: the host had left."),
    host_paused: t("Paused by the host."),
    customer_lost: t("Paused: the connection to the customer was lost."),
    customer_paused: t("Paused by the customer."),
    customer_away: t("Paused: the customer was away, or not alone."),
    recording_unavailable: t("Paused: the recording could not be written."),
    broker_restarted: t("Paused: the server was restarted."),
    disk_full: t("Paused: the disk for recordings was full."),
  };
  return [...new Set(reasons)].map((reason) => words[reason as PauseReason] ?? t("The session was paused.")).join(" ");
}

/** Why a stretch is missing: a gap's reason as the recording names it. */
export function gapReason(reason: string): string {
  if (reason.startsWith("hidden")) return t("The customer had hidden the screen.");
  if (/^(paused|the session was paused)/.test(reason)) return t("The session was paused.");
  const words: Record<string, string> = {
    "": t("Nothing could be recorded here."),
    "held": t("The picture was held back: hidden or paused."),
    "lost on the way": t("Parts of picture or voice did not arrive here."),
    "malformed": t("Parts of picture or voice could not be read here."),
    "frame too large": t("A picture here was too large to be recorded."),
    "evidence unavailable": t("The recording could not be written here."),
    "resumed": t("The recording could not be written here."),
    "restored": t("What was recorded here was lost: the recording was restored from a backup."),
    "stopped": t("The server was stopped here and started again."),
    "recovered": t("The recording was interrupted here and taken up again."),
  };
  return words[reason] ?? t("Nothing could be recorded here: {reason}", { reason });
}

export function leftOut(n: number): string {
  return tn("{n} later event is not listed.", "{n} later events are not listed.", n);
}

function established(how: string): string {
  const words: Record<string, string> = { link: t("came by the link"), spoken_code: t("came by the code that was read out"), sign_in: t("was signed in") };
  return words[how] ?? how;
}

function ended(reason: EndReason): string {
  const words: Record<EndReason, string> = {
    completed: t("The host ended the session"),
    customer_stopped: t("The customer stopped everything"),
    customer_alarmed: t("The customer was not sure who this was, and everything was stopped"),
    customer_left: t("Ended: the customer had left"),
    customer_lost: t("Ended: the customer’s connection did not come back"),
    host_left: t("Ended: the host had left"),
    host_lost: t("Ended: the host’s connection did not come back"),
    not_joined: t("Ended: nobody joined in time"),
    recording_refused: t("Ended: the recording was refused"),
    recording_failed: t("Ended: the recording could not be written"),
    paused_too_long: t("Ended: paused for too long"),
    time_limit: t("Ended: the longest time was reached"),
    supervisor_ended: t("A supervisor ended the session"),
  };
  return words[reason] ?? t("The session ended");
}

function left(reason: string): string {
  const words: Record<string, string> = {
    left: t("Left"),
    removed: t("Was taken out by the host"),
    denied: t("Was not let in"),
    match_failed: t("Left: the digits did not match three times"),
    lobby_timeout: t("Left: nobody let them in in time"),
    time_up: t("Out: the time of the invite was over"),
    invite_revoked: t("Out: the invite was revoked"),
    host_gone: t("Out: no host was left"),
    session_ended: t("Left: the session ended"),
  };
  return words[reason] ?? t("Left");
}
