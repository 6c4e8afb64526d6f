"""Draws which folder needs which: ``python -m tests.draw_house docs/architecture.svg``.

A box is a folder, with its modules; it stands above everything that it needs. Arrows that follow from others are left
out, and so are those from one package to another, which are the wide ones.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent)]

from import_graph import MODULES, Graph, floors, folder_graph, folder_of, without_detours  # noqa: E402 - found only now

_WIDTH, _HEIGHT, _GAP, _FLOOR = 128, 34, 10, 54
_EDGE, _TITLE = 16, 30
_TINTS = {"valuespectrum": "#f3ecf9", "agents": "#e9f1fb", "ingest": "#eaf6ec", "vectorstore": "#fbf2e4"}
_LINES = {"valuespectrum": "#7b4ea3", "agents": "#2f6db5", "ingest": "#2f8a45", "vectorstore": "#b07412"}


@dataclass(frozen=True)
class _Package:
    name: str
    arrows: Graph
    """Between its folders, without detours."""
    rows: list[list[str]]
    """Folders of each floor, the lowest first."""
    least: int = 0
    """Width that it has at least."""

    @property
    def width(self) -> int:
        return max(self.least, 2 * _EDGE + max(len(row) for row in self.rows) * (_WIDTH + _GAP) - _GAP)

    @property
    def height(self) -> int:
        return _TITLE + len(self.rows) * _FLOOR - (_FLOOR - _HEIGHT) + _EDGE


def _package(name: str, graph: Graph) -> _Package:
    inside = {
        folder: {target for target in targets if target in graph and target.split(".")[0] == name}
        for folder, targets in graph.items()
        if folder.split(".")[0] == name
    }
    standing = floors(inside)
    rows: list[list[str]] = [[] for _ in range(max(standing.values()) + 1)]
    arrows = without_detours(inside)
    place: dict[str, float] = {}
    for folder in sorted(standing, key=lambda one: (standing[one], one)):
        rows[standing[folder]].append(folder)
    for row in rows:
        # Above the middle of what it needs, so that few arrows cross.
        row.sort(key=lambda one: (sum(place[target] for target in arrows[one]) / max(1, len(arrows[one])), one))
        place.update({folder: (number + 0.5) / len(row) for number, folder in enumerate(row)})
    return _Package(name, arrows, rows)


def _boxes(package: _Package, left: int, top: int) -> dict[str, tuple[float, float]]:
    """Upper left corner of each folder."""
    found: dict[str, tuple[float, float]] = {}
    for number, row in enumerate(package.rows):
        indent = (package.width - (len(row) * (_WIDTH + _GAP) - _GAP)) / 2
        y = top + package.height - _EDGE - _HEIGHT - number * _FLOOR
        for place, folder in enumerate(row):
            found[folder] = (left + indent + place * (_WIDTH + _GAP), y)
    return found


def _purpose(folder: str) -> str:
    return (ast.get_docstring(ast.parse(MODULES[folder].read_text(encoding="utf-8"))) or "").split("\n")[0]


def _draw_package(package: _Package, left: int, top: int, sizes: Counter[str]) -> list[str]:
    colour, corners = _LINES[package.name], _boxes(package, left, top)
    drawn = [
        f'<rect x="{left}" y="{top}" width="{package.width}" height="{package.height}" rx="8" '
        f'fill="{_TINTS[package.name]}" stroke="{colour}"/>',
        f'<text x="{left + _EDGE}" y="{top + 20}" class="title" fill="{colour}">{package.name}/</text>',
    ]
    for folder, targets in sorted(package.arrows.items()):
        for target in sorted(targets):
            (x, y), (to_x, to_y) = corners[folder], corners[target]
            begin, end = (x + _WIDTH / 2, y + _HEIGHT), (to_x + _WIDTH / 2, to_y)
            bend = (begin[1] + end[1]) / 2
            drawn.append(
                f'<path d="M{begin[0]:.0f} {begin[1]:.0f}C{begin[0]:.0f} {bend:.0f} {end[0]:.0f} {bend:.0f} '
                f'{end[0]:.0f} {end[1]:.0f}" stroke="{colour}" class="arrow"/>'
            )
    for folder, (x, y) in sorted(corners.items()):
        name = folder.partition(".")[2].replace(".", "/") or "(top)"
        drawn += [
            f"<g><title>{escape(folder)}: {escape(_purpose(folder))}</title>"
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" fill="white" '
            f'stroke="{colour}"/>',
            f'<text x="{x + _WIDTH / 2:.0f}" y="{y + 15:.0f}" class="name">{escape(name)}</text>',
            f'<text x="{x + _WIDTH / 2:.0f}" y="{y + 27:.0f}" class="size">{sizes[folder]} modules</text></g>',
        ]
    return drawn


def draw() -> str:
    """The drawing as SVG."""
    graph = folder_graph()
    sizes = Counter(folder_of(module) for module, path in MODULES.items() if path.name != "__init__.py")
    parts = {name: _package(name, {folder: graph[folder] for folder in graph if sizes[folder]}) for name in _TINTS}
    middle = parts["agents"].width + 4 * _GAP + parts["ingest"].width
    inner = max(middle, parts["valuespectrum"].width, parts["vectorstore"].width)
    parts |= {name: replace(parts[name], least=inner) for name in ("valuespectrum", "vectorstore")}
    whole = 2 * _EDGE + inner
    second = _EDGE + parts["valuespectrum"].height + 36
    third = second + max(parts["agents"].height, parts["ingest"].height) + 36
    left = (whole - middle) // 2
    places = {
        "valuespectrum": (_EDGE, _EDGE),
        "agents": (left, second),
        "ingest": (left + parts["agents"].width + 4 * _GAP, second),
        "vectorstore": (_EDGE, third),
    }
    drawn = [line for name, part in parts.items() for line in _draw_package(part, *places[name], sizes)]
    for middle_package in ("agents", "ingest"):
        x = places[middle_package][0] + parts[middle_package].width // 2
        below = places[middle_package][1] + parts[middle_package].height
        for begin, end in ((_EDGE + parts["valuespectrum"].height, second), (below, third)):
            drawn.append(f'<path d="M{x} {begin}V{end - 8}" class="wide"/><path d="M{x - 9} {end - 12}l9 11l9 -11z"/>')
    height = third + parts["vectorstore"].height + _EDGE
    style = (
        "text{font-family:sans-serif}.title{font-size:15px;font-weight:bold}.name{font-size:12px;text-anchor:middle}"
        ".size{font-size:9px;text-anchor:middle;fill:#777}.arrow{fill:none;opacity:.55}"
        ".wide{stroke:#222;stroke-width:4;fill:none}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" width="{whole}" height="{height}">\n'
        f"<style>{style}</style>\n" + "\n".join(drawn) + "\n</svg>\n"
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(draw(), encoding="utf-8")
