"""Slides: titles in title placeholders, real tables with header rows, pictures with what they show in words."""

import io
import math
from collections.abc import Sequence

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.text import PP_ALIGN
from pptx.presentation import Presentation as Deck
from pptx.shapes.autoshape import Shape
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from upstream_web.measures.engine.paper import Grid, Paper, Picture, Sheet

TITLE, TITLE_ONLY = 0, 5
WIDE, HIGH = Inches(13.333), Inches(7.5)
LEFT, TOP, WIDTH = Inches(0.6), Inches(1.45), Inches(12.1)
INK, TEAL, SOFT = RGBColor(0x0B, 0x0C, 0x0C), RGBColor(0x0B, 0x4F, 0x55), RGBColor(0x48, 0x49, 0x49)
ROWS = 7
"""Rows of the first table on one slide."""
POINTS = 4
"""Key points on a slide; all of them are in the notes."""
MONTHS = 5
"""Months under a chart."""
AIMS = ("What good looks like", "Likelihood of reaching it")


def as_slides(paper: Paper) -> bytes:
    """The paper as a PowerPoint file."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = WIDE, HIGH
    deck.core_properties.title = f"{paper.title}, {paper.force}, {paper.month}"
    deck.core_properties.author = paper.force
    deck.core_properties.subject = paper.marking
    deck.core_properties.language = "en-GB"
    _first(deck, paper)
    rows = paper.overview.rows
    slides = max(1, math.ceil(len(rows) / ROWS))
    each = math.ceil(len(rows) / slides)
    for place in range(slides):
        more = f" ({place + 1} of {slides})" if slides > 1 else ""
        slide = _slide(deck, f"{paper.overview.title}, {paper.month}{more}", paper)
        grid = Grid(paper.overview.title, paper.overview.header, rows[place * each : (place + 1) * each])
        _table(slide, grid, LEFT, TOP, (3.0, 2.5, 1.9, 2.5, 2.2), 13)
    for sheet in paper.sheets:
        _measure(deck, paper, sheet)
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _first(deck: Deck, paper: Paper) -> None:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE])
    _place(slide.shapes.title, LEFT, Inches(2.2), WIDTH, Inches(1.4))
    _words(slide.shapes.title, [paper.title], 40, TEAL, bold=True)
    under = slide.placeholders[1]
    _place(under, LEFT, Inches(3.7), WIDTH, Inches(1.2))
    _words(under, [f"{paper.force}, figures to {paper.month}", f"Records as at {paper.as_at}"], 22, SOFT)
    _marking(slide, paper)


def _slide(deck: Deck, title: str, paper: Paper) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    _place(slide.shapes.title, LEFT, Inches(0.5), WIDTH, Inches(0.85))
    _words(slide.shapes.title, [title], 28, TEAL, bold=True)
    _marking(slide, paper)
    return slide


def _marking(slide: Slide, paper: Paper) -> None:
    box = slide.shapes.add_textbox(LEFT, Inches(0.12), WIDTH, Inches(0.35))
    box.name = "Marking"
    _words(box, [paper.marking], 12, INK, bold=True)


def _measure(deck: Deck, paper: Paper, sheet: Sheet) -> None:
    slide = _slide(deck, sheet.title, paper)
    _text(slide, "Latest", [f"{sheet.latest}. {sheet.standing}."], LEFT, TOP, WIDTH, Inches(0.5), 20, bold=True)
    beside = LEFT
    if sheet.picture is not None:
        beside = Inches(8.6)
        below = _picture(slide, sheet.picture, LEFT, Inches(2.1), Inches(7.7))
        if sheet.table is not None:
            columns = len(sheet.table.header)
            latest = Grid(sheet.table.title, sheet.table.header, sheet.table.rows[-MONTHS:])
            _table(slide, latest, LEFT, below + Inches(0.15), (7.7 / columns,) * columns, 11)
    points = [f"• {point}" for point in sheet.points[:POINTS]]
    aims = [f"{label}: {words}" for label, words in sheet.facts if label in AIMS]
    width = Emu(WIDE - beside - LEFT)
    _text(slide, "Key points", [*points, *aims], beside, Inches(2.05), width, Inches(4.7), 13)
    _text(slide, "Source", [sheet.source], LEFT, Inches(7.0), WIDTH, Inches(0.35), 10, colour=SOFT)
    said = [f"{title} {' '.join(words)}" for title, words in sheet.commentary]
    facts = [f"{label}: {words}" for label, words in sheet.facts]
    slide.notes_slide.notes_text_frame.text = "\n".join([sheet.question, *sheet.points, *facts, *said, sheet.source])


def _picture(slide: Slide, picture: Picture, left: int, top: int, width: int) -> Emu:
    """Put a picture there; where it ends, downwards."""
    shown = slide.shapes.add_picture(io.BytesIO(picture.png), left, top, width=width)
    shown.name = picture.title
    shown._element.nvPicPr.cNvPr.set("descr", picture.description)
    return Emu(shown.top + shown.height)


def _table(slide: Slide, grid: Grid, left: int, top: int, widths: Sequence[float], size: int) -> None:
    rows = (grid.header, *grid.rows)
    height = Pt(size * 1.9) * len(rows)
    frame = slide.shapes.add_table(len(rows), len(grid.header), left, top, Inches(sum(widths)), height)
    frame.name = grid.title
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"Table: {grid.title}. The first row is the header.")
    table = frame.table
    table.first_row, table.horz_banding = True, False
    for place, width in enumerate(widths):
        table.columns[place].width = Inches(width)
    for down, row in enumerate(rows):
        for across, words in enumerate(row):
            cell = table.cell(down, across)
            cell.margin_top = cell.margin_bottom = Pt(2)
            cell.text = words
            for paragraph in cell.text_frame.paragraphs:
                paragraph.alignment = PP_ALIGN.RIGHT if across in grid.numbers else PP_ALIGN.LEFT
                paragraph.font.size = Pt(size)
                paragraph.font.bold = down == 0
                paragraph.font.color.rgb = RGBColor(255, 255, 255) if down == 0 else INK
            cell.fill.solid()
            cell.fill.fore_color.rgb = TEAL if down == 0 else RGBColor(255, 255, 255)


def _text(
    slide: Slide,
    name: str,
    lines: Sequence[str],
    left: int,
    top: int,
    width: int,
    height: int,
    size: int,
    *,
    bold: bool = False,
    colour: RGBColor = INK,
) -> None:
    box = slide.shapes.add_textbox(left, top, width, height)
    box.name = name
    _words(box, lines, size, colour, bold=bold)


def _place(shape: Shape, left: int, top: int, width: int, height: int) -> None:
    shape.left, shape.top, shape.width, shape.height = left, top, width, height


def _words(shape: Shape, lines: Sequence[str], size: int, colour: RGBColor, *, bold: bool = False) -> None:
    frame = shape.text_frame
    frame.word_wrap = True
    for place, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if place == 0 else frame.add_paragraph()
        paragraph.text = line
        paragraph.alignment = 1
        paragraph.space_after = Pt(4)
        paragraph.font.size, paragraph.font.bold, paragraph.font.color.rgb = Pt(size), bold, colour
