"""A Word file: headings in order, header rows that repeat, pictures with what they show in words."""

import io
from collections.abc import Sequence

import docx
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table

from upstream_web.measures.engine.paper import Grid, Paper, Picture, Sheet

TEAL = RGBColor(0x0B, 0x4F, 0x55)
WIDTH = Cm(16.5)


def as_word(paper: Paper) -> bytes:
    """The paper as a Word file."""
    document = docx.Document()
    _prepare(document, paper)
    document.add_heading(paper.title, 0)
    document.add_paragraph(f"{paper.force}, figures to {paper.month}. Records as at {paper.as_at}.")
    document.add_heading(paper.overview.title, 1)
    _table(document, paper.overview, (4.2, 3.0, 3.0, 3.7, 2.7))
    for sheet in paper.sheets:
        _sheet(document, sheet)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepare(document: Document, paper: Paper) -> None:
    properties = document.core_properties
    properties.title = f"{paper.title}, {paper.force}, {paper.month}"
    properties.author, properties.subject, properties.language = paper.force, paper.marking, "en-GB"
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin = section.bottom_margin = Cm(2)
    for part in (section.header, section.footer):
        part.paragraphs[0].text = paper.marking
        part.paragraphs[0].runs[0].bold = True
    document.styles["Normal"].font.size = Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "en-GB")
    document.styles["Normal"].element.get_or_add_rPr().append(language)
    for level in (0, 1, 2):
        document.styles[f"Heading {level}" if level else "Title"].font.color.rgb = TEAL


def _sheet(document: Document, sheet: Sheet) -> None:
    document.add_heading(sheet.title, 1).paragraph_format.page_break_before = True
    document.add_paragraph(sheet.question)
    document.add_paragraph().add_run(f"{sheet.latest}. {sheet.standing}.").bold = True
    for label, words in sheet.facts:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(words)
    if sheet.picture is not None:
        _picture(document, sheet.picture)
    if sheet.points:
        document.add_heading("Key points", 2)
    for point in sheet.points:
        document.add_paragraph(point, style="List Bullet")
    for title, said in sheet.commentary:
        document.add_heading(title, 2)
        for words in said:
            document.add_paragraph(words)
    if sheet.table is not None:
        document.add_heading("Figures", 2)
        _table(document, sheet.table, (WIDTH.cm / len(sheet.table.header),) * len(sheet.table.header))
    note = document.add_paragraph()
    note.add_run(sheet.source).font.size = Pt(9)


def _picture(document: Document, picture: Picture) -> None:
    document.add_picture(io.BytesIO(picture.png), width=WIDTH)
    shown = document.inline_shapes[-1]._inline.docPr
    shown.set("descr", picture.description)
    shown.set("title", picture.title)


def _table(document: Document, grid: Grid, widths: Sequence[float]) -> None:
    table = document.add_table(rows=1, cols=len(grid.header), style="Table Grid")
    table.autofit = False
    _described(table, grid.title)
    for cell, words in zip(table.rows[0].cells, grid.header, strict=True):
        cell.text = ""
        cell.paragraphs[0].add_run(words).bold = True
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in grid.rows:
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        whole = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(whole)
        for across, (cell, width) in enumerate(zip(row.cells, widths, strict=True)):
            cell.width = Cm(width)
            for paragraph in cell.paragraphs:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if across in grid.numbers else WD_ALIGN_PARAGRAPH.LEFT
                paragraph.paragraph_format.space_after = Pt(2)
                for run in paragraph.runs:
                    run.font.size = Pt(9.5)


def _described(table: Table, title: str) -> None:
    for name, words in (("w:tblCaption", title), ("w:tblDescription", f"{title}. The first row is the header.")):
        element = OxmlElement(name)
        element.set(qn("w:val"), words)
        table._tbl.tblPr.append(element)
