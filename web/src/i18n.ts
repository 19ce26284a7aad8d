// Texts for people in the page's language: t("Hello {name}", { name }), tn("{n} minute", "{n} minutes", n).
// English is the source; another language comes as JSON from the address in <html data-messages>.

type Fields = Readonly<Record<string, string | number>>;
interface Catalogue {
  locale: string;
  messages: Record<string, string | string[]>;
}

const CATALOGUE_DEADLINE_MS = 4000;
const ORDER = ["zero", "one", "two", "few", "many", "other"];
let catalogue: Catalogue = { locale: "en", messages: {} };

/** The page's language, as a BCP 47 tag. */
export function language(): string {
  return document.documentElement.lang || "en";
}

/** How dates and numbers are written: the page's language as this browser's region writes it, en-GB rather than en. */
export function locale(): string {
  const spoken = language().split("-")[0];
  return navigator.languages.find((one) => one.split("-")[0] === spoken) ?? language();
}

/** Fetch the page's catalogue; without it the texts stay English. Never rejects. */
export async function loadTexts(): Promise<void> {
  const address = document.documentElement.dataset.messages;
  if (!address) return;
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(CATALOGUE_DEADLINE_MS) });
    if (answer.ok) catalogue = (await answer.json()) as Catalogue;
  } catch {
    // English is better than no page.
  }
}

function put(text: string, fields: Fields): string {
  return text.replace(/\{([a-z_]+)\}/g, (whole, name: string) => (name in fields ? String(fields[name]) : whole));
}

/** A text; what stands in braces is filled from `fields`. */
export function t(text: string, fields: Fields = {}): string {
  const found = catalogue.messages[text];
  return put(typeof found === "string" ? found : text, fields);
}

/** One text for one thing, another for more; {n} is the number. The forms lie in the order of CLDR's categories. */
export function tn(one: string, many: string, n: number, fields: Fields = {}): string {
  const all = { n: count(n), ...fields };
  const found = catalogue.messages[one];
  if (!Array.isArray(found)) return put(n === 1 ? one : many, all);
  const rules = new Intl.PluralRules(catalogue.locale);
  const forms = ORDER.filter((name) => rules.resolvedOptions().pluralCategories.includes(name as Intl.LDMLPluralRule));
  return put(found[Math.min(forms.indexOf(rules.select(n)), found.length - 1)] ?? many, all);
}

/** A number as this language writes it. */
export function count(n: number): string {
  return new Intl.NumberFormat(locale()).format(n);
}

/** Names one after another: "Ana, Ben and Cem". */
export function names(all: readonly string[]): string {
  return new Intl.ListFormat(language(), { type: "conjunction" }).format(all);
}
