// The vendor's invitation: PIN in two groups of three, times also in the reader's own zone, opens by itself when it is time.

import { base } from "../api";
import { type Outcome, showConnectionTest } from "../connection_test";
import { groupDigits } from "../digits";
import { need, onAct } from "../dom";
import { loadTexts } from "../i18n";
import { LIMITS } from "../wire.gen";
import { ownTimes } from "../window_times";
import { tellZone } from "../zone";

/** Let the host see how it went; that it could not be told is no reason to worry the vendor. */
async function tellHost(invite: string, { findings, usable }: Outcome): Promise<void> {
  const good = (check: string): boolean => findings.some((one) => one.check === check && one.good);
  const result = !good("signalling") ? "no_socket" : !usable ? "no_media" : good("media_udp") ? "direct" : "relayed";
  await fetch(`${base()}api/v1/redeem/tested`, {
    method: "POST", headers: { "content-type": "application/json", authorization: `Invite ${invite}` },
    body: JSON.stringify({ result }), signal: AbortSignal.timeout(TELL_MS),
  }).catch(() => undefined);
}

const TELL_MS = 10_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

await loadTexts();
tellZone();
const pin = document.querySelector<HTMLInputElement>('input[name="pin"]');
if (pin !== null) groupDigits(pin, LIMITS.PIN_DIGITS);
ownTimes();
onAct("test-connection", async (button) => {
  button.toggleAttribute("disabled", true);
  const invite = button.dataset.invite ?? "";
  await tellHost(invite, await showConnectionTest(need("connection-test"), button.dataset.socket ?? "", { invite }));
  button.toggleAttribute("disabled", false);
});

const opens = Date.parse(document.body.dataset.opens ?? "");
if (!Number.isNaN(opens)) setTimeout(() => location.reload(), Math.min(Math.max(opens - Date.now(), 1000), LONGEST_TIMER_MS));
