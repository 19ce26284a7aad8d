// Tells the server the reader's time zone, so that it writes times as this reader's clock shows them.

import { base } from "./api";

const LIFE_SECONDS = 365 * 24 * 60 * 60;

/** Keep the cookie "zone" true; the next page is written in it. */
export function tellZone(): void {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!/^[A-Za-z0-9_+/-]{1,64}$/.test(zone) || document.cookie.split("; ").includes(`zone=${zone}`)) return;
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `zone=${zone}; path=${base()}; max-age=${LIFE_SECONDS}; samesite=lax${secure}`;
}
