// Who watches the recording of this session while it is made: said by name, for as long as they do.

import { panel, ref, setText } from "./dom";
import { t } from "./i18n";

/** Show who watches, or nothing. */
export function watched(names: readonly string[]): void {
  panel("watched", names.length > 0);
  setText(ref("watched-text"), names.map((name) => t("{name} of the service desk is watching the recording of this session while it is made.", { name })).join(" "));
}
