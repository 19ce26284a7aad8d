"""A moving test picture that says its own number in blocks, and how to read the number off a video or a canvas.

Sixteen blocks across the top quarter are the bits of a counter, lowest first; a black and a white block on the row below
are the reference for reading. The counter rises by one every 100 ms.
"""

from __future__ import annotations

from playwright.async_api import Page

TITLE = "Test picture"
STEP_MS = 100

_PAGE = """<!doctype html><title>Test picture</title>
<style>html,body{margin:0;background:#fff;overflow:hidden}canvas{display:block;width:100vw;height:100vh}</style>
<canvas width="1280" height="720"></canvas>
<script>
const c = document.querySelector('canvas').getContext('2d');
let n = 0;
setInterval(() => {
  n += 1;
  c.fillStyle = '#fff'; c.fillRect(0, 0, 1280, 720);
  for (let i = 0; i < 16; i++) { c.fillStyle = (n >> i) & 1 ? '#000' : '#fff'; c.fillRect(i * 80, 0, 80, 180); }
  c.fillStyle = '#000'; c.fillRect(0, 180, 640, 180);
  c.fillStyle = '#06c'; c.fillRect((n * 11) % 1200, 420, 80, 80);
  c.font = '60px sans-serif'; c.fillStyle = '#000'; c.fillText('Picture ' + n, 60, 640);
  window.counter = n;
}, 100);
</script>"""

READ = """(selector) => {
  const shown = document.querySelector(selector);
  const width = shown.videoWidth || shown.width, height = shown.videoHeight || shown.height;
  if (!width || !height) return null;
  const copy = document.createElement('canvas');
  copy.width = 160; copy.height = 90;
  const c = copy.getContext('2d', {willReadFrequently: true});
  c.drawImage(shown, 0, 0, 160, 90);
  const light = (x, y) => { const p = c.getImageData(x, y, 1, 1).data; return (p[0] + p[1] + p[2]) / 3; };
  if (light(40, 34) > 90 || light(120, 34) < 165) return null;
  let n = 0;
  for (let i = 0; i < 16; i++) if (light(i * 10 + 5, 10) < 128) n |= 1 << i;
  return n;
}"""


async def show(page: Page) -> None:
    """Show the test picture in a page of its own."""
    await page.set_content(_PAGE)
    await page.wait_for_function("window.counter > 2")


async def number_shown(page: Page) -> int:
    """Return the number the test picture itself shows now."""
    return int(await page.evaluate("window.counter"))


async def number_seen(page: Page, selector: str) -> int | None:
    """Return the number in a video or canvas of a page; None when it shows something else."""
    seen = await page.evaluate(READ, selector)
    return None if seen is None else int(seen)


async def wait_until_moving(page: Page, selector: str, timeout_ms: int = 20_000) -> int:
    """Wait until the picture is there and its number rises; return the number."""
    handle = await page.wait_for_function(
        f"(selector) => {{ const n = ({READ})(selector); if (n === null) return false;"
        " window.firstNumber ??= n; return n > window.firstNumber ? n : false; }",
        arg=selector,
        timeout=timeout_ms,
        polling=100,
    )
    await page.evaluate("delete window.firstNumber")
    return int(await handle.json_value())


async def wait_until_near(page: Page, selector: str, number: int, slack: int) -> None:
    """Wait until the picture shows this number or one at most `slack` away."""
    await page.wait_for_function(
        f"([n, slack]) => {{ const seen = ({READ})('{selector}'); return seen !== null && Math.abs(seen - n) <= slack; }}",
        arg=[number, slack],
        polling=100,
    )


async def wait_until_beyond(page: Page, selector: str, number: int) -> None:
    """Wait until the picture shows a number greater than this one."""
    await page.wait_for_function(
        f"(n) => {{ const seen = ({READ})('{selector}'); return seen !== null && seen > n; }}",
        arg=number,
        polling=100,
    )


async def wait_until_still(page: Page, selector: str, milliseconds: int) -> None:
    """Wait until the same number has been seen, or none, for this long."""
    await page.wait_for_function(
        f"([selector, ms]) => {{ const n = ({READ})(selector);"
        " if (window.lastNumber !== n) { window.lastNumber = n; window.stillSince = performance.now(); }"
        " return performance.now() - (window.stillSince ?? Infinity) > ms; }",
        arg=[selector, milliseconds],
        polling=100,
    )
    await page.evaluate("delete window.lastNumber; delete window.stillSince")
