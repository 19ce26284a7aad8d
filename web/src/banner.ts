// Says how the connection stands: a strip while it heals by itself, and "Use here" when another window took over.

import type { Connection, Status } from "./connection";
import { make, makeButton, onAct, setText, show } from "./dom";
import { t } from "./i18n";

const STEP_MS = 250;

/** Keep the page's reconnecting strip true. */
export function banner(connection: Connection): void {
  const strip = document.querySelector<HTMLElement>('[data-panel="reconnecting"]');
  if (strip === null) return;
  const said = strip.querySelector("span:not(.wait)");
  const usual = said?.textContent ?? "";
  const wait = strip.querySelector<HTMLElement>(".wait");
  const countdown = make("span", "number");
  countdown.setAttribute("aria-hidden", "true");
  const button = makeButton("button button--small", "", "connect-now");
  strip.append(countdown, button);
  onAct("connect-now", () => {
    if (connection.status.kind === "displaced") connection.open();
    else if (connection.status.kind === "gone") location.reload();
    else connection.retryNow();
  });
  const tell = (status: Status): void => {
    const off = status.kind === "displaced" || status.kind === "gone";
    for (const part of document.querySelectorAll("main, .livebar__acts")) part.toggleAttribute("inert", status.kind === "displaced");
    show(strip, status.kind === "reconnecting" || off);
    show(wait, !off);
    show(countdown, status.kind === "reconnecting");
    if (status.kind === "displaced") setText(said, t("This session is open in another window. Here it is idle."));
    else if (status.kind === "gone") setText(said, status.signed_out ? t("You have been signed out. Sign in again to go on.") : t("You have no seat in this session any more."));
    else if (status.kind === "reconnecting") setText(said, status.offline ? t("This computer is offline. It reconnects by itself when the network is back.") : usual);
    setText(button, status.kind === "displaced" ? t("Use here") : status.kind === "gone" ? t("Load again") : t("Try now"));
  };
  connection.onStatus(tell);
  setInterval(() => {
    if (connection.status.kind !== "reconnecting") return;
    const rest = Math.ceil((connection.status.retry_at - performance.now()) / 1000);
    setText(countdown, rest > 0 ? t("Next try in {n} s", { n: rest }) : t("Trying…"));
  }, STEP_MS);
}
