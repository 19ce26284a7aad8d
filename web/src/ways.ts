// The ways between this page and the service desk, in the words of the one list of checks (services/ways.py says the same),
// and the sentence a network team can act on: host names, ports, protocol.

import { t } from "./i18n";
import type { Way } from "./wire.gen";

export type Check = "signalling" | "media_udp" | "turn_udp" | "turn_tls" | "sharing";

/** What a check is called. */
export function checkTitle(check: Check): string {
  switch (check) {
    case "signalling": return t("Signalling (WebSocket)");
    case "media_udp": return t("Picture and voice, directly (UDP)");
    case "turn_udp": return t("Picture and voice through a relay (TURN over UDP)");
    case "turn_tls": return t("Picture and voice through a relay (TURN over TLS)");
    case "sharing": return t("Sharing a screen (secure address)");
  }
}

/** One way as a firewall's rule: protocol, host, ports. */
export function wayWords(way: Way): string {
  const host = way.host === "" ? location.hostname : way.host;
  return way.ports === ""
    ? t("{protocol} to {host}, any port", { protocol: way.protocol, host })
    : t("{protocol} to {host}, port {ports}", { protocol: way.protocol, host, ports: way.ports });
}

/** What to tell the people who run the network here. */
export function forNetworkTeam(ways: readonly Way[]): string {
  return t("For the network team: please allow connections from this computer to the service desk: {ways}. For pictures and voice (WebRTC, DTLS-SRTP) one of the UDP or TLS ways is enough; WebSockets must not be cut off by a proxy.", {
    ways: ways.map(wayWords).join("; "),
  });
}

/** The one way that a page knows without having been told anything: its own address. */
export function ownWay(): Way {
  const secure = location.protocol === "https:";
  return { check: "signalling", protocol: secure ? "HTTPS, WSS" : "HTTP, WS", host: location.hostname, ports: location.port || (secure ? "443" : "80") };
}
