// The page's hooks (data-ref, data-act, data-list, data-slot, data-panel), found once and checked by name.
// Rule: text reaches the page through textContent only; nothing here parses markup.

/** The element with data-ref, or null where this variant of the page has none. */
export function ref<E extends Element = HTMLElement>(name: string, within: ParentNode = document): E | null {
  return within.querySelector<E>(`[data-ref="${name}"]`);
}

/** The element with data-ref; an error names the hook that the template lost. */
export function need<E extends Element = HTMLElement>(name: string, within: ParentNode = document): E {
  const found = ref<E>(name, within);
  if (found === null) throw new Error(`the page has no data-ref "${name}"`);
  return found;
}

/** A list by data-list, or null. */
export function list(name: string, within: ParentNode = document): HTMLElement | null {
  return within.querySelector<HTMLElement>(`[data-list="${name}"]`);
}

/** The places of that name inside an item, but not those of items in a list inside it. */
function slots<E extends Element>(within: Element, name: string): E[] {
  const own = [...within.querySelectorAll<E>(`[data-slot="${name}"]`)].filter((place) => {
    const holder = place.closest("[data-list]");
    return holder === null || holder === within || !within.contains(holder);
  });
  return within.matches(`[data-slot="${name}"]`) ? [within as E, ...own] : own;
}

/** A place inside an item, or null. */
export function slot<E extends Element = HTMLElement>(within: Element, name: string): E | null {
  return slots<E>(within, name)[0] ?? null;
}

/** Put text into every place of that name inside an item. */
export function fill(within: Element, name: string, text: string): void {
  for (const place of slots(within, name)) setText(place, text);
}

/** Set text only when it differs: a screen reader repeats what is written anew. */
export function setText(element: Element | null, text: string): void {
  if (element !== null && element.textContent !== text) element.textContent = text;
}

/** Set or remove an attribute only when it differs. */
export function setAttribute(element: Element | null, name: string, value: string | null): void {
  if (element === null || element.getAttribute(name) === value) return;
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}

/** Show or hide. */
export function show(element: Element | null, shown: boolean): void {
  if (element !== null && element.hasAttribute("hidden") === shown) element.toggleAttribute("hidden", !shown);
}

/** Show or hide every section of that name. */
export function panel(name: string, shown: boolean, within: ParentNode = document): void {
  for (const section of within.querySelectorAll(`[data-panel="${name}"]`)) show(section, shown);
}

/** Show one of several sections; return it when it was hidden before. */
export function onePanel(names: readonly string[], shown: string, within: ParentNode = document): HTMLElement | null {
  for (const name of names) if (name !== shown) panel(name, false, within);
  const section = within.querySelector<HTMLElement>(`[data-panel="${shown}"]`);
  const fresh = section !== null && section.hidden;
  show(section, true);
  return fresh ? section : null;
}

/** Copy the shape of an item; `also` narrows it, e.g. '[data-capability="voice"]'. */
export function clone(item: string, also = ""): HTMLElement {
  const template = document.querySelector<HTMLTemplateElement>(`template[data-item="${item}"]${also}`);
  const first = template?.content.firstElementChild;
  if (!(first instanceof HTMLElement)) throw new Error(`the page has no item "${item}"${also}`);
  return document.importNode(first, true);
}

/** Whether the page has the shape of such an item. */
export function hasItem(item: string, also = ""): boolean {
  return document.querySelector(`template[data-item="${item}"]${also}`) !== null;
}

/** A new element with a class and text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K, className = "", text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className !== "") element.className = className;
  if (text !== "") element.textContent = text;
  return element;
}

/** A button that does something. */
export function makeButton(className: string, text: string, verb: string, fields: Record<string, string> = {}): HTMLButtonElement {
  const button = make("button", className, text);
  button.type = "button";
  Object.assign(button.dataset, { act: verb }, fields);
  return button;
}

/** Keep the children of a list equal to `items`: an item that stays keeps its element, and with it the focus. */
export function sync<T>(
  parent: Element | null, items: readonly T[], key: (item: T) => string,
  create: (item: T) => HTMLElement, update: (element: HTMLElement, item: T) => void,
): void {
  if (parent === null) return;
  const there = new Map<string, HTMLElement>();
  for (const child of parent.children) if (child instanceof HTMLElement && child.dataset.key) there.set(child.dataset.key, child);
  let at = 0;
  for (const item of items) {
    const name = key(item);
    let element = there.get(name);
    if (element === undefined) {
      element = create(item);
      element.dataset.key = name;
    }
    there.delete(name);
    if (parent.children[at] !== element) parent.insertBefore(element, parent.children[at] ?? null);
    update(element, item);
    at += 1;
  }
  for (const gone of there.values()) gone.remove();
}

type Act = (element: HTMLElement, event: Event) => void | Promise<void>;

const acts = new Map<string, Act>();
const listening = new WeakSet<Document>();

/** Say what a [data-act] does: a click on a button, or the submit of a form. */
export function onAct(verb: string, act: Act): void {
  acts.set(verb, act);
  listenTo(document);
}

/** Let the acts be done in another window's document too, such as the small one on top. */
export function listenTo(root: Document): void {
  if (listening.has(root)) return;
  listening.add(root);
  const run = (kind: "click" | "submit") => (event: Event): void => {
    // An element of another window is no instance of this window's classes.
    const from = (event.target as Element | null)?.closest?.<HTMLElement>("[data-act]") ?? null;
    if (from === null || (from.localName === "form") !== (kind === "submit")) return;
    const found = acts.get(from.dataset.act ?? "");
    if (found === undefined) return;
    event.preventDefault();
    void found(from, event);
  };
  root.addEventListener("click", run("click"));
  root.addEventListener("submit", run("submit"));
}

/** The first letters of the first and last name, for a picture that is not there. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /^\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...(word ?? "")][0] ?? "").join("").toLocaleUpperCase() || "·";
}

/** Show a face: the portrait at this address of ours, or the initials of the name. An image that does not come is no face. */
export function setFace(element: Element | null, name: string, path: string): void {
  if (!(element instanceof HTMLElement)) return;
  const face = `${path} ${name}`;
  if (element.dataset.face === face) return;
  element.dataset.face = face;
  if (path === "") {
    element.textContent = initials(name);
    return;
  }
  const image = document.createElement("img");
  image.alt = "";
  image.decoding = "async";
  image.addEventListener("error", () => {
    if (element.dataset.face === face) element.textContent = initials(name);
  });
  image.src = path;
  element.replaceChildren(image);
}

/** Point an icon's <use> at another picture of the page's sprite. */
export function setIcon(use: Element | null, name: string): void {
  setAttribute(use, "href", `#i-${name}`);
}

/** An icon of the page's sprite. */
export function makeIcon(name: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  setIcon(use, name);
  svg.append(use);
  return svg;
}

/** Whether somebody is typing there: such a place never loses the focus to us. */
export function typing(): boolean {
  const at = document.activeElement;
  return at instanceof HTMLTextAreaElement || at instanceof HTMLSelectElement || (at instanceof HTMLElement && at.isContentEditable)
    || (at instanceof HTMLInputElement && !["checkbox", "radio", "button", "submit"].includes(at.type));
}
