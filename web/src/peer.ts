// What publishing and receiving have in common: a peer connection that finds its way to the broker by itself.
// The offer waits for no candidate: the broker answers checks and begins none (DECISIONS 13), so what we could be reached
// at is of no use to it, and a TURN server that does not answer holds nobody up.

import type { WelcomeMessage } from "./wire.gen";

/** A peer connection to the broker, with exactly the ICE servers it names: never a public one. */
export function peer(welcome: WelcomeMessage): RTCPeerConnection {
  const iceServers = welcome.ice_servers.map((one) => ({ urls: one.urls, username: one.username, credential: one.credential }));
  return new RTCPeerConnection({ iceServers, bundlePolicy: "max-bundle" });
}

/** Make the offer. Candidates are gathered while it travels, and tried as they are found. */
export async function offer(connection: RTCPeerConnection): Promise<string> {
  await connection.setLocalDescription(await connection.createOffer());
  return connection.localDescription?.sdp ?? "";
}

/** Take the broker's answer. */
export async function accept(connection: RTCPeerConnection, sdp: string): Promise<void> {
  await connection.setRemoteDescription({ type: "answer", sdp });
}

/** Put the codecs that pass through best first, and leave out what the broker does not forward. */
export function prefer(transceiver: RTCRtpTransceiver, side: "sender" | "receiver"): void {
  const source = side === "sender" ? RTCRtpSender : RTCRtpReceiver;
  const all = source.getCapabilities("video")?.codecs ?? [];
  const of = (name: string): RTCRtpCodec[] => all.filter((codec) => codec.mimeType.toLowerCase() === `video/${name}`);
  const chosen = [...of("vp8"), ...of("h264"), ...of("rtx")];
  if (of("vp8").length + of("h264").length > 0 && "setCodecPreferences" in transceiver) transceiver.setCodecPreferences(chosen);
}
