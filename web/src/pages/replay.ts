// The replay: one script and many chunks in, a recorded session out, at any time, with its events beside it.

import { hour, span as digits } from "../clock";
import { need, onAct, onePanel, panel, ref, setAttribute, setText, show } from "../dom";
import { loadTexts, t } from "../i18n";
import { canVerify } from "../evidence/signature";
import { cannot, Checked, foundHere } from "../replay_checked";
import { Course } from "../replay_course";
import { Events } from "../replay_events";
import { keys } from "../replay_keys";
import { ReplayMarks } from "../replay_marks";
import { Media } from "../replay_media";
import { type Moment, Player } from "../replay_player";
import { fetchScript, FetchError, type Happening, type Script } from "../replay_script";
import { fetchIndex, SealedSource } from "../replay_sealed";
import { Following } from "../replay_live";
import { OpenedByServer } from "../replay_source";
import { Told } from "../replay_told";
import { Timeline } from "../replay_timeline";
import { canHear, Voice } from "../replay_voice";

const PANELS = ["loading", "player", "sealed", "gap", "failed"] as const;
const SPEEDS = [0.5, 8] as const;
const WAITING_MS = 200;
const ADDRESS_MS = 500;
const CAPTION_MS = 4000;
const CAPTION_CHAR_MS = 50;
const CAPTION_MAX_MS = 10_000;

class Replay {
  readonly course: Course;
  readonly checked: Checked;
  readonly media: Media;
  readonly voice: Voice;
  readonly player: Player;
  readonly events: Events;
  readonly timeline: Timeline;
  readonly marks: ReplayMarks;
  readonly #canvas = need<HTMLCanvasElement>("canvas");
  readonly #seek = need<HTMLInputElement>("seek");
  readonly #sees = typeof VideoDecoder === "function";
  #chat: Happening[];
  readonly told: Told;
  #waiting = 0;
  #addressed = 0;

