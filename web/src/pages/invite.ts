// The vendor's invitation: PIN in two groups of three, times also in the reader's own zone, opens by itself when it is time.

import { groupDigits } from "../digits";
import { loadTexts } from "../i18n";
import { LIMITS } from "../wire.gen";
import { ownTimes } from "../window_times";
import { tellZone } from "../zone";

const LONGEST_TIMER_MS = 2 ** 31 - 1;

await loadTexts();
tellZone();
const pin = document.querySelector<HTMLInputElement>('input[name="pin"]');
if (pin !== null) groupDigits(pin, LIMITS.PIN_DIGITS);
ownTimes();

const opens = Date.parse(document.body.dataset.opens ?? "");
if (!Number.isNaN(opens)) setTimeout(() => location.reload(), Math.min(Math.max(opens - Date.now(), 1000), LONGEST_TIMER_MS));
