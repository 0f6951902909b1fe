"""TOML that people write (settings, mappings, definitions, relations): read in bounded time, or refused by its line."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

LARGEST: Final = 1_000_000
"""Bytes. The longest file of ours has fewer than 60,000; reading takes seconds beyond this."""

MOST_DOTS: Final = 500
"""Dots in a line: the time that a key takes grows with the square of its parts."""


class NotToml(ValueError):
    """Why a file cannot be read as TOML, as part of a sentence, and the line it was found on."""

    def __init__(self, reason: str, line: int = 1) -> None:
        self.reason = reason
        self.line = line
        super().__init__(reason)


def parse(content: bytes) -> tuple[str, dict[str, Any]]:
    """The text and the fields of a file; a byte order mark, as some editors write, is not part of it.

    Raises
    ------
    NotToml
        It is too large, not UTF-8, not TOML, nested too deep, or has a number that no computer needs.
    """
    if len(content) > LARGEST:
        raise NotToml(f"too large: {len(content):,} bytes, and at most {LARGEST:,} are read")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotToml(f"not UTF-8: {error.reason} at byte {error.start}") from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.count(".") > MOST_DOTS:
            raise NotToml(f"not TOML that can be read: a line has more than {MOST_DOTS} dots", number)
    try:
        return text, tomllib.loads(text)
    except RecursionError:
        raise NotToml("nested too deep to be read") from None
    except ValueError as error:  # TOMLDecodeError is one, and so is a number of thousands of digits
        at = re.search(r"at line (\d+)", str(error))
        raise NotToml(f"not TOML: {error}", int(at[1]) if at else 1) from None
