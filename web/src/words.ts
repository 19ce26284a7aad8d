// The one place where a code from the wire becomes words for a person.

import { hour } from "./clock";
import { t } from "./i18n";
import type { Capability, PauseReason, Presence, Role, SessionView, State } from "./wire.gen";

export function capability(code: Capability): string {
  const words: Record<Capability, string> = {
    view_screen: t("See the screen"), view_camera: t("See the phone’s camera"), voice: t("Talk"), chat: t("Chat"), mark: t("Point on the screen"), record: t("Record"),
    control_input: t("Mouse and keyboard"), clipboard: t("Clipboard"), files: t("Files"), shell: t("Commands"), tunnel: t("Network path"),
  };
  return words[code];
}

export const CAPABILITY_ICON: Readonly<Record<Capability, string>> = {
  view_screen: "eye", view_camera: "mobile", voice: "voice", chat: "chat", mark: "mark", record: "record",
  control_input: "keyboard", clipboard: "clipboard", files: "files", shell: "shell", tunnel: "tunnel",
};

export function role(code: Role): string {
  const words: Record<Role, string> = {
    host: t("Agent"), customer: t("Customer"), vendor: t("Vendor"), observer: t("Observer"), moderator: t("Moderator"),
  };
  return words[code];
}

/** How a session went, as the host chose it; an unknown code stays as it is. */
export function outcome(code: string): string {
  const words: Record<string, string> = {
    resolved: t("Resolved"), workaround: t("Works for now"), escalated: t("Passed to a specialist"), not_resolved: t("Not resolved"),
  };
  return words[code] ?? code;
}

export function presence(code: Presence): string {
  return { lobby: t("waiting"), joined: "", away: t("connection lost"), left: t("left") }[code];
}

export function state(code: State): string {
  return { waiting: t("Waiting for the customer"), active: t("Live"), paused: t("Paused"), ended: t("Ended") }[code];
}

/** Why it is paused, to this reader. */
export function pause(reasons: readonly PauseReason[], view: SessionView): string {
  const desk = view.desk_phone ? t("You can call the service desk: {phone}.", { phone: view.desk_phone }) : "";
  const host = view.role === "host";
  const until = view.paused_until_ms === null ? "" : hour(new Date(Date.now() + view.paused_until_ms - view.now_ms));
  const customer = view.role === "customer";
  const words: Record<PauseReason, string> = {
    recording_unavailable: t("The recording cannot be written at the moment. It goes on by itself as soon as it can."),
    disk_full: t("The disk for recordings is full, so nothing can be recorded. It goes on by itself when there is room."),
    broker_restarted: t("The server was restarted. It goes on when everybody is back."),
    host_left: customer ? [t("The agent has left. Nothing can be seen or done. A colleague may take over if you agree; we wait until {time}.", { time: until }), desk].join(" ").trim()
      : t("The host has left. Nothing can be seen or done; waiting until {time}.", { time: until }),
    host_lost: host ? t("Your connection was lost. It goes on by itself.")
      : t("The connection to {name} was lost. Nothing can be seen or done; waiting until {time}. It goes on by itself when they are back.", { name: view.host_name, time: until }),
    customer_lost: customer ? t("Your connection was lost. It goes on by itself.") : t("The connection to the customer was lost. It goes on by itself when they are back."),
    customer_away: customer ? t("You said that you are away or not alone.")
      : view.absence === "someone_here" ? t("The customer is not alone at the screen. Nothing can be seen until they are back, and then you ask again.")
        : t("The customer had to step away. Nothing can be seen until they are back, and then you ask again."),
    customer_paused: customer ? t("You have paused the session.") : t("The customer has paused the session."),
    host_paused: host ? t("You have paused the session.") : t("{name} has paused the session.", { name: view.host_name }),
  };
  const order = Object.keys(words) as PauseReason[];
  return order.filter((reason) => reasons.includes(reason)).map((reason) => words[reason]).join(" ");
}

/** What the desk is told when the recordings' disk fills up; "" while there is room. */
export function disk(level: string): string {
  const words: Record<string, string> = {
    low: t("The disk for recordings is filling up. Tell an administrator; this session goes on."),
    nearly_full: t("The disk for recordings is nearly full. This session goes on; no new one can be opened. Tell an administrator now."),
    full: t("The disk for recordings is full. Sessions are paused and go on by themselves when an administrator has made room."),
  };
  return words[level] ?? "";
}

/** Why it is over for this participant: an EndReason or a LeaveReason. */
export function farewell(reason: string): string {
  const words: Record<string, string> = {
    completed: t("The agent has ended the session."),
    customer_stopped: t("The customer stopped everything."),
    customer_alarmed: t("The customer was not sure who this is. Everything was stopped, and a supervisor was told."),
    customer_left: t("The customer has left."),
    customer_lost: t("The customer’s connection did not come back."),
    host_left: t("The agent has left."),
    host_lost: t("The agent’s connection did not come back."),
    not_joined: t("Nobody joined in time."),
    recording_refused: t("The customer did not agree to the recording."),
    recording_failed: t("The recording could not be written, so the session was ended."),
    paused_too_long: t("The session was paused for too long."),
    time_limit: t("The longest time for a session was reached."),
    supervisor_ended: t("A supervisor has ended the session."),
    left: t("You have left."),
    removed: t("The host has taken you out of the session."),
    denied: t("The host did not let you in."),
    match_failed: t("The digits did not match three times. Please ask for a new code."),
    lobby_timeout: t("Nobody let you in in time. Please ask the host."),
    time_up: t("The time of your invitation is over."),
    invite_revoked: t("The service desk has taken your invitation back."),
    host_gone: t("The host has left, and nobody from outside stays without a host."),
    not_picked_up: t("You were not needed any more: the customer said no, or the host is back."),
    session_ended: t("The session has ended."),
  };
  return words[reason] ?? t("The session has ended.");
}

/** The same to the host, who did some of it. */
export function farewellToHost(reason: string): string {
  const words: Record<string, string> = {
    completed: t("You have ended the session."),
    host_lost: t("Your connection did not come back in time."),
    host_left: t("You have left the session."),
    not_joined: t("The customer did not join in time."),
  };
  return words[reason] ?? farewell(reason);
}

/** The same to the customer, who is spoken to. */
export function farewellToCustomer(reason: string): string {
  const words: Record<string, string> = {
    customer_stopped: t("You stopped everything. Nobody is connected to you any more."),
    customer_left: t("You have left. Nobody is connected to you any more."),
    customer_lost: t("Your connection did not come back in time. Nobody is connected to you any more."),
    recording_refused: t("You did not agree to the recording, so the session ends here. Nothing was shared."),
    denied: t("The agent did not let you in. Nothing was shared."),
  };
  return words[reason] ?? `${farewell(reason)} ${t("Nobody is connected to you any more.")}`;
}
