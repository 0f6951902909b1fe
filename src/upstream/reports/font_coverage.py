"""Which characters the fonts of the PDF can show, and what is printed for the others.

PDF/UA forbids a character without a glyph, and Typst refuses the whole document for one. An area may be named in
another script and a comment may hold an emoji: such a character is printed as its code, ``[U+1F600]``, which can be
read and looked up; one that is only a wider or joined form of characters the fonts have is printed as those.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path
from typing import Final

FONTS: Final = Path(__file__).parent / "fonts"
MARKUP: Final = frozenset("<>&\"'\\")
"""Never made from another character: the text may stand in a drawing (SVG)."""

CONTROLS: Final = dict.fromkeys(number for number in (*range(0x20), *range(0x7F, 0xA0)) if chr(number) not in "\t\n\r")
"""Control characters, which no page shows: for ``str.translate``."""


@cache
def covered() -> frozenset[str]:
    """Characters that every one of the fonts has a glyph for, and the white space that needs none."""
    fonts = [_characters(path.read_bytes()) for path in sorted(FONTS.glob("*.otf"))]
    return frozenset.intersection(*fonts) | frozenset("\t\n\r ")


def _characters(font: bytes) -> frozenset[str]:
    """The characters in the ``cmap`` of an OpenType font (specification 1.9, "cmap": subtable formats 4 and 12)."""
    tables = (struct.unpack_from(">4sIII", font, 12 + 16 * n) for n in range(struct.unpack_from(">H", font, 4)[0]))
    start = next(offset for tag, _, offset, _ in tables if tag == b"cmap")
    found: set[int] = set()
    for n in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">HHI", font, start + 4 + 8 * n)[2]
        kind = struct.unpack_from(">H", font, at)[0]
        if kind == 12:
            for group in range(struct.unpack_from(">I", font, at + 12)[0]):
                first, last, _ = struct.unpack_from(">III", font, at + 16 + 12 * group)
                found.update(range(first, last + 1))
        elif kind == 4:
            count = struct.unpack_from(">H", font, at + 6)[0] // 2
            ends = struct.unpack_from(f">{count}H", font, at + 14)
            starts = struct.unpack_from(f">{count}H", font, at + 16 + 2 * count)
            for first, last in zip(starts, ends, strict=True):
                found.update(range(first, last + 1))
    return frozenset(chr(number) for number in found - {0xFFFF})


def replacements(text: str) -> dict[int, str | None]:
    """What to print for each character of ``text`` that has no glyph, for ``str.translate``; controls go."""
    return CONTROLS | {ord(char): _shown(char) for char in set(text) - covered() if ord(char) not in CONTROLS}


def _shown(char: str) -> str | None:
    category = unicodedata.category(char)
    if category == "Cf" or "\ufe00" <= char <= "\ufe0f":
        return None  # joiners, marks of direction and variation: nothing to see
    if category in ("Zl", "Zp"):
        return " "
    same = unicodedata.normalize("NFKC", char)
    plain = same != char and covered().issuperset(same) and MARKUP.isdisjoint(same)
    return same if plain else f"[U+{ord(char):04X}]"
