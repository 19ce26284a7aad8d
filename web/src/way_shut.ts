// When the network lets nothing through, the page says so within five seconds, with a sentence for the network team.
// Rule: it only tells. Connection and Receiver keep trying by themselves, and the note goes as soon as a way is open.

import { copying } from "./copying";
import { make, makeButton, setAttribute, setText, show } from "./dom";
import { t } from "./i18n";
import type { Live } from "./live";
import { LIMITS } from "./wire.gen";
import { forNetworkTeam, ownWay } from "./ways";

const STEP_MS = 250;
const TEXT_ID = "network-team";

type Shut = "signalling" | "media";

/** Watch the ways of a live page, and tell when they are shut. */
export function tellWhenShut(live: Live): void {
  const note = new Note();
  let since: number | null = null;
  let told: Shut | null = null;
  setInterval(() => {
    const shut = shutNow(live, told);
    const now = performance.now();
    if (shut === null) since = null;
    else since ??= now;
    // A connection that was lost has been silent for seconds already; one that is being made gets its time.
    const patience = shut === "media" && live.receiver.state === "lost" ? 0 : LIMITS.WAY_PATIENCE_MS;
    if (shut === null) told = null;
    else if (since !== null && now - since >= patience) told = shut;
    note.say(told, live);
  }, STEP_MS);
}

function shutNow(live: Live, told: Shut | null): Shut | null {
  const { status, welcome } = live.connection;
  // A connection that once stood is the strip's to tell of: it is the server's as often as the network's fault.
  if (status.kind === "connecting" || (status.kind === "reconnecting" && !status.offline)) return welcome === null ? "signalling" : null;
  if (status.kind !== "connected" || live.view === null || live.view.state === "ended" || !live.admitted) return null;
  const { state } = live.receiver;
  if (state === "opening" || state === "lost") return "media";
  return state === "closed" ? told : null;
}

class Note {
  #place: HTMLElement | null = null;
  #text: HTMLElement | null = null;
  #team: HTMLElement | null = null;

  say(shut: Shut | null, live: Live): void {
    if (shut === null) {
      show(this.#place, false);
      return;
    }
    this.#place ??= this.#made();
    setAttribute(this.#place, "data-shut", shut);
    setText(this.#text, shut === "media"
      ? t("This network lets no picture and no voice through. Writing works. The page keeps trying by itself.")
      : t("The service desk cannot be reached from this network. The page keeps trying by itself."));
    setText(this.#team, forNetworkTeam(live.connection.welcome?.ways ?? [ownWay()]));
    show(this.#place, true);
  }

  #made(): HTMLElement {
    copying();
    const place = make("div", "strip strip--bad shut");
    place.dataset.panel = "network";
    place.setAttribute("role", "alert");
    place.hidden = true;
    this.#text = make("p", "shut__text");
    const more = make("details", "shut__more");
    const heading = make("summary", "", t("What the network team needs to know"));
    this.#team = make("p", "shut__team");
    this.#team.id = TEXT_ID;
    const copy = makeButton("button button--small", t("Copy this text"), "copy", { copy: TEXT_ID });
    more.append(heading, this.#team, copy);
    more.open = true;
    place.append(this.#text, more);
    const strip = document.querySelector('[data-panel="reconnecting"]');
    if (strip === null) document.body.prepend(place);
    else strip.after(place);
    return place;
  }
}
