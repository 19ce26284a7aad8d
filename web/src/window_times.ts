// Times of an invitation in the reader's own zone, beside the ones the inviter sees.

import { locale } from "./i18n";
import { make } from "./dom";

const sameMoment = (date: Date): string => new Intl.DateTimeFormat(locale(), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZoneName: "short" }).format(date);

/** Put the reader's own time under every <time> whose zone may be another one. */
export function ownTimes(within: ParentNode = document): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    const date = new Date(time.dateTime);
    if (Number.isNaN(date.getTime())) continue;
    const own = sameMoment(date);
    time.title = own;
    if (time.closest("[data-own-times]") !== null && time.nextElementSibling?.className !== "tiny faint") time.after(make("small", "tiny faint", ` (${own})`));
  }
}
