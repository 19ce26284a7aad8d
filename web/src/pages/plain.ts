// Pages without a script of their own: copy buttons, print, the search key.

import { copying } from "../copying";
import { onAct } from "../dom";
import { loadTexts } from "../i18n";
import { searchKey } from "../search_key";
import { tellZone } from "../zone";

await loadTexts();
tellZone();
copying();
searchKey();
onAct("print", () => window.print());
