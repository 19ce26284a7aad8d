// A machine that slept: this page notices the jump of time when it wakes up, and says for how long nothing was seen.
// Rule: a hidden page's late timer proves nothing; only what no timer explains counts, and the broker checks it again.

import type { Connection } from "./connection";
import { span } from "./clock";
import { t } from "./i18n";
import { notice } from "./notices";
import { LIMITS } from "./wire.gen";

const LOOK_EVERY_MS = 1000;
/** Browsers run a hidden page's timers once a minute at the least. */
const HIDDEN_EVERY_MS = 75_000;

export interface Moment {
  wall: number;
  steady: number;
  hidden: boolean;
}

/** For how long the machine slept between two looks, in milliseconds; 0 when it did not. Some clocks go on in sleep. */
export function sleptFor(before: Moment, now: Moment): number {
  const steady = now.steady - before.steady;
  const jump = now.wall - before.wall - steady;
  const slow = before.hidden || now.hidden ? HIDDEN_EVERY_MS : LOOK_EVERY_MS;
  const slept = Math.max(jump, steady > slow + LIMITS.SLEPT_MIN_MS ? steady - LOOK_EVERY_MS : 0);
  return slept >= LIMITS.SLEPT_MIN_MS ? Math.round(slept) : 0;
}

const look = (): Moment => ({ wall: Date.now(), steady: performance.now(), hidden: document.hidden });

/** Watch for sleep, and tell what others' machines and one's own did. `fact` puts it into the timeline. */
export function watchSleep(connection: Connection, fact: (text: string) => void): void {
  let before = look();
  let untold = 0;
  setInterval(() => {
    const now = look();
    untold = Math.max(untold, sleptFor(before, now));
    before = now;
    tell();
  }, LOOK_EVERY_MS);

  /** After the connection has healed; what the broker does not believe was no sleep. */
  function tell(): void {
    if (untold === 0 || !connection.connected) return;
    const slept_ms = untold;
    untold = 0;
    void connection.send({ type: "tell_sleep", slept_ms }).catch(() => undefined);
  }

  connection.onStatus((status) => { if (status.kind === "connected") setTimeout(tell, LOOK_EVERY_MS); });
  connection.on("slept", (slept) => {
    const time = span(slept.slept_ms);
    const text = slept.name === "" ? t("This computer slept: nothing was seen for {time}.", { time })
      : t("The computer of {name} slept: nothing was seen for {time}.", { name: slept.name, time });
    fact(text);
    notice(text, true);
  });
}
