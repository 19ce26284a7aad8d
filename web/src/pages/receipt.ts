// The customer's receipt: made to be printed.

import { onAct } from "../dom";
import { tellZone } from "../zone";

tellZone();
onAct("print", () => window.print());
