"""What the HTML page is made of: text with a little Markdown in it, tables, and pictures."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from benchmarks.report.palette import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.report.plots import Plot


FIGURE = r"[-+]?\d[\d.,]*(?: [\w/]+)? \([-+\d][^()]*\)(?: ≈)?"
"""A comparison with its interval, which is not broken into lines."""


def inline(text: str) -> str:
    """HTML of a text in which Markdown marks bold, code and links."""
    text = escape(text, quote=False)
    text = re.sub(FIGURE, r'<span class="figure">\g<0></span>', text)
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", text)
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', text)


def paragraph(text: str) -> str:
    """One paragraph."""
    return f"<p>{inline(text)}</p>"


def table(caption: str, header: Sequence[str], lines: Sequence[Sequence[str]], words: Iterable[int] = (0,)) -> str:
    """A table of texts; the first cell of a line is its header, the columns numbered in `words` hold no figures."""
    left = set(words)
    heads = "".join(f'<th scope="col"{_kind(index, left)}>{inline(text)}</th>' for index, text in enumerate(header))
    rows = []
    for line in lines:
        cells = "".join(f"<td{_kind(index, left)}>{inline(text)}</td>" for index, text in enumerate(line[1:], 1))
        rows.append(f'<tr><th scope="row">{inline(line[0])}</th>{cells}</tr>')
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{inline(caption)}</caption><thead><tr>{heads}</tr></thead>\n<tbody>{chr(10).join(rows)}</tbody></table></div>"
    )


def _kind(index: int, left: set[int]) -> str:
    return "" if index in left else ' class="number"'


def figure(plot: Plot) -> str:
    """A picture within the page, in the page's colours; it has its description in itself."""
    attributes = f'class="scroll" role="region" tabindex="0" aria-label="{escape(plot.title)}"'
    return f"<figure {attributes}>{plot.draw(VARIABLES)}</figure>"


def section(identity: str, heading: str, *parts: str) -> str:
    """A section with its heading, which links can name."""
    return (
        f'<section aria-labelledby="{identity}">\n<h2 id="{identity}">{escape(heading)}</h2>\n'
        + "\n".join(parts)
        + "\n</section>"
    )
