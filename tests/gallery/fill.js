// Fills the live pages the way their scripts will, from fixed values: only for the gallery.
// Clones the same <template data-item> elements, so a hook that goes missing shows.
(scene) => {
  const one = (sel, root = document) => {
    const found = root.querySelector(sel);
    if (!found) throw new Error(`gallery: no ${sel}`);
    return found;
  };
  const ref = (name) => one(`[data-ref="${name}"]`);
  const show = (...names) => names.forEach((n) => { one(`[data-panel="${n}"]`).hidden = false; });
  const hide = (...names) => names.forEach((n) => { one(`[data-panel="${n}"]`).hidden = true; });
  const item = (name, slots = {}, attrs = {}) => {
    const node = one(`template[data-item="${name}"]`).content.firstElementChild.cloneNode(true);
    for (const [k, v] of Object.entries(slots)) {
      const place = node.matches(`[data-slot="${k}"]`) ? node : one(`[data-slot="${k}"]`, node);
      if (k === "icon") place.setAttribute("href", `#i-${v}`); else place.textContent = v;
    }
    for (const [k, v] of Object.entries(attrs)) node.setAttribute(k, v);
    return node;
  };
  const list = (name, nodes, root = document) => one(`[data-list="${name}"]`, root).append(...nodes);
  const NAMES = { view_screen: ["See the screen", "eye"], view_camera: ["See the phone’s camera", "mobile"], voice: ["Talk", "voice"], chat: ["Chat", "chat"], mark: ["Point on the screen", "mark"] };
  const grant = (code, kind = "grant") => item(kind, { name: NAMES[code][0], icon: NAMES[code][1] });

  const paint = (canvas, w = 1600, h = 900) => {
    canvas.width = w; canvas.height = h;
    const c = canvas.getContext("2d");
    const s = w / 1600; c.scale(s, s);
    const g = c.createLinearGradient(0, 0, 1600, 900); g.addColorStop(0, "#1d4e6b"); g.addColorStop(1, "#3f7f86");
    c.fillStyle = g; c.fillRect(0, 0, 1600, 900);
    c.fillStyle = "#101a20"; c.fillRect(0, 856, 1600, 44);
    c.fillStyle = "#38505c"; [20, 70, 120, 170].forEach((x) => c.fillRect(x, 864, 30, 28));
    c.fillStyle = "#fff"; c.fillRect(150, 70, 1160, 720);
    c.fillStyle = "#e7edf0"; c.fillRect(150, 70, 1160, 46);
    c.fillStyle = "#33424c"; c.font = "600 20px sans-serif"; c.fillText("Label Print 4.2 – Ward 4", 174, 100);
    c.fillStyle = "#f4f7f8"; c.fillRect(150, 116, 250, 674);
    c.font = "18px sans-serif"; c.fillStyle = "#475762";
    ["Print queue", "Label layouts", "Printers", "Roll settings", "History"].forEach((t, i) => { if (i === 3) { c.fillStyle = "#dcecf1"; c.fillRect(160, 146 + i * 52, 230, 42); } c.fillStyle = "#33424c"; c.fillText(t, 180, 174 + i * 52); });
    c.font = "600 26px sans-serif"; c.fillText("Roll settings", 440, 174);
    c.font = "18px sans-serif"; c.fillStyle = "#5c6b76"; c.fillText("Printer", 440, 230); c.fillText("Roll type", 440, 310); c.fillText("Driver", 440, 390);
    c.strokeStyle = "#9aa8b0"; c.lineWidth = 1.5; [244, 324, 404].forEach((y) => c.strokeRect(440, y, 420, 40));
    c.fillStyle = "#12202a"; c.fillText("LP-W4-02 (Printec P62)", 456, 270); c.fillText("29 mm continuous", 456, 350); c.fillText("Printec 7.1.0 (new)", 456, 430);
    c.fillStyle = "#fdeceb"; c.fillRect(440, 480, 800, 64); c.fillStyle = "#ab231c"; c.fillText("The last 14 labels were printed without content.", 464, 519);
    c.fillStyle = "#0b6276"; c.fillRect(440, 590, 180, 46); c.fillStyle = "#fff"; c.fillText("Print test label", 462, 620);
  };
  const marks = (svg) => {
    const ns = "http://www.w3.org/2000/svg";
    svg.setAttribute("viewBox", "0 0 1600 900");
    const path = (d, role) => { const p = document.createElementNS(ns, "path"); p.setAttribute("d", d); p.setAttribute("class", "mark-shape"); p.dataset.role = role; svg.append(p); };
    path("M432 319h436v50h-436z", "host");
    path("M1080 250L890 330m46 -2l-46 2l26 -38", "vendor");
  };
  const people = () => {
    const seat = (n, i, role, of, presence, left, attrs, grants) => {
      const node = item("participant", { initials: i, name: n, role, of, presence, ...(document.querySelector('template[data-item="participant"]').innerHTML.includes("time-left") ? { "time-left": left } : {}) }, attrs);
      const where = node.querySelector('[data-list="grants"]');
      if (where) where.append(...grants.map((g) => grant(g)));
      return node;
    };
    list("people", [
      seat("Anna Berger", "AB", "Host", "Service Desk", "", "", { "data-role": "host" }, ["view_screen", "mark"]),
      seat("Maria Lindqvist", "ML", "Customer", "Ward 4, Cardiology", "", "", { "data-role": "customer" }, []),
      seat("Lena Vogt", "LV", "Vendor", "Printec GmbH", "", "24:18 left", { "data-role": "vendor" }, ["view_screen", "chat"]),
    ]);
    ref("people-count").textContent = "3";
  };
  const chat = () => list("chat", [
    item("chat-fact", { text: "Lena Vogt, Printec GmbH, was admitted", at: "09:14" }),
    item("chat-line", { who: "Maria", of: "", at: "09:15", text: "It has been like this since the update on Thursday." }),
    item("chat-line", { who: "Lena Vogt", of: "Printec", at: "09:16", text: "Then it is the roll setting, I mark it for you." }),
    item("chat-line", { who: "You", of: "", at: "09:16", text: "Maria, could you open “Roll settings” on the left?" }, { "data-mine": "true" }),
  ]);
  const fitCanvas = () => { const c = ref("canvas"); paint(c); marks(ref("marks")); };
  const livePicture = () => { show("picture"); ref("picture-state").hidden = false; ref("picture-name").textContent = "Window · 1,600 × 900"; ref("picture-standing").textContent = "Nothing changes (picture 12 s old)"; ref("picture-state").dataset.standing = "still"; fitCanvas(); people(); chat(); };
  const live = () => {
    ref("state").textContent = "Live"; ref("elapsed").textContent = "08:42"; ref("state-dot").className = "dot dot--live";
    ref("evidence").dataset.evidence = "on"; ref("evidence-text").textContent = "Recording, saved 0.2 s ago";
  };
  const floating = (state, says) => {
    const content = document.importNode(one('template[data-item="floating"]').content, true);
    for (const child of [...document.body.children]) if (!child.matches(".sprite")) child.remove();
    document.body.className = "floating-page"; document.body.dataset.sharing = state; document.body.append(content);
    one('[data-slot="says"]').textContent = says;
    const canvas = document.createElement("canvas"); paint(canvas, 640, 360); canvas.style.inlineSize = "100%"; ref("floating-video").replaceWith(canvas);
    one('[data-slot="connected"]').append(...["Anna Berger · St. Veit Hospital", "Lena Vogt · Printec GmbH"].map((n) => Object.assign(document.createElement("li"), { textContent: n })));
    one('[data-slot="line-part"]').hidden = false; one('[data-slot="line"]').textContent = "Anna Berger: Please press Save once more, then tell me what it says.";
  };
  const sharing = () => {
    hide("arriving"); show("sharing"); document.body.dataset.sharing = "true"; ref("indicator").hidden = false;
    ref("indicator-text").textContent = "Anna Berger and Lena Vogt see your screen"; ref("indicator-time").textContent = "08:42";
    const video = ref("preview"); const canvas = document.createElement("canvas"); paint(canvas, 1280, 720); video.replaceWith(canvas); marks(ref("marks"));
    const c = (n, i, of, role, may) => { const node = item("connected", { name: n, initials: i, of }, { "data-role": role }); one('[data-list="may"]', node).append(...may.map((m) => item("may", { name: NAMES[m][0], icon: NAMES[m][1] }))); return node; };
    list("connected", [c("Anna Berger", "AB", "Service Desk", "host", ["view_screen", "mark"]), c("Lena Vogt", "LV", "Printec GmbH", "vendor", ["view_screen"])]);
    ref("voice").disabled = false; chat();
  };
  const ask = (code) => {
    hide("arriving"); show("ask");
    const node = one(`template[data-item="ask"][data-capability="${code}"]`).content.firstElementChild.cloneNode(true);
    node.querySelectorAll('[data-slot="who"]').forEach((n) => { n.textContent = "Anna Berger"; });
    one('[data-slot="left"]', node).textContent = "1:42 left."; one('[data-slot="bar"]', node).value = 85;
    ref("ask").append(node);
  };

  const scenes = {
    "console-pairing": () => { hide("loading"); show("pairing"); ref("people-count").textContent = "1"; },
    "console-expired": () => { hide("loading"); show("pairing"); ref("code-expired").hidden = false; ref("code-left").hidden = true; },
    "console-matching": () => { hide("loading"); show("matching"); ref("match-fault").hidden = false; ref("match-fault").textContent = "Those are not the digits on their page. Two tries left."; ref("match").value = "73"; },
    "console-ready": () => { hide("loading"); show("ready"); people(); },
    "console-asking": () => { hide("loading"); show("asking"); ref("asking-what").textContent = "Asking Maria whether you may see the screen"; ref("asking-left").textContent = "1:42 left."; people(); list("requests", [item("request", { text: "Talk: Maria said no", left: "09:09", icon: "cross" }, { "data-answer": "no" })]); },
    "console-live": () => {
      hide("loading"); live(); livePicture(); ref("voice").disabled = false;
      ref("lobby").hidden = false;
      const seat = item("lobby-seat", { initials: "RK", name: "Rashid Karimov", of: "MedView Imaging Systems" });
      one('[data-list="grants"]', seat).append(item("asked", { name: "See the screen", left: "" }), item("asked", { name: "Chat", left: "" }));
      list("lobby", [seat]);
    },
    "console-live-plain": () => { hide("loading"); live(); livePicture(); },
    "console-paused": () => { hide("loading"); live(); livePicture(); show("paused", "evidence-lost"); ref("state").textContent = "Paused"; ref("evidence").dataset.evidence = "stopped"; ref("evidence-text").textContent = "Not recording"; ref("pause-reason").textContent = "The recording cannot be written: the disk is full. It resumes by itself when there is space again."; },
    "console-reconnecting": () => { hide("loading"); live(); livePicture(); show("reconnecting"); ref("evidence").dataset.evidence = "late"; ref("evidence-text").textContent = "Last saved 4.1 s ago"; },
    "console-hidden": () => { hide("loading"); live(); people(); chat(); show("hidden"); },
    "console-ended": () => { hide("loading"); show("ended"); ref("state").textContent = "Ended"; ref("end-reason").textContent = "You ended it. Resolved."; ref("end-note-saved").hidden = false; people(); chat(); },
    "console-invite": () => { hide("loading"); live(); livePicture(); ref("dialog-invite").showModal(); },
    "console-invite-made": () => { hide("loading"); live(); livePicture(); hide("invite-form"); show("invite-made"); ref("invite-link").textContent = "https://help.st-veit.example/invite/Zr8kQ2mW5nYc1HsJ0uPgAo7bKe6"; ref("invite-pin").textContent = "407 152"; ref("dialog-invite").showModal(); },
    "console-handover": () => { hide("loading"); live(); livePicture(); list("colleagues", [item("colleague", { name: "Ben Okafor", of: "Fixed this printer in October. Free now." }), item("colleague", { name: "Ingrid Solheim", of: "Supervisor" })]); ref("colleagues-none").hidden = true; ref("dialog-handover").showModal(); },
    "console-offer": () => { hide("loading"); live(); livePicture(); ref("offer-from").textContent = "Anna Berger"; ref("offer-brief").textContent = "Blank labels on ward 4 since the driver update.\nTried: restart, new roll. Lena from Printec is here and knows the setting.\nNext: set the roll type, print a test label."; ref("dialog-offer").showModal(); },
    "console-end": () => { hide("loading"); live(); livePicture(); ref("dialog-end").showModal(); },
    "join-who": () => { hide("arriving"); show("who"); ref("match").textContent = "7305"; },
    "join-waiting": () => { hide("arriving"); show("waiting"); },
    "join-ask-record": () => ask("record"),
    "join-ask-screen": () => ask("view_screen"),
    "join-refused": () => { hide("arriving"); show("refused"); },
    "join-share": () => { hide("arriving"); show("share"); ref("share-fault").hidden = false; ref("share-fault").textContent = "Nothing was chosen. Press the button to try again."; },
    "join-phone": () => { hide("arriving"); show("phone"); },
    "join-insecure": () => { hide("arriving"); show("insecure"); },
    "join-sharing": () => { sharing(); show("vendor"); ref("vendor-text").textContent = "Lena Vogt from Printec GmbH joins to help with the printer. Anna Berger invited her."; },
    "join-hidden": () => { sharing(); document.body.dataset.sharing = "hidden"; ref("indicator-text").textContent = "Your screen is hidden"; ref("hide").setAttribute("aria-pressed", "true"); one('[data-slot="name"]', ref("hide")).textContent = "Show my screen"; ref("preview-hidden").hidden = false; },
    "join-paused": () => { sharing(); show("paused", "reconnecting"); document.body.dataset.sharing = "hidden"; ref("indicator-text").textContent = "Paused: nobody sees your screen"; ref("pause-reason").textContent = "Anna Berger has lost the connection. Nothing is seen or recorded until she is back."; },
    "join-away": () => { hide("arriving"); show("away", "paused"); ref("away-sent").hidden = false; ref("away-sent").textContent = "Your picture has stopped here already. The service desk hears of it as soon as the connection is back."; ref("pause-reason").textContent = "You said that you are away or not alone."; },
    "join-pickup": () => { hide("arriving"); show("pickup", "paused"); ref("pause-reason").textContent = "The connection to Anna Berger was lost. Nothing can be seen or done; waiting until 14:32."; const ask = ref("pick-up"); one('[data-slot="face"]', ask).textContent = "BO"; for (const [name, text] of [["who", "Ben Okafor, St Veit Service Desk"], ["former", "Anna Berger"], ["left", "1:42"]]) one(`[data-slot="${name}"]`, ask).textContent = text; one('[data-slot="bar"]', ask).value = 85; },
    "join-next-host": () => { sharing(); show("next-host", "apart"); ref("next-host-text").textContent = "Ben Okafor of the same service desk is about to take over from Anna Berger, who stays until Ben Okafor knows what it is about. Ben Okafor sees only what you allow."; },
    "console-opinion": () => { hide("loading"); live(); livePicture(); list("advisers", [item("colleague", { name: "Ben Okafor", of: "at a console now" })]); ref("opinion-none").hidden = true; ref("dialog-opinion").showModal(); },
    "console-desk-lines": () => { hide("loading"); live(); livePicture(); show("opinion-asked", "picking-up"); ref("opinion-text").textContent = "Anna Berger asks for your opinion: is it the driver?"; ref("picking-up-text").textContent = "The customer is asked whether you may take over. 1:42 left."; ref("desk-lines").hidden = false; const said = document.createElement("li"); said.className = "desk-line small"; said.textContent = "Ben Okafor: it is the driver, I saw that in October."; ref("desk-lines").querySelector("ol").append(said); },
    "join-ended": () => { hide("arriving"); show("ended"); ref("ended-title").textContent = "You stopped the session"; },
    "join-confirm": () => { hide("arriving"); show("confirm"); const canvas = document.createElement("canvas"); paint(canvas, 640, 360); canvas.style.inlineSize = "100%"; ref("confirm-video").replaceWith(canvas); ref("confirm-kind").textContent = "Window"; ref("confirm-instead").hidden = false; },
    "join-ask-camera": () => ask("view_camera"),
    "join-phone-code": () => { sharing(); ref("dialog-phone").showModal(); show("phone-code"); ref("phone-left").textContent = "Good once, for 4:31"; ref("phone-address").textContent = "https://help.st-veit.example/phone/k7Qm2vT8xLzR1bKe6WnYc5k7Qm2vT8xLzR1bKe6WnYc5"; },
    "join-phone-on": () => { sharing(); show("phone-on"); ref("phone-on-text").textContent = "Your phone’s camera is shown and recorded, without sound."; ref("share-other").hidden = false; ref("own-state").hidden = false; ref("own-state").dataset.standing = "still"; ref("own-state").textContent = "Window · 1,280 × 720 · Nothing changes (picture 12 s old)"; ref("floating-none").hidden = false; ref("floating-none-text").textContent = "The small window is closed. You are still sharing."; ref("float").hidden = false; },
    "join-floating": () => floating("true", "Anna Berger sees your screen"),
    "join-floating-asks": () => { floating("asking", "Send this?"); one('[data-slot="asking"]').hidden = false; one('[data-slot="acts"]').hidden = true; },
    "phone-waiting": () => { hide("arriving"); show("waiting"); },
    "phone-ready": () => { hide("arriving"); show("ready"); ref("camera-fault").hidden = false; ref("camera-fault").textContent = "The camera was not allowed. Nothing is shown."; },
    "phone-showing": () => { hide("arriving"); show("showing"); document.body.dataset.sharing = "true"; ref("camera-says").textContent = "Anna Berger sees your camera"; const canvas = document.createElement("canvas"); paint(canvas, 640, 360); canvas.style.inlineSize = "100%"; ref("camera").replaceWith(canvas); },
    "phone-ended": () => { hide("arriving"); show("ended"); ref("ended-text").textContent = "Your phone’s camera is off. You can close this page."; },
    "join-failed": () => { hide("arriving"); show("failed"); },
    "vendor-lobby": () => { hide("connecting"); show("lobby"); },
    "vendor-live": () => { hide("connecting"); show("session", "picture", "time-warning"); hide("no-picture"); ref("time-warning-text").textContent = "Your access ends in 5 minutes."; ref("time-left").textContent = "4:58 left"; fitCanvas(); list("may", ["view_screen", "chat", "mark"].map((m) => grant(m, "may"))); people(); chat(); ref("voice").hidden = true; },
    "console-watched": () => { scenes["console-live"](); show("watched"); ref("watched-text").textContent = "Sofia Ruiz of the service desk is watching the recording of this session while it is made."; },
    "join-watched": () => { scenes["join-sharing"](); show("watched"); ref("watched-text").textContent = "Sofia Ruiz of the service desk is watching the recording of this session while it is made."; },
    "vendor-frozen": () => { hide("connecting"); show("session", "frozen"); list("may", []); people(); chat(); ref("mark-tools").hidden = true; ref("voice").hidden = true; },
    "vendor-out": () => { hide("connecting"); show("out"); ref("out-title").textContent = "Your time is over"; },
    "replay-playing": () => {
      hide("loading"); show("player"); fitCanvas(); ref("seek").value = 624000; ref("now").textContent = "10:24"; ref("play").setAttribute("aria-pressed", "true");
      const at = (node, from, size) => { node.style.insetInlineStart = `${from}%`; if (size) node.style.inlineSize = `${size}%`; return node; };
      const span = (from, to, label, attrs = {}) => at(item("span", {}, { "aria-label": label, title: label, ...attrs }), from, to - from);
      const point = (p, label, attrs = {}) => at(item("point", {}, { "aria-label": label, title: label, ...attrs }), p);
      list("lane-picture", [span(8, 52, "Picture"), span(60, 97, "Picture")]); list("lane-voice", [span(30, 33, "Voice"), span(36, 44, "Voice"), span(62, 70, "Voice")]);
      list("lane-chat", [14, 22, 36, 38, 41, 66, 72].map((p) => point(p, "Chat"))); list("lane-marks", [40, 42, 68].map((p) => point(p, "Mark")));
      list("lane-consents", [point(5, "Yes"), point(8, "Yes"), point(12, "No", { "data-answer": "no" }), point(34, "Yes")]); list("lane-grants", [span(8, 97, "Screen"), span(35, 80, "Screen")]);
      list("lane-joins", [span(3, 100, "Customer"), span(33, 80, "Vendor", { "data-role": "vendor" })]); list("lane-pauses", [span(84, 87, "Paused")]); list("lane-gaps", [span(52, 60, "Hidden")]);
      ref("playhead").style.insetInlineStart = "41.3%";
      list("events", [["0:00", "info", "Session opened", "Anna Berger"], ["0:48", "person", "Maria Lindqvist arrived", ""], ["1:02", "shield", "Digits matched", "typed by Anna Berger"], ["1:15", "record", "Recording allowed", "Maria Lindqvist"], ["2:01", "eye", "Screen allowed for Anna Berger", "Maria Lindqvist"], ["3:05", "voice-off", "Voice refused", "Maria Lindqvist"], ["8:20", "company", "Lena Vogt admitted", "Printec GmbH"], ["9:40", "chat", "“It has been like this since the update on Thursday.”", "Maria Lindqvist"], ["10:22", "mark", "Box drawn", "Anna Berger"], ["13:06", "eye-off", "Screen hidden for 2 min", "not recorded"], ["20:09", "hand", "Screen taken back from Lena Vogt", "Anna Berger"], ["21:12", "handover", "Handed over to Ben Okafor", "briefed before"], ["25:12", "check", "Ended: resolved", "Ben Okafor"]].map(([a, icon, text, who]) => item("event", { at: a, icon, text, who })));
      document.querySelectorAll(".event")[8].setAttribute("aria-current", "true");
      ref("own").dataset.state = "good"; ref("own-text").textContent = "Your browser checked 1,412 of 3,024 segments; all that you have seen is as it was signed.";
      ref("own-verdict").textContent = "Checking the whole recording…"; ref("own-progress").hidden = false; ref("own-progress").value = 39; ref("check-stop").hidden = false;
      ref("own-key-line").hidden = false; ref("own-key").textContent = "fde33e98 ae739851 fac501d8 9223e831 d35a6d62 eba7ff38 799a33a4 8b50f430";
    },
    "replay-live-behind": () => { scenes["replay-playing"](); ref("live-badge").textContent = "Live, 34 s behind"; ref("go-to-now").hidden = false; },
    "replay-refused": () => {
      hide("loading"); show("failed", "doubt"); ref("retry").hidden = false; ref("events-none").hidden = false;
      const found = "Your browser found that segment 1,187, from 9:51 on, is not as it was signed. Nothing from there on is shown.";
      ref("failed-text").textContent = "Your browser found segment 1,187 altered. Nothing from here on is shown."; ref("own-text").textContent = found; ref("own").dataset.state = "bad"; ref("check-whole").hidden = false;
      ref("verdict").className = "card verdict verdict--bad verdict--doubted"; ref("verdict-title").textContent = "Your browser disagrees"; ref("verdict-text").textContent = `The server says: ${ref("verdict-text").textContent}`;
      ref("doubt-title").textContent = "Your browser does not believe this recording"; ref("doubt-text").textContent = found;
      ref("own-verdict").textContent = "Your browser’s own verdict: altered after it was made. The first segment that fails is 1,187, from 9:51 on. The server says something else of this recording. Do not rely on it.";
    },
    "replay-gap": () => { hide("loading"); show("gap"); ref("gap-text").textContent = "The customer hid the screen from 13:06 to 15:04."; ref("events-none").hidden = false; },
    "menu-open": () => { ref("account-menu").open = true; },
  };
  scenes[scene]();
}
