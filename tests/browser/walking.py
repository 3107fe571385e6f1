"""Going through a tour as somebody without a mouse does, and asking the page what such a person meets."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

SETTLED = """() => new Promise((done) => {
  let [last, same] = ['', 0];
  const look = () => {
    const marks = [...document.querySelectorAll('.stage-spots > *, .stage-map-dots > *, .stage-strip')];
    const now = marks.map((e) => e.className + e.style.transform + e.scrollLeft).join()
      + document.getAnimations().filter((a) => a.playState === 'running').length;
    same = now === last ? same + 1 : 0;
    last = now;
    if (same > 4) done(true);
    else requestAnimationFrame(look);
  };
  look();
})"""

FOCUSED = """() => {
  const e = document.activeElement;
  const { x, y, width, height } = e.getBoundingClientRect();
  const middle = document.elementFromPoint(x + width / 2, y + height / 2);
  return {
    body: e === document.body,
    canvas: e.localName === 'canvas',
    stage: document.getElementById('stage').contains(e),
    name: e.getAttribute('aria-label') ?? e.textContent.trim(),
    seen: e.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && width > 1 && height > 1
      && x >= -1 && y >= -1 && x + width <= innerWidth + 1 && y + height <= innerHeight + 1,
    covered: !(middle && (e.contains(middle) || middle.contains(e))),
    box: { x, y, width, height },
  };
}"""

# The colours of the ring around what has the focus, and the ground that it lies on; null over the picture.
RING = """() => {
  const e = document.activeElement;
  const of = (style) => {
    const drawn = ['outline', 'borderTop']
      .filter((line) => parseFloat(style[`${line}Width`]) >= 2 && style[`${line}Style`] !== 'none')
      .map((line) => style[`${line}Color`]);
    return [...drawn, ...(style.boxShadow.match(/rgba?\\([^)]+\\)/g) ?? [])];
  };
  const parts = e.matches('.stage-picture') ? [getComputedStyle(e.parentElement, '::after')]
    : [e, ...e.querySelectorAll('.stage-spot-disc, .stage-spot-label')].map((part) => getComputedStyle(part));
  let ground = null;
  for (let up = e.parentElement; up && !ground; up = up.parentElement) {
    const { backgroundColor } = getComputedStyle(up);
    if (up.id === 'stage') break;
    if (/^rgb\\(/.test(backgroundColor)) ground = backgroundColor;
  }
  return { colours: parts.flatMap(of), ground };
}"""

# Everything in the stage that can be pressed and is seen, with its box.
PRESSABLE = """() => {
  const things = 'a[href], button, input, select, summary, [role="slider"]';
  return [...document.querySelectorAll('#stage :is(' + things + ')')].flatMap((e) => {
    const { x, y, width, height } = e.getBoundingClientRect();
    const [left, top] = [x + width / 2, y + height / 2];
    const inside = left > 0 && top > 0 && left < innerWidth && top < innerHeight;
    const hidden = !e.checkVisibility({ visibilityProperty: true }) || e.closest('.is-away, .stage-skip');
    if (hidden || !inside) return [];
    const hit = document.elementFromPoint(left, top);
    if (!hit || !(e.contains(hit) || hit.contains(e))) return [];
    return [{ name: e.getAttribute('aria-label') ?? e.textContent.trim(), x, y, width, height,
      spot: e.matches('.stage-spot, .stage-map-dot, .stage-map-grip') }];
  });
}"""


def ready(tab: Page) -> Page:
    """Wait until the tour is live and everything that waited for its first picture has come."""
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_selector("html[data-complete]", state="attached")
    if (tab.viewport_size or {"width": 0})["width"] >= 1024:
        tab.wait_for_selector(".stage-strip a", state="attached")
    narrated = tab.evaluate("JSON.parse(document.getElementById('tour-start').textContent).tour.scenes[0].narration")
    if narrated:
        tab.wait_for_selector(".stage-listen", state="attached")
    return settled(tab)


def settled(tab: Page) -> Page:
    """Wait until nothing moves any more."""
    tab.evaluate(SETTLED)
    return tab


def press(tab: Page, key: str) -> dict[str, Any]:
    """Press a key, wait until its effect is over, and return what then has the focus."""
    tab.keyboard.press(key)
    settled(tab)
    return focused(tab)


def choose(tab: Page, name: str, role: Any = "button") -> None:
    """Press something of the stage by its name, with the keyboard; the focus must not get lost."""
    tab.locator("#stage").get_by_role(role, name=name, exact=True).first.focus()
    assert not press(tab, "Enter")["body"], f"{name}: the focus is lost"


def focused(tab: Page) -> dict[str, Any]:
    """Return what has the focus."""
    found: dict[str, Any] = tab.evaluate(FOCUSED)
    return found


def stops(tab: Page, at: Callable[[dict[str, Any]], None] = lambda _: None) -> list[str]:
    """Press Tab from the beginning of the page until the stage is left; return the names met in it, in their order.

    ``at`` is called at every stop.
    """
    names = []
    for _ in range(80):
        found = press(tab, "Tab")
        if found["stage"]:
            at(found)
            names.append(found["name"])
        elif names:
            return names
    raise AssertionError(f"the stage holds the keyboard: {names}")


def pixels(screenshot: bytes) -> np.ndarray:
    """Return a screenshot as height × width × 3."""
    return np.asarray(Image.open(io.BytesIO(screenshot)).convert("RGB"))


def rgb(colour: str) -> tuple[float, float, float, float]:
    """Return red, green, blue (0 to 255) and opacity of a computed colour."""
    numbers = [float(n) for n in colour[colour.index("(") + 1 : -1].replace("/", ",").replace(" ", ",").split(",") if n]
    red, green, blue, *opacity = numbers
    return red, green, blue, opacity[0] if opacity else 1.0


def over(colour: str, ground: tuple[float, float, float]) -> tuple[float, float, float]:
    """Return what a computed colour looks like on a ground."""
    *own, opacity = rgb(colour)
    red, green, blue = (part * opacity + below * (1 - opacity) for part, below in zip(own, ground, strict=True))
    return red, green, blue


def contrast(one: tuple[float, float, float], other: tuple[float, float, float]) -> float:
    """Return the contrast of two colours by WCAG, 1 to 21."""
    brightest, darkest = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (brightest + 0.05) / (darkest + 0.05)


def _luminance(colour: tuple[float, float, float]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
