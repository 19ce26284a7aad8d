// "Test my connection": the one list of checks from this browser's side, against peer connections that carry nothing.
// Rule: what is not configured is not tested and not listed; every check ends within CHECK_MS, and nothing stays open.

import { make, setText } from "./dom";
import { count, t } from "./i18n";
import { accept, offer } from "./peer";
import { sharing } from "./publish";
import type { IceServer, Way } from "./wire.gen";
import { checkTitle, forNetworkTeam, ownWay, type Check } from "./ways";

const OPEN_MS = 5000;
const CHECK_MS = 5000;

export interface Finding {
  check: Check;
  good: boolean;
  took_ms: number;
}

/** What the broker wants to see before it tests: an open invite's secret, or the session in which this browser has a seat. */
export type Proof = { invite: string } | { session: string };

export interface Outcome {
  findings: Finding[];
  /** Whether pictures and voice would come through in some way. */
  usable: boolean;
  /** What to pass on where something is shut; "" when every way is open. */
  team: string;
}

interface Told { ice_servers: IceServer[]; ways: Way[] }

/** Test every way there is; `tell` hears of each as it is known. Never rejects. */
export async function testConnection(path: string, proof: Proof, tell: (finding: Finding) => void = () => undefined): Promise<Outcome> {
  const findings: Finding[] = [];
  const found = (check: Check, good: boolean, began: number): void => {
    const finding = { check, good, took_ms: Math.round(performance.now() - began) };
    findings.push(finding);
    tell(finding);
  };
  const began = performance.now();
  found("sharing", sharing() !== "insecure", began);
  const socket = new Asking(path);
  let ways: readonly Way[] = [ownWay()];
  try {
    const told = await socket.ask<Told>(proof);
    found("signalling", true, began);
    ways = told.ways;
    await eachWay(socket, told, found);
  } catch {
    if (!findings.some((one) => one.check === "signalling")) found("signalling", false, began);
  } finally {
    socket.close();
  }
  const media = findings.filter((one) => one.check !== "signalling" && one.check !== "sharing");
  const shut = findings.some((one) => !one.good && one.check !== "sharing");
  return { findings, usable: media.some((one) => one.good), team: shut ? forNetworkTeam(ways) : "" };
}

async function eachWay(socket: Asking, told: Told, found: (check: Check, good: boolean, began: number) => void): Promise<void> {
  const relays = (check: Check): IceServer[] => told.ice_servers
    .map((server) => ({ ...server, urls: server.urls.filter((url) => rung(url) === check) }))
    .filter((server) => server.urls.length > 0);
  const plans: [Check, RTCConfiguration][] = [["media_udp", { iceServers: [] }]];
  for (const check of ["turn_udp", "turn_tls"] as const) {
    const iceServers = relays(check);
    if (iceServers.length > 0) plans.push([check, { iceServers, iceTransportPolicy: "relay" }]);
  }
  await Promise.all(plans.map(async ([check, configuration]) => {
    const began = performance.now();
    found(check, await connects(socket, configuration), began);
  }));
}

/** Which rung of the ladder a TURN address is; "" for any other. */
function rung(url: string): Check | "" {
  if (url.startsWith("turns:") || /^turn:.*[?]transport=tcp$/.test(url)) return "turn_tls";
  return url.startsWith("turn:") ? "turn_udp" : "";
}

async function connects(socket: Asking, configuration: RTCConfiguration): Promise<boolean> {
  const connection = new RTCPeerConnection({ ...configuration, bundlePolicy: "max-bundle" });
  try {
    connection.addTransceiver("audio", { direction: "recvonly" });
    const connected = new Promise<boolean>((resolve) => {
      setTimeout(() => resolve(false), CHECK_MS);
      connection.addEventListener("connectionstatechange", () => {
        if (connection.connectionState === "connected") resolve(true);
        if (connection.connectionState === "failed") resolve(false);
      });
    });
    const { answer } = await socket.ask<{ answer: string }>({ offer: await offer(connection) });
    await accept(connection, answer);
    return await connected;
  } catch {
    return false;
  } finally {
    connection.close();
  }
}

/** One socket, on which one question after another gets its answer. */
class Asking {
  readonly #socket: WebSocket;
  readonly #open: Promise<void>;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string) {
    const address = new URL(path, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(address);
    this.#open = new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error("no answer in time")), OPEN_MS);
      this.#socket.addEventListener("open", () => resolve());
      this.#socket.addEventListener("close", () => reject(new Error("closed")));
    });
    this.#open.catch(() => undefined);
  }

  ask<T>(question: Record<string, string>): Promise<T> {
    const answered = this.#last.then(() => this.#answer<T>(question));
    this.#last = answered.catch(() => undefined);
    return answered;
  }

  close(): void {
    this.#socket.close();
  }

  async #answer<T>(question: Record<string, string>): Promise<T> {
    await this.#open;
    return new Promise<T>((resolve, reject) => {
      setTimeout(() => reject(new Error("no answer in time")), OPEN_MS);
      this.#socket.addEventListener("message", (event: MessageEvent<string>) => resolve(JSON.parse(event.data) as T), { once: true });
      this.#socket.addEventListener("close", () => reject(new Error("closed")), { once: true });
      this.#socket.send(JSON.stringify(question));
    });
  }
}

/** Run the test and write what is found into `place`: a line a check, then a sentence, then the text for the network team. */
export async function showConnectionTest(place: HTMLElement, path: string, proof: Proof): Promise<Outcome> {
  const lines = make("ul", "checks");
  const verdict = make("p", "checks__verdict", t("Testing…"));
  verdict.setAttribute("role", "status");
  const team = make("p", "checks__team small");
  place.replaceChildren(lines, verdict, team);
  const outcome = await testConnection(path, proof, (finding) => {
    const line = make("li", "checks__one");
    line.dataset.check = finding.check;
    line.dataset.good = String(finding.good);
    const how = finding.good ? t("works, {n} ms", { n: count(finding.took_ms) }) : t("does not work");
    line.textContent = t("{check}: {how}", { check: checkTitle(finding.check), how });
    lines.append(line);
  });
  setText(verdict, outcome.usable ? t("Picture and voice will come through.") : t("Picture and voice will not come through from this network."));
  setText(team, outcome.team);
  return outcome;
}
