// Pages without a script of their own: copy buttons, print, the search key, one's own picture.

import { copying } from "../copying";
import { onAct } from "../dom";
import { loadTexts } from "../i18n";
import { portraitForm } from "../portrait_form";
import { searchKey } from "../search_key";
import { tellZone } from "../zone";

await loadTexts();
tellZone();
copying();
searchKey();
portraitForm();
onAct("print", () => window.print());
