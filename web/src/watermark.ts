// The viewer's name and the time, across the page and into every picture of the replay, so that a photograph of the screen or
// a saved picture says whose eyes it was made with. It deters and tells; it cannot keep anybody from copying.

const EVERY_MS = 1000;
const STEP_X = 360;
const STEP_Y = 150;
const ANGLE = -Math.PI / 9;
const FONT = "600 15px system-ui, sans-serif";

/** Name and time in UTC to the second, as the audit log has it. */
export function words(name: string, now: Date): string {
  return `${name} · ${now.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Draw the words in rows across a surface. Light on dark and dark on light can both be read. */
export function draw(context: CanvasRenderingContext2D, width: number, height: number, text: string): void {
  context.save();
  context.font = FONT;
  context.lineWidth = 3;
  context.strokeStyle = "rgba(255, 255, 255, 0.16)";
  context.fillStyle = "rgba(0, 0, 0, 0.2)";
  context.rotate(ANGLE);
  const reach = Math.hypot(width, height);
  for (let y = -reach; y < reach; y += STEP_Y) {
    for (let x = -reach; x < reach; x += STEP_X) {
      context.strokeText(text, x, y);
      context.fillText(text, x, y);
    }
  }
  context.restore();
}

/** Every picture that is drawn onto a canvas from now on carries the words. */
export function mark(canvas: HTMLCanvasElement, text: () => string): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const plain = context.drawImage.bind(context) as (...given: unknown[]) => void;
  context.drawImage = (...given: unknown[]): void => {
    plain(...given);
    draw(context, canvas.width, canvas.height, text());
  };
}

/** Keep the words across the page, and put them back when they are taken away. */
export function overlay(canvas: HTMLCanvasElement, text: () => string): void {
  const home = canvas.parentElement;
  const show = (): void => {
    if (home !== null && !canvas.isConnected) home.append(canvas);
    const scale = window.devicePixelRatio;
    canvas.width = Math.round(innerWidth * scale);
    canvas.height = Math.round(innerHeight * scale);
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.scale(scale, scale);
    draw(context, innerWidth, innerHeight, text());
  };
  show();
  addEventListener("resize", show);
  setInterval(show, EVERY_MS);
}
