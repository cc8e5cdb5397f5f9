"""Draws the results: one panel a measure, a bar for each library, a line for the goal."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from results import Result

COLUMNS, WIDTH, BAR, GAP, LABEL = 2, 460, 16, 6, 108
COLORS = {"ours": "#2563eb", "plain": "#94a3b8"}
NAMES = {"ours": "muxi-client", "httpx2": "on httpx2", "official": "muxi"}


def draw(results: list[Result], environments: dict[str, dict[str, object]]) -> str:
    """Return the picture as SVG."""
    panels, heights, y = [], [], 8
    for row in range(0, len(results), COLUMNS):
        cells = results[row : row + COLUMNS]
        height = max(len(bars(cell)) for cell in cells) * (BAR + GAP) + 46
        for column, cell in enumerate(cells):
            panels.append(f'<g transform="translate({column * WIDTH + 12},{y})">{panel(cell)}</g>')
        heights.append(height)
        y += height
    legend = [
        "Bars: CPU time over that of the reference, the gray bar; or seconds, or MB. Shorter is "
        "better. Red: the goal.",
        *(f"{NAMES.get(name, name)}: {one['about']}" for name, one in environments.items()),
    ]
    for text in legend:
        panels.append(f'<text x="12" y="{y + 12}">{escape(text)}</text>')
        y += BAR
    y += GAP
    size = f'width="{COLUMNS * WIDTH}" height="{y}"'
    style = "text{font:12px system-ui,sans-serif;fill:#475569}.t{font-weight:600;fill:#0f172a}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" '
        f'aria-label="CPU time beside other libraries; shorter is better">'
        f'<style>{style}</style><rect width="100%" height="100%" fill="#fff"/>'
        f"{''.join(panels)}</svg>\n"
    )


def bars(result: Result) -> dict[str, float]:
    """Return the number of each library, with the reference of ratios."""
    found = {name: result.median(name) for name in result.rounds}
    return found if result.measure.unit or result.measure.script else {"plain": 1.0, **found}


def panel(result: Result) -> str:
    """Return the bars of one measure. Bars longer than four times the goal are cut."""
    goal, unit = result.measure.goal, result.measure.unit
    longest = 4 * goal
    scale = (WIDTH - LABEL - 90) / longest
    parts = [f'<text class="t" x="0" y="14">{escape(result.measure.title)}</text>']
    found = bars(result)
    for place, (library, value) in enumerate(found.items()):
        y = 24 + place * (BAR + GAP)
        length, cut = max(min(value, longest), 0) * scale, " …" if value > longest else ""
        color = COLORS.get(library, "#cbd5e1")
        name = result.measure.reference if library == "plain" else NAMES.get(library, library)
        parts.append(
            f'<text x="{LABEL - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{LABEL}" y="{y}" width="{length:.1f}" height="{BAR}" rx="2" fill="{color}"/>'
            f'<text x="{LABEL + length + 6:.1f}" y="{y + 12}">{value:.2f} {unit}{cut}</text>'
        )
    x, bottom = LABEL + goal * scale, 24 + len(found) * (BAR + GAP) - GAP
    parts.append(f'<path d="M{x:.1f} 20V{bottom + 4}" stroke="#dc2626" stroke-dasharray="3 3"/>')
    return "".join(parts)
