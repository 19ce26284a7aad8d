// The customer's receipt: made to be printed.

import { onAct } from "../dom";

onAct("print", () => window.print());
