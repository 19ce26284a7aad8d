// The few things a live page asks over HTTP instead of its socket; the same REST addresses as everybody's.

const DEADLINE_MS = 10_000;

/** What the API answered instead: `message` is its sentence. */
export class ApiError extends Error {
  constructor(readonly status: number, text: string) {
    super(text);
  }
}

/** The address below which everything lies, with a slash at its end; read off the address of the page's icon. */
export function base(): string {
  const icon = document.querySelector<HTMLLinkElement>('link[rel="icon"]')?.href ?? "";
  const path = icon === "" ? "/" : new URL(icon).pathname;
  const at = path.indexOf("/static/");
  return at < 0 ? "/" : path.slice(0, at + 1);
}

/** Where a portrait lies, by what a view calls it; "" for none. */
export function portraitPath(portrait: string): string {
  return portrait === "" ? "" : `${base()}portraits/${encodeURIComponent(portrait)}`;
}

/** GET or POST JSON with the page's own sign-in. Rejects with ApiError, or as fetch does. */
export async function api<T>(path: string, body?: unknown): Promise<T> {
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf"]')?.content ?? "";
  const asked: RequestInit = { headers: { accept: "application/json", "x-csrf": csrf }, signal: AbortSignal.timeout(DEADLINE_MS), cache: "no-store" };
  if (body !== undefined) {
    asked.method = "POST";
    asked.headers = { ...asked.headers, "content-type": "application/json" };
    asked.body = JSON.stringify(body);
  }
  const answer = await fetch(`${base()}api/${path}`, asked);
  const said = (await answer.json().catch(() => ({}))) as { error?: { text?: string }; text?: string };
  if (!answer.ok) throw new ApiError(answer.status, said.error?.text ?? said.text ?? answer.statusText);
  return said as T;
}
