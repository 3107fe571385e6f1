"""Draw the floor plans of the demo tours: what stands where in the world that they were rendered from, seen from above.

    python scripts/draw_demo_plans.py

Writes ``tours/<tour>/media/so-do-<floor>.png``. A plan has no words, so that it serves every language; north is up, and
it covers exactly the rectangle that ``make_demo_tours.PLANS`` names, by which scenes are placed on it. Coordinates are
metres of the demo world, x east and y north.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import make_demo_tours
from PIL import Image, ImageDraw

PX_PER_M = 20
SMOOTH = 3
"""Everything is drawn so many times as large and shrunk."""

PAPER, LINE, WALL = "#f6f0e2", "#cbbfa5", "#6d5d43"
PAVING, STEP, ROOF, ROOF_RIDGE = "#eadfc8", "#d8cbb0", "#d9a184", "#b9745a"
FLOOR, WOOD, WATER, WAVE = "#f2e3cf", "#c9a878", "#bcd9dc", "#9fc5ca"
TREE, LEAF, GRASS, STONE = "#a9c39a", "#7fa273", "#e3e8d2", "#b9b3a4"

Point = tuple[float, float]


class Drawing:
    """A plan in the making: shapes in metres on a rectangle of the world."""

    def __init__(self, rectangle: tuple[float, float, float, float], ground: str = PAPER) -> None:
        self._west, south, east, self._north = rectangle
        self._k = PX_PER_M * SMOOTH
        size = (round((east - self._west) * self._k), round((self._north - south) * self._k))
        self._image = Image.new("RGB", size, ground)
        self._draw = ImageDraw.Draw(self._image)

    def _at(self, point: Point) -> Point:
        return (point[0] - self._west) * self._k, (self._north - point[1]) * self._k

    def shape(self, points: Sequence[Point], fill: str | None, edge: str | None = None, edge_m: float = 0.12) -> None:
        """Draw a polygon."""
        corners = [self._at(p) for p in points]
        if fill:
            self._draw.polygon(corners, fill=fill)
        if edge:
            self._draw.line([*corners, corners[0], corners[1]], edge, round(edge_m * self._k), joint="curve")

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: str | None, edge: str | None = None) -> None:
        """Draw a rectangle from its lower left to its upper right corner."""
        self.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill, edge)

    def disc(self, x: float, y: float, radius_m: float, fill: str, edge: str | None = None) -> None:
        """Draw a disc."""
        (left, top), (right, bottom) = self._at((x - radius_m, y + radius_m)), self._at((x + radius_m, y - radius_m))
        self._draw.ellipse((left, top, right, bottom), fill, edge, round(0.12 * self._k) if edge else 0)

    def line(self, points: Sequence[Point], colour: str, width_m: float) -> None:
        """Draw a line through points."""
        self._draw.line([self._at(p) for p in points], colour, max(1, round(width_m * self._k)), joint="curve")

    def tree(self, x: float, y: float, radius_m: float) -> None:
        """Draw a crown of leaves, seen from above."""
        for n in range(9):
            angle = n * math.tau / 9
            reach = radius_m * 0.62
            self.disc(x + reach * math.cos(angle), y + reach * math.sin(angle), radius_m * 0.42, TREE)
        self.disc(x, y, radius_m * 0.72, TREE)
        self.disc(x, y, radius_m * 0.14, LEAF)

    def roof(self, x: float, y: float, width_m: float, depth_m: float) -> None:
        """Draw a hipped roof with its ridge from west to east."""
        x0, x1, y0, y1 = x - width_m / 2, x + width_m / 2, y - depth_m / 2, y + depth_m / 2
        ridge = max(width_m - depth_m, 0) / 2
        self.box(x0, y0, x1, y1, ROOF, ROOF_RIDGE)
        for corner, end in (((x0, y0), -1), ((x0, y1), -1), ((x1, y0), 1), ((x1, y1), 1)):
            self.line([corner, (x + end * ridge, y)], ROOF_RIDGE, 0.1)
        self.line([(x - ridge, y), (x + ridge, y)], ROOF_RIDGE, 0.16)

    def hatch(self, x0: float, y0: float, x1: float, y1: float, step_m: float, *, down: bool = False) -> None:
        """Draw the joints of boards or steps across a rectangle, or down it."""
        start, end = (x0, x1) if down else (y0, y1)
        for n in range(1, int((end - start) / step_m)):
            at = start + n * step_m
            self.line([(at, y0), (at, y1)] if down else [(x0, at), (x1, at)], LINE, 0.06)

    def save(self, path: Path) -> None:
        """Shrink and write the drawing with few colours."""
        size = (self._image.width // SMOOTH, self._image.height // SMOOTH)
        small = self._image.resize(size, Image.Resampling.LANCZOS)
        small.quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


def hall(plan: Drawing) -> None:
    """The main hall on its platform: steps, columns, walls, altars."""
    plan.box(-12.7, -0.6, 12.7, 22.7, STEP, LINE)
    plan.box(-3.7, -2.3, 3.7, -0.6, STEP, LINE)
    plan.hatch(-3.7, -2.3, 3.7, -0.6, 0.34)
    plan.box(-10.7, 2.9, 10.7, 19.1, FLOOR)
    for n in range(-10, 11, 2):
        plan.line([(n, 2.9), (n, 19.1)], "#e6d3b8", 0.06)
    for n in range(4, 19, 2):
        plan.line([(-10.7, n), (10.7, n)], "#e6d3b8", 0.06)
    outer = [(-7.6, 2.9), (-10.6, 2.9), (-10.6, 19.1), (10.6, 19.1), (10.6, 2.9), (7.6, 2.9)]
    plan.line(outer, WALL, 0.42)
    for x in (-4.2, -1.4, 1.4, 4.2):
        plan.box(x - 0.2, 2.7, x + 0.2, 3.1, WALL)
    columns = [(x, y) for y in (0.4, 20.8) for x in (-11.2, -7.2, -3.1, 3.1, 7.2, 11.2)]
    columns += [(x, y) for x in (-11.2, 11.2) for y in (4.6, 8.8, 13.0, 17.0)]
    for x, y in columns:
        plan.disc(x, y, 0.36, ROOF_RIDGE)
    for x in (-4.4, 4.4):
        for y in (4.9, 9.6, 14.2):
            plan.disc(x, y, 0.42, ROOF_RIDGE)
    for width, y0, y1 in ((6.6, 14.6, 15.8), (5.6, 15.8, 17.05), (4.6, 17.05, 18.6)):
        plan.box(-width / 2, y0, width / 2, y1, ROOF, ROOF_RIDGE)
    for side in (-1, 1):
        plan.box(side * 7.4 - 1.8, 16.3, side * 7.4 + 1.8, 18.1, ROOF, ROOF_RIDGE)


def foot_of_the_mountain(plan: Drawing) -> None:
    """Street, gate, court and hall of the temple."""
    plan.box(-27, -42, 27, -34.6, "#e9e4da")
    plan.box(-27, -34.8, 27, -34.5, STONE)
    for x in range(-26, 27, 4):
        plan.line([(x, -38.4), (x + 2, -38.4)], PAPER, 0.25)
    plan.box(-24, -26, 24, 26, PAVING)
    plan.box(-1.9, -34.5, 1.9, -2.4, "#f3ead8")
    for n in range(-24, 24, 3):
        plan.line([(n, -26), (n, -2)], "#e0d4ba", 0.05)
    for n in range(-25, -1, 3):
        plan.line([(-24, n), (24, n)], "#e0d4ba", 0.05)
    hall(plan)
    # walls and the gate with three ways
    plan.line([(-6.9, -26), (-24, -26), (-24, 26), (24, 26), (24, -26), (6.9, -26)], WALL, 0.4)
    for x, width in ((-6.3, 1.3), (-2.5, 1.2), (2.5, 1.2), (6.3, 1.3)):
        plan.box(x - width / 2, -26.8, x + width / 2, -25.2, WALL)
    # the court
    plan.disc(-8.8, -5.6, 3.45, STONE)
    plan.disc(-8.8, -5.6, 3.0, WATER)
    plan.disc(-8.8, -5.6, 0.8, "#ffffff", STONE)
    plan.box(0.35, -7.55, 2.85, -5.05, STEP, LINE)
    plan.disc(1.6, -6.3, 0.78, "#8f7a4b")
    plan.roof(9.8, -9.0, 5.6, 5.6)
    plan.box(2.4, -15.9, 4.4, -13.3, STEP, LINE)
    plan.box(2.85, -14.75, 3.95, -14.45, WALL)
    for side in (-1, 1):
        for y in (-21.5, -17.0, -3.6):
            plan.disc(side * 5.2, y, 0.4, STONE)
    plan.disc(-9.5, -16.5, 2.0, "#cfa98d")
    for x, y, radius in (
        (-9.5, -16.5, 4.4), (16.5, -17.5, 2.2), (18.5, -1.5, 2.2), (-18.5, 0.0, 2.2), (19.5, -23.0, 3.4),
        (9.5, -29.3, 3.4), (-17.5, -30.0, 3.2), (25.0, -29.8, 3.4),
    ):  # fmt: skip
        plan.tree(x, y, radius)


def on_the_mountain(plan: Drawing) -> None:
    """The terrace of the view, its pavilion, and the steps to the shrine."""
    for n, (radius_x, radius_y) in enumerate(((46, 52), (36, 41), (27, 31), (19, 22), (11, 13))):
        ring = [
            (84 + radius_x * math.cos(a), 93 + radius_y * math.sin(a) + 1.5 * math.sin(3 * a + n))
            for a in (k * math.tau / 120 for k in range(120))
        ]
        plan.shape(ring, ["#dfe6cc", "#dae2c6", "#d5dec0", "#d0daba", "#cbd6b4"][n], "#bccaa4", 0.08)
    for n in range(26):
        t = n / 25
        x, y = 72.6 + t * 8.6, 81.2 + t * 11.0
        a = math.radians(-38)
        cos, sin = math.cos(a), math.sin(a)
        corners = [
            (x + u * cos - v * sin, y + u * sin + v * cos) for u, v in ((-1, -0.3), (1, -0.3), (1, 0.3), (-1, 0.3))
        ]
        plan.shape(corners, STEP, LINE, 0.06)
    plan.disc(70, 75, 6.85, STONE)
    plan.disc(70, 75, 6.5, PAVING)
    for radius in (2.2, 4.4):
        plan.shape(
            [(70 + radius * math.cos(a), 75 + radius * math.sin(a)) for a in (k * math.tau / 60 for k in range(60))],
            None, "#d9ccb0", 0.07,
        )  # fmt: skip
    plan.shape([(70.6, 81.0), (73.0, 80.0), (74.2, 82.2), (72.2, 83.4)], PAVING)
    plan.roof(73.4, 76.6, 4.2, 4.2)
    plan.box(67.7, 79.7, 69.9, 80.3, STONE)
    plan.box(70.4, 69.6, 72.6, 69.9, WOOD)
    plan.box(64.2, 73.5, 65.2, 74.1, WALL)
    plan.box(81.2, 92.6, 86.8, 97.4, STEP, LINE)
    plan.roof(84, 95, 4.4, 3.8)
    for x, y, radius in ((60, 88, 2.0), (63.5, 93, 1.6), (90, 84, 2.2), (78, 67, 1.8), (59, 66, 1.7), (89, 70, 2.0)):
        plan.tree(x, y, radius)


def craft_quarter(plan: Drawing) -> None:
    """River, pier, embankment, silk workshop and shop."""
    plan.box(-22, 5.6, 20, 22, GRASS)
    plan.box(-22, -18, 20, -0.5, WATER)
    for n in range(16):
        x, y = -20 + (n * 7.3) % 38, -2.5 - (n * 4.7) % 14
        plan.line([(x, y), (x + 0.9, y + 0.22), (x + 1.8, y)], WAVE, 0.12)
    plan.box(-22, -0.2, 20, 5.6, PAVING)
    plan.box(-22, -0.6, 20, 0.1, STONE)
    for n in range(-21, 20, 3):
        plan.line([(n, 0.1), (n, 5.6)], "#e0d4ba", 0.05)
    for x0, y0, x1, y1 in ((-1.2, -14.9, 1.2, -0.3), (-3.1, -9.9, 3.1, -6.5), (-5.5, -15.4, 5.5, -13.0)):
        plan.box(x0, y0, x1, y1, WOOD, "#a98555")
    plan.hatch(-1.2, -13.0, 1.2, -0.3, 0.5)
    plan.hatch(-5.5, -15.4, 5.5, -13.0, 0.5, down=True)
    plan.box(-1.6, 0.1, 1.6, 22, "#eee4cf")
    # the workshop, open to the river
    plan.box(-17.8, 5.5, -4.2, 18.3, FLOOR)
    for n in range(-17, -4, 2):
        plan.line([(n, 5.8), (n, 18)], "#e6d3b8", 0.06)
    plan.line([(-11.4, 5.8), (-17.5, 5.8), (-17.5, 18), (-4.5, 18), (-4.5, 5.8), (-7.9, 5.8)], WALL, 0.42)
    for x, y, turn_deg in ((-13.9, 13.9, 20), (-9.8, 15.3, -8)):
        a = math.radians(turn_deg)
        corners = [
            (x + u * math.cos(a) - v * math.sin(a), y + u * math.sin(a) + v * math.cos(a))
            for u, v in ((-0.85, -1.4), (0.85, -1.4), (0.85, 1.3), (-0.85, 1.3))
        ]
        plan.shape(corners, WOOD, "#a98555")
        plan.line([corners[0], corners[2]], "#a98555", 0.08)
        plan.line([corners[1], corners[3]], "#a98555", 0.08)
    plan.box(-9.25, 11.65, -6.75, 12.75, WOOD)
    plan.disc(-8.6, 12.2, 0.5, PAPER, LINE)
    plan.disc(-7.45, 12.2, 0.5, PAPER, LINE)
    plan.box(-5.1, 13.5, -4.6, 17.1, WOOD)
    for n, colour in enumerate(("#4f4a44", "#a4574c", "#c9964b")):
        plan.disc(-7.6 + n * 1.2, 8.2 + n * 0.3, 0.5, colour)
    for n, colour in enumerate(("#c2694f", "#6d96a8", "#d8a94d", "#8aa673", "#b06a83") * 2):
        plan.line([(-15.6 + n * 0.95, 9.6), (-14.9 + n * 0.95, 9.6)], colour, 0.3)
    # the shop: shelves on three sides, counter, tables
    plan.box(3.9, 4.9, 14.5, 15.5, FLOOR)
    for n in range(5, 15, 2):
        plan.line([(n, 5.2), (n, 15.2)], "#e6d3b8", 0.06)
    plan.line([(7.4, 5.2), (4.2, 5.2), (4.2, 15.2), (14.2, 15.2), (14.2, 5.2), (10.9, 5.2)], WALL, 0.42)
    for x0, y0, x1, y1 in ((5.0, 14.5, 13.4, 14.95), (13.5, 6.9, 13.95, 14.3), (4.45, 9.3, 4.9, 14.5)):
        plan.box(x0, y0, x1, y1, WOOD)
    plan.box(5.2, 6.6, 6.0, 9.2, "#a98555")
    plan.disc(11.0, 8.6, 0.9, "#c8785f", ROOF_RIDGE)
    plan.disc(8.7, 12.2, 0.9, "#c8785f", ROOF_RIDGE)
    for x, y, radius in (
        (-20, 19.5, 1.8),
        (17.6, 18.5, 2.0),
        (18, 10, 1.6),
        (6.5, 19, 1.9),
        (12.4, 19.6, 1.5),
        (-20.2, 11, 1.5),
    ):
        plan.tree(x, y, radius)
    for x in (3.0, 17.5):
        plan.box(x - 0.9, 0.7, x + 0.9, 1.2, STONE)


DRAWN = {"chan-nui": foot_of_the_mountain, "tren-nui": on_the_mountain, "khu-lang-nghe": craft_quarter}


def main() -> None:
    """Draw and write every plan."""
    for tour, floors in make_demo_tours.PLANS.items():
        for floor, rectangle in floors.items():
            drawing = Drawing(rectangle, PAPER if floor != "tren-nui" else "#e6ebd6")
            DRAWN[floor](drawing)
            target = make_demo_tours.TOURS / tour / "media" / f"so-do-{floor}.png"
            drawing.save(target)
            print(f"{target}: {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