  constructor(readonly script: Script, sealed: SealedSource | null, why: string) {
    this.course = new Course(script);
    this.told = new Told(script);
    sealed?.watch((records) => this.told.compare(records));
    this.checked = new Checked(sealed, script, this.told, why);
    this.media = new Media(sealed?.opens === true ? sealed : new OpenedByServer(document.body.dataset.media ?? ""), script.duration_us);
    this.voice = new Voice(this.media, script.tracks);
    this.player = new Player(this.course, this.media, this.voice, this.#sees && script.readable ? this.#canvas : null);
    this.timeline = new Timeline(this.course, this.player);
    this.events = new Events(this.course, this.player);
    this.marks = new ReplayMarks(need<SVGSVGElement>("marks"), this.#canvas, this.course);
    this.#chat = script.events.filter((event) => event.event === "ChatSaid");
    this.#verdict();
    this.#controls();
    this.player.seek(Number(document.body.dataset.startMs) * 1000);
    this.player.watch((moment) => this.#show(moment));
  }

  /** The script has grown, in place. */
  grow(): void {
    this.course.renew();
    this.told.grow(this.script.events);
    this.voice.grow(this.script.tracks);
    this.events.grow();
    this.marks.grow();
    this.#chat = this.script.events.filter((event) => event.event === "ChatSaid");
  }

  /** The recording is longer than it was. */
  reach(duration_us: number): void {
    this.script.duration_us = duration_us;
    // Who was heard may still be.
    for (const track of this.script.tracks) if (track.kind === "voice") track.until_us = duration_us;
    this.media.grow(duration_us);
    this.course.renew();
    this.timeline.renew();
    this.#seek.max = String(Math.floor(duration_us / 1000));
    setText(ref("length"), digits(duration_us / 1000));
  }

  toggle(): void {
    this.player.play(!this.player.playing);
    this.#address();
  }

  skip(seconds: number): void {
    this.player.seek(this.player.now_us + seconds * 1e6);
    this.#address();
  }

  step(forward: boolean): void {
    this.player.step(forward);
    this.#address();
  }

  jump(forward: boolean): void {
    this.events.jump(forward);
    this.#address();
  }

  #controls(): void {
    const { player } = this;
    onAct("play", () => this.toggle());
    onAct("back-10", () => this.skip(-10));
    onAct("forward-10", () => this.skip(10));
    onAct("previous-event", () => this.jump(false));
    onAct("next-event", () => this.jump(true));
    onAct("retry", () => this.media.retry());
    const mute = ref("mute");
    show(mute, canHear() && this.script.tracks.some((track) => track.kind === "voice"));
    onAct("mute", () => {
      this.voice.muted = !this.voice.muted;
      setAttribute(mute, "aria-pressed", String(this.voice.muted));
    });
    this.#seek.max = String(Math.floor(this.script.duration_us / 1000));
    this.#seek.addEventListener("input", () => player.seek(Number(this.#seek.value) * 1000));
    this.#seek.addEventListener("change", () => this.#address());
    const speed = need<HTMLSelectElement>("speed");
    speed.addEventListener("change", () => { player.speed = Math.min(SPEEDS[1], Math.max(SPEEDS[0], Number(speed.value) || 1)); });
    setText(ref("length"), digits(this.script.duration_us / 1000));
    keys(this, this.#seek);
  }

  /** What the verifier says of what was just read; the page itself was made a moment earlier. */
  #verdict(): void {
    const { verification } = this.script;
    const card = need("verdict");
    if (card.dataset.verdict !== verification.verdict) {
      card.classList.replace(`verdict--${card.dataset.verdict}`, `verdict--${verification.verdict}`);
      card.dataset.verdict = verification.verdict;
      setText(ref("verdict-title"), t("The verdict has changed"));
    }
    setText(ref("verdict-text"), verification.words);
    setText(ref("checked"), t("Checked by the server when this page was opened, at {time}.", { time: hour(new Date()) }));
    setText(ref("doubt-text"), verification.doubt);
    panel("doubt", verification.doubt !== "");
  }

  #show(moment: Moment): void {
    const now_ms = moment.now_us / 1000;
    this.#stage(moment);
    this.checked.draw(this.media.finding);
    this.timeline.move(moment.now_us);
    this.events.move(moment.now_us);
    this.marks.draw(moment.now_us, moment.shown?.surface ?? null);
    this.#caption(now_ms);
    setText(ref("now"), digits(now_ms));
    if (this.#seek.value !== String(Math.round(now_ms))) this.#seek.value = String(Math.round(now_ms));
    setAttribute(this.#seek, "aria-valuetext", digits(now_ms));
    const play = need("play");
    setAttribute(play, "aria-pressed", String(moment.playing));
    setAttribute(play, "aria-label", moment.playing ? t("Pause") : t("Play"));
    setAttribute(this.#canvas, "data-at-us", this.player.picture?.shown_us?.toString() ?? null);
    setAttribute(document.body, "data-state", moment.waiting ? "waiting" : moment.playing ? "playing" : "paused");
  }

  #stage(moment: Moment): void {
    const { failure, finding } = this.media;
    const refused = finding !== null && moment.now_us >= finding.dark_us ? finding : null;
    show(ref("retry"), failure !== null || refused !== null);
    if (refused !== null) this.#fail(foundHere(refused));
    else if (moment.shown === null) {
      setText(ref("gap-text"), moment.dark);
      onePanel(PANELS, "gap");
    } else if (!this.#sees || !this.script.readable) this.#fail(this.#blind());
    else if (failure !== null) this.#fail(failure.message);
    else if (moment.broken) this.#fail(t("The picture cannot be decoded here. It goes on at the next full picture."));
    else onePanel(PANELS, "player");
    if (!moment.waiting || failure !== null) this.#waiting = 0;
    else if (this.#waiting === 0) this.#waiting = performance.now();
    panel("buffering", this.#waiting !== 0 && performance.now() - this.#waiting > WAITING_MS);
  }

  #blind(): string {
    if (this.script.sealed === "kek_lost") return t("The key that opens this recording is not on this server any more. It can be verified and not be seen.");
    if (this.script.sealed === "kms_silent") return t("The service that keeps the keys does not answer. The recording can be verified now, and seen when it answers.");
    if (!this.script.readable) return t("This recording was erased: its key is destroyed. It can be verified and no longer be seen.");
    if (!isSecureContext) return t("Browsers show recorded pictures only over https. The events are listed here, and the export plays in any player.");
    return t("This browser cannot show recorded pictures. The events are listed here, and the export plays in any player.");
  }

  #fail(text: string): void {
    setText(ref("failed-text"), text);
    onePanel(PANELS, "failed");
  }

  /** What was said last, for as long as it takes to read it. */
  #caption(now_ms: number): void {
    const last = this.#chat.findLast((event) => event.at_us / 1000 <= now_ms);
    const text = String(last?.["text"] ?? "");
    const shown = last !== undefined && now_ms - last.at_us / 1000 < Math.min(CAPTION_MAX_MS, CAPTION_MS + text.length * CAPTION_CHAR_MS);
    const place = ref("caption");
    show(place, shown);
    if (!shown || last === undefined) return;
    setText(ref("caption-who"), this.course.name(last["participant"]));
    setText(ref("caption-text"), text);
  }

  /** The address names the moment, so that it can be sent to somebody. */
  #address(): void {
    if (performance.now() - this.#addressed < ADDRESS_MS) return;
    this.#addressed = performance.now();
    const address = new URL(location.href);
    address.searchParams.set("t", String(Math.round(this.player.now_us / 1000)));
    history.replaceState(null, "", address);
  }
}

async function begin(): Promise<void> {
  await loadTexts();
  const address = document.body.dataset.sealed ?? "";
  try {
    const script = await fetchScript(document.body.dataset.events ?? "");
    // One after the other: the script is the viewing, and what follows is a part of it.
    const able = await canVerify();
    const sealed = able ? new SealedSource(address, script.recording.id, await fetchIndex(address)) : null;
    const replay = new Replay(script, sealed, able ? "" : cannot());
    if (document.body.dataset.live !== undefined) new Following(replay, sealed);
  } catch (reason) {
    if (!(reason instanceof FetchError)) console.error(reason);
    setText(ref("failed-text"), reason instanceof FetchError ? reason.message : t("The recording cannot be read at the moment."));
    onePanel(PANELS, "failed");
    show(ref("retry"), true);
    onAct("retry", () => location.reload());
  }
}

void begin();
