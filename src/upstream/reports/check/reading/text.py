"""Plain text and Markdown: headings, pipe tables, tab-separated tables, bullets and paragraphs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from upstream.reports.check.numbers import parse_value, tidy
from upstream.reports.check.reading.model import Pages

_BULLET = re.compile(r"^(\s*)(?:[-*+•▪◦●○‣·◆■–]|\d{1,2}[.)]|[a-z]\))\s+(.*)$")
_NUMBERED = re.compile(r"^\d+(?:\.\d+)+\.?\s+\S|^\d+\.\s+[A-Z]")
_SENTENCE_END = re.compile(
    r"(?<=[a-z0-9)%”\"'])(?<!\bvs)(?<!\bNo)(?<!\bapprox)(?<!\be\.g)(?<!\bi\.e)(?<!\bexc)"
    r"(?<!\bInc)(?<!\bMisc)(?<!\bp)(?<!\bpp)(?<!\bpara)(?<!\bfig)(?<!\bcf)(?<!\bst)(?<!\bref)"
    r"\.\s+(?=[\"“(]?[A-Z])|"
    # a number may begin a sentence, but not after an abbreviation or the number of a list
    r"(?<=[a-z0-9)%][a-z0-9)%])(?<!\bvs)(?<!\bno)(?<!\bpp)(?<!\bpara)(?<!\bfig)(?<!\bref)(?<!\bart)"
    r"\.\s+(?=\d[\d,./-]*%? [A-Za-z(])|"
    r"(?<=[!?])\s+(?=[A-Z])"
)
_PIPES = re.compile(r"^\s*\|?.*\|.*$")
_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_COLUMNS = re.compile(r"\s{2,}")
_HEADING_WORDS = 16
_CAPTION = re.compile(r"(?:table|figure|chart|exhibit)\s+\w", re.IGNORECASE)
# the level of a heading that only its being a short line by itself makes one
_IMPLIED = 5
# "Table 4" and its title on the next line
_CAPTION_LINES = 2


def split_sentences(text: str) -> list[str]:
    """Sentences of a paragraph."""
    return [part.strip() for part in _SENTENCE_END.split(tidy(text)) if part.strip()]


@dataclass(slots=True)
class _Reader:
    pages: Pages
    markdown: bool
    headings: list[tuple[int, str]] = field(default_factory=list)
    paragraph: list[tuple[int, str]] = field(default_factory=list)
    leads: list[tuple[int, str]] = field(default_factory=list)

    @property
    def section(self) -> tuple[str, ...]:
        return tuple(text for _, text in self.headings)

    def heading(self, level: int, text: str) -> None:
        self.flush()
        self.leads = []
        self.headings = [(n, t) for n, t in self.headings if n < level] + [(level, tidy(text).strip("# ").strip())]

    def flush(self) -> None:
        """End the paragraph: a short line without a full stop is a heading, the rest are sentences."""
        if not self.paragraph:
            return
        line, text = self.paragraph[0][0], " ".join(t for _, t in self.paragraph)
        short_lines = all(
            len(t.split()) <= _HEADING_WORDS and not t.rstrip().endswith((".", ";", ",")) for _, t in self.paragraph
        )
        numbered = short_lines and any(_NUMBERED.match(t) for _, t in self.paragraph) and len(self.paragraph) <= 3
        self.paragraph = []
        plain = tidy(text)
        if numbered:
            self.headings = [(n, t) for n, t in self.headings if n < 2] + [(2, plain)]
            self.pages.add_sentence(plain, line, self.section)
            self.pages.end_block(plain)
            return
        short = len(plain.split()) <= _HEADING_WORDS and not re.search(r"[.;,:!]$", plain)
        if short and not (re.search(r"\d", plain) and re.search(r"[a-z] \d|%", plain) and len(plain.split()) > 8):
            self.headings = [(n, t) for n, t in self.headings if n < _IMPLIED] + [(_IMPLIED, plain)]
        for sentence in split_sentences(plain):
            self.pages.add_sentence(sentence, line, self.section)
        self.leads = [(-1, plain)] if plain.endswith(":") else []
        self.pages.end_block(plain.strip("* "))

    def bullet(self, line: int, indent: int, text: str) -> None:
        self.flush()
        plain = tidy(text)
        self.leads = [(n, t) for n, t in self.leads if n < indent]
        lead = self.leads[-1][1] if self.leads else ""
        for sentence in split_sentences(plain):
            self.pages.add_sentence(sentence, line, self.section, lead)
        if plain.endswith(":"):
            self.leads.append((indent, plain))


def _cells_of_pipe(line: str) -> list[str]:
    body = line.strip()
    body = body[1:] if body.startswith("|") else body
    body = body[:-1] if body.endswith("|") and not body.endswith("\\|") else body
    return [tidy(cell.replace("\\|", "|")) for cell in re.split(r"(?<!\\)\|", body)]


def _cells_of_tabs(line: str) -> list[str]:
    return [tidy(re.sub(r"<[^<>]{1,60}>", " ", cell)) for cell in line.split("\t")]


def _aligned_block(lines: list[str], start: int) -> int:
    """End of a table aligned with spaces that starts at ``start``; ``start`` when there is none.

    At least three lines, each of the same number of pieces with two or more spaces between them, most with numbers.
    """
    end, width = start, 0
    numeric = 0
    while end < len(lines) and lines[end].strip() and "\t" not in lines[end]:
        pieces = _COLUMNS.split(lines[end].strip())
        if len(pieces) < 2 or (width and abs(len(pieces) - width) > 1):
            break
        width = max(width, len(pieces))
        numeric += sum(parse_value(piece) is not None for piece in pieces[1:]) >= 1
        end += 1
    return end if end - start >= 3 and numeric >= 2 else start


def _title_before(reader: _Reader) -> str:
    """The paragraph directly above a table is its title when it is short, and so is one with a blank line between."""
    lines = [text for _, text in reader.paragraph]
    if not lines:
        return reader.pages.title_above()
    joined = tidy(" ".join(lines)).strip("#: ")
    numbered = len(lines) == _CAPTION_LINES and _CAPTION.match(joined)
    return joined if (len(lines) == 1 or numbered) and len(joined.split()) <= 2 * _HEADING_WORDS else ""


_PAGE = re.compile(r"\s*(?:page )?\d{1,3}(?: of \d{1,3})?\s*", re.IGNORECASE)


def _without_page_breaks(lines: list[str]) -> list[str]:
    """Lines with page numbers blanked, and the running title beside each: neither is text nor the title of a table."""
    kept = list(lines)
    filled = [n for n, line in enumerate(lines) if line.strip()]
    first = lines[filled[0]].strip("# ") if filled else ""
    times = Counter(line.strip() for line in lines)
    for at, n in enumerate(filled):
        alone = (n == 0 or not lines[n - 1].strip()) and (n + 1 == len(lines) or not lines[n + 1].strip())
        if not alone or not _PAGE.fullmatch(lines[n]):
            continue
        kept[n] = ""
        for m in filled[max(at - 1, 0) : at] + filled[at + 1 : at + 2]:
            running = lines[m].strip()
            words = len(running.split())
            if 2 <= words <= _HEADING_WORDS and running != first and (times[running] > 1 or running in first):
                kept[m] = ""
    return kept


def read_text(text: str, file: str, *, markdown: bool) -> Pages:
    """Read plain text or Markdown; a table may stand anywhere in it."""
    reader = _Reader(Pages(file), markdown)
    lines = _without_page_breaks(text.splitlines())
    at = 0
    while at < len(lines):
        at = _read_block(reader, lines, at)
    reader.flush()
    return reader.pages


def _read_block(reader: _Reader, lines: list[str], at: int) -> int:
    line = lines[at]
    if not line.strip():
        reader.flush()
        return at + 1
    if "\t" in line.strip("\n") and line.strip():
        return _read_table(reader, lines, at, lambda text: "\t" in text, _cells_of_tabs)
    if line.count("|") >= 2 or (
        _PIPES.match(line) and at + 1 < len(lines) and _RULE.match(lines[at + 1]) and "|" in lines[at + 1]
    ):
        return _read_table(reader, lines, at, lambda text: "|" in text, _cells_of_pipe)
    if (end := _aligned_block(lines, at)) > at:
        title = _title_before(reader)
        reader.flush()
        rows = [[tidy(piece) for piece in _aligned_cells(lines[n])] for n in range(at, end)]
        reader.pages.add_table(rows, list(range(at + 1, end + 1)), title=title, section=reader.section)
        return end
    if match := re.match(r"^(#{1,6})\s+(.*)$", line):
        reader.heading(len(match[1]), match[2])
        reader.pages.add_sentence(tidy(match[2]), at + 1, reader.section)
        reader.pages.end_block(tidy(match[2]).strip("# "), heading=True)
        return at + 1
    if at + 1 < len(lines) and re.fullmatch(r"\s*(=+|-{3,})\s*", lines[at + 1]) and not reader.paragraph:
        reader.heading(1 if "=" in lines[at + 1] else 2, line)
        reader.pages.add_sentence(tidy(line), at + 1, reader.section)
        return at + 2
    if (match := _BULLET.match(line)) and not _NUMBERED.match(line.strip()):
        body, end = [match[2]], at + 1
        while (
            end < len(lines)
            and re.match(r"^\s+\S", lines[end])
            and not _BULLET.match(lines[end])
            and "\t" not in lines[end]
        ):
            body.append(lines[end].strip())
            end += 1
        reader.bullet(at + 1, len(match[1]), " ".join(body))
        return end
    reader.paragraph.append((at + 1, line.strip()))
    return at + 1


def _aligned_cells(line: str) -> list[str]:
    pieces = _COLUMNS.split(line.strip())
    return ["", *pieces] if re.match(r"\s{6,}", line) else pieces


def _read_table(
    reader: _Reader,
    lines: list[str],
    at: int,
    belongs: Callable[[str], bool],
    cells_of: Callable[[str], list[str]],
) -> int:
    title = _title_before(reader)
    reader.flush()
    rows: list[list[str]] = []
    numbers: list[int] = []
    header_rows: int | None = None
    while at < len(lines) and lines[at].strip() and belongs(lines[at]):
        if _RULE.match(lines[at]) and "|" in lines[at]:
            header_rows = len(rows)
        else:
            rows.append(cells_of(lines[at]))
            numbers.append(at + 1)
        at += 1
    reader.pages.add_table(rows, numbers, title=title, section=reader.section, header_rows=header_rows)
    return at
