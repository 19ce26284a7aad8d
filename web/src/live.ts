// What every live page is made of: connection, clock, receiving side, voice, chat and the strip that tells how it stands.
// Rule: the page is a picture of the last view; nothing is remembered that the next view does not bring again.

import { banner } from "./banner";
import { Chat } from "./chat";
import { Clock } from "./clock";
import { Connection, type Status } from "./connection";
import { makeButton, onAct, ref } from "./dom";
import { t } from "./i18n";
import { notice } from "./notices";
import { Receiver } from "./receive";
import { Voice } from "./voice";
import { watched } from "./watched";
import { tellWhenShut } from "./way_shut";
import { capability } from "./words";
import type { SeatView, SessionView } from "./wire.gen";

export interface LivePage {
  /** Show the session as it is now. */
  update(view: SessionView): void;
  /** The page's part in the session is over, or another window took it: everything here has stopped. */
  over(status: Extract<Status, { kind: "displaced" | "farewell" | "gone" }>): void;
  /** The broker was restarted: publish anew what is still shared. */
  restarted?(): void;
}

export class Live {
  readonly connection: Connection;
  readonly clock = new Clock();
  readonly chat: Chat;
  readonly receiver: Receiver;
  readonly voice: Voice;
  view: SessionView | null = null;
  page: LivePage | null = null;
  #renew = false;

  constructor() {
    this.connection = new Connection(document.body.dataset.socket ?? "");
    this.chat = new Chat(this.connection, this.clock);
    this.receiver = new Receiver(this.connection, () => this.refresh(), (play) => silenced(play));
    this.voice = new Voice(this.connection, () => this.refresh());
    this.clock.every(() => { if (this.view !== null && this.voice.source.live) this.voice.update(this.view); });
    banner(this.connection);
    tellWhenShut(this);
    this.connection.on("view", (message) => this.#take(message.view));
    this.connection.on("refusal", (message) => notice(message.text));
    this.connection.on("grant_taken", (taken) => {
      if (taken.reason !== "policy") return;
      notice(t("The organisation’s rules no longer allow this: {what}", { what: capability(taken.capability) }), true);
    });
    this.connection.onStatus((status) => this.#status(status));
  }

  /** Begin, once the page is wired. */
  start(page: LivePage): void {
    this.page = page;
    this.connection.open();
  }

  /** One's own seat. */
  get self(): SeatView | null {
    return this.view?.seats.find((seat) => seat.id === this.view?.you) ?? null;
  }

  get admitted(): boolean {
    return this.self?.admitted ?? false;
  }

  /** Draw the last view again, after something here has changed. */
  refresh(): void {
    if (this.view !== null) this.page?.update(this.view);
  }

  #take(view: SessionView): void {
    this.clock.sync(view.now_ms);
    this.view = view;
    if (this.admitted && view.state !== "ended") {
      if (this.#renew) this.#renewed();
      else this.receiver.ensure();
    }
    this.receiver.hear(view.voices);
    this.voice.update(view);
    this.chat.update(view);
    watched(view.watched_by);
    this.page?.update(view);
  }

  /** A restarted broker knows neither what we receive nor what we publish. */
  #renewed(): void {
    this.#renew = false;
    void this.receiver.reopen();
    this.voice.source.broke();
    this.page?.restarted?.();
  }

  #status(status: Status): void {
    if (status.kind === "connected") {
      this.#renew ||= status.restarted;
      if (status.again && !status.restarted && this.receiver.state === "lost") void this.receiver.reopen();
    }
    this.voice.source.mute(status.kind !== "connected" || this.view?.state !== "active");
    if (status.kind === "displaced" || status.kind === "farewell" || status.kind === "gone") {
      this.voice.source.stopHere();
      this.receiver.close();
      this.page?.over(status);
    }
  }
}

/** A browser plays no sound before the person has done something on the page: offer a button for it. */
function silenced(play: () => void): void {
  const toasts = ref("toasts");
  if (toasts === null || toasts.querySelector('[data-act="hear"]') !== null) return;
  const button = makeButton("toast button", t("Somebody talks: turn the sound on"), "hear");
  onAct("hear", () => {
    play();
    button.remove();
  });
  toasts.append(button);
}
