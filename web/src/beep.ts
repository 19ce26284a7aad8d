// A short sound where no window can stay on top: sharing began, or ended. Two soft tones up, or down.

const SECONDS = 0.16;
const LOUD = 0.08;

/** Play it; a browser that lets no sound out says nothing. */
export function beep(up: boolean): void {
  try {
    const context = new AudioContext();
    const tones = up ? [520, 780] : [780, 520];
    for (const [n, hertz] of tones.entries()) {
      const tone = context.createOscillator();
      const gain = context.createGain();
      const at = context.currentTime + n * SECONDS;
      tone.frequency.value = hertz;
      gain.gain.setValueAtTime(LOUD, at);
      gain.gain.exponentialRampToValueAtTime(0.001, at + SECONDS);
      tone.connect(gain).connect(context.destination);
      tone.start(at);
      tone.stop(at + SECONDS);
      if (n === tones.length - 1) tone.addEventListener("ended", () => void context.close());
    }
  } catch {
    // No sound here: title and icon remain.
  }
}
