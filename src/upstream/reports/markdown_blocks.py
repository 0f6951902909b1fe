"""A little Markdown as blocks: paragraphs, lists, bold words, links; nothing else.

The words are users' own, so they are only ever text: HTML is not read, pictures, headings and code are refused.
"""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.token import Token

from upstream.reports.document import Bullets, Link, Paragraph, Run, Runs, Text


class MarkdownBlocks:
    """Walks Markdown into blocks; ``problem`` and ``words`` are for whoever reads more strictly."""

    def __init__(self) -> None:
        self.markdown = MarkdownIt("commonmark", {"html": False})

    def problem(self, line: int, words: str) -> None:
        """Something that may not stand here; a reviewed file's is simply left out."""

    def words(self, words: str, bold: bool, line: int) -> list[Run]:
        """Plain words of a line."""
        return [Text(words, bold)]

    def linked(self, words: str, link: Token, line: int) -> list[Run]:
        """Words of a link."""
        return [Link(words, str(link.attrs.get("href", "")))]

    def blocks(self, body: str, first_line: int = 1) -> tuple[Paragraph | Bullets, ...]:
        """Paragraphs and lists, in order; a list inside a list is flattened."""
        blocks: list[Paragraph | Bullets] = []
        items: list[Runs] | None = None
        for token in self.markdown.parse(body):
            line = first_line + (token.map[0] if token.map else 0)
            if token.type in ("bullet_list_open", "ordered_list_open") and items is None:
                items = []
            elif token.type in ("bullet_list_close", "ordered_list_close") and items is not None and token.level == 0:
                blocks.append(Bullets(tuple(items)))
                items = None
            elif token.type == "inline":
                runs = self._runs(token, line)
                if items is None:
                    blocks.append(Paragraph(runs))
                else:
                    items.append(runs)
            elif token.type in ("fence", "code_block", "heading_open", "html_block"):
                self.problem(line, "only paragraphs, lists, bold words and links are allowed.")
        return tuple(blocks)

    def _runs(self, token: Token, line: int) -> Runs:
        out: list[Run] = []
        bold, link = False, None
        for child in token.children or ():
            if child.type in ("softbreak", "hardbreak"):
                line += 1
                out.append(Text(" "))
            elif child.type in ("strong_open", "strong_close"):
                bold = child.type == "strong_open"
            elif child.type in ("link_open", "link_close"):
                link = child if child.type == "link_open" else None
            elif child.type in ("text", "code_inline"):
                out += self.linked(child.content, link, line) if link else self.words(child.content, bold, line)
            elif child.type == "image":
                self.problem(line, "pictures are not allowed.")
        return tuple(out)


def reviewed_blocks(text: str) -> tuple[Paragraph | Bullets, ...]:
    """Markdown of a reviewed definition file: its numbers were reviewed with it."""
    return MarkdownBlocks().blocks(text)
