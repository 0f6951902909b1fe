"""HTML: headings, paragraphs, list items, and tables with row and column spans."""

from __future__ import annotations

from typing import Any

from lxml import etree, html

from upstream.errors import BadInput
from upstream.reports.check.numbers import tidy
from upstream.reports.check.reading.model import MAXIMUM_CELLS, Pages
from upstream.reports.check.reading.text import split_sentences

_LEFT_OUT = {"script", "style", "template", "noscript", "svg", "head"}
_BLOCKS = {"p", "li", "dd", "dt", "blockquote", "figcaption", "div", "section", "td"}
_LONGEST_SPAN = 200


def _unread(element: Any) -> bool:
    """Whether nothing inside is meant to be read: scripts, pictures, and what is hidden from readers."""
    return (
        not isinstance(element.tag, str)
        or element.tag in _LEFT_OUT
        or element.get("aria-hidden") == "true"
        or element.get("hidden") is not None
    )


def _gather(element: Any, parts: list[str]) -> None:
    parts.append(element.text or "")
    for child in element:
        if child.tag == "br":
            parts.append(" ")
        elif not _unread(child):
            _gather(child, parts)
        parts.append(child.tail or "")


def _text(element: Any) -> str:
    parts: list[str] = []
    _gather(element, parts)
    return tidy("".join(parts))


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1")
    return min(int(value), _LONGEST_SPAN) if value.isdigit() and value != "0" else 1


def _hang(cells: list[str], hanging: dict[int, tuple[int, str]]) -> None:
    """Fill in the cells that hang down from rows above, as far as the next free place."""
    while len(cells) in hanging:
        left, text = hanging.pop(len(cells))
        if left > 1:
            hanging[len(cells)] = (left - 1, text)
        cells.append(text)


def _rows(table: Any) -> tuple[list[list[str]], list[int], int | None]:
    """Cells laid out on a grid; a spanned cell's text stands in its first place, a row span's in every row."""
    rows: list[list[str]] = []
    lines: list[int] = []
    hanging: dict[int, tuple[int, str]] = {}
    header_rows = 0
    for tr in table.iter("tr"):
        if next(tr.iterancestors("table")) is not table:
            continue
        cells: list[str] = []
        own = [c for c in tr if c.tag in {"td", "th"}]
        for cell in own:
            _hang(cells, hanging)
            text, wide, deep = _text(cell), _span(cell, "colspan"), _span(cell, "rowspan")
            for n in range(wide):
                if deep > 1:
                    hanging[len(cells)] = (deep - 1, text if n == 0 else "")
                cells.append(text if n == 0 else "")
        _hang(cells, hanging)
        in_head = any(a.tag == "thead" for a in tr.iterancestors("thead"))
        if in_head or (own and all(c.tag == "th" for c in own) and header_rows == len(rows)):
            header_rows = len(rows) + 1
        rows.append(cells)
        lines.append(tr.sourceline or 0)
        if sum(map(len, rows)) > MAXIMUM_CELLS:
            raise BadInput("The HTML file holds a table too large to check.", allowed=f"{MAXIMUM_CELLS:,} cells")
    return rows, lines, header_rows or None


def read_html(data: bytes, file: str) -> Pages:
    """Read an HTML file; entities are not expanded, trees are bounded, nothing is fetched."""
    parser = html.HTMLParser(huge_tree=False, no_network=True, remove_comments=True, remove_pis=True)
    if not data.lstrip().lower().startswith(b"<?xml") and b"charset" not in data[:4096].lower():
        parser = html.HTMLParser(
            huge_tree=False, no_network=True, remove_comments=True, remove_pis=True, encoding="utf-8"
        )
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise BadInput(f"{file} cannot be read as HTML: {error}.", remedy="Save it again as HTML in UTF-8.") from error
    pages = Pages(file)
    headings: list[tuple[int, str]] = []
    _walk(root, pages, headings, [])
    return pages


def _holds_blocks(element: Any) -> bool:
    return any(
        inner is not element for inner in element.iter("table", "p", "li", "ul", "ol", "h1", "h2", "h3", "h4", "div")
    )


def _walk(element: Any, pages: Pages, headings: list[tuple[int, str]], leads: list[str]) -> None:
    """Depth first without recursion on text: tables, headings, then blocks of text."""
    for child in element:
        if _unread(child):
            continue
        section = tuple(text for _, text in headings)
        line = child.sourceline or 0
        if child.tag == "table":
            rows, lines, header_rows = _rows(child)
            caption = child.find("caption")
            title = _text(caption) if caption is not None else pages.title_above()
            pages.add_table(rows, lines, title=title, section=section, header_rows=header_rows)
        elif child.tag in {"h1", "h2", "h3", "h4", "h5", "h6"}:
            level = int(child.tag[1])
            headings[:] = [(n, t) for n, t in headings if n < level] + [(level, _text(child))]
            leads.clear()
            pages.add_sentence(_text(child), line, tuple(t for _, t in headings))
            pages.end_block(_text(child), heading=True)
        elif child.tag in {"ul", "ol"}:
            _walk(child, pages, headings, leads[-1:])
        elif child.tag in _BLOCKS and not _holds_blocks(child):
            _say(child, pages, section, leads)
        elif child.tag == "li":
            own = tidy(
                " ".join(
                    t
                    for t in [
                        child.text or "",
                        *(_text(c) + (c.tail or "") for c in child if c.tag not in {"ul", "ol"}),
                    ]
                    if t
                )
            )
            if own:
                for sentence in split_sentences(own):
                    pages.add_sentence(sentence, line, section, leads[-1] if leads else "")
            for inner in child:
                if inner.tag in {"ul", "ol"}:
                    _walk(inner, pages, headings, [own] if own.endswith(":") else leads[-1:])
        elif len(child):
            if child.tag == "div" and (child.text or "").strip():
                pages.add_sentence(tidy(child.text), line, section)
            _walk(child, pages, headings, leads)
        elif text := _text(child):
            for sentence in split_sentences(text):
                pages.add_sentence(sentence, line, section)


def _say(block: Any, pages: Pages, section: tuple[str, ...], leads: list[str]) -> None:
    text = _text(block)
    if not text:
        return
    lead = leads[-1] if leads and block.tag == "li" else ""
    for sentence in split_sentences(text):
        pages.add_sentence(sentence, block.sourceline or 0, section, lead)
    if block.tag != "li":
        pages.end_block(text)
        leads[:] = [text] if text.endswith(":") else []
