"""Pseudonyms worked out inside DuckDB against the published vectors of HMAC-SHA256.

Source: RFC 4231, sections 4.2 (test case 1) and 4.7 (test case 6: a key longer than a block). Exact.
"""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.records.pseudonyms import fingerprint, pads, pseudonym, pseudonym_sql
from upstream.store.duckdb_session import duckdb_session


def in_duckdb(text: str | None, key: bytes) -> str | None:
    with duckdb_session([]) as connection:
        inner, outer = pads(key)
        row = connection.execute(
            f"SELECT {pseudonym_sql('$text::VARCHAR', '$inner::BLOB', '$outer::BLOB')}",
            {"text": text, "inner": inner, "outer": outer},
        ).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        (b"\x0b" * 20, "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"\xaa" * 131,
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ],
)
def test_published_vectors(key: bytes, text: str, expected: str) -> None:
    assert in_duckdb(text, key) == expected
    assert pseudonym(text, key) == expected


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), st.binary(min_size=16, max_size=150))
def test_as_the_standard_library_works_it_out(text: str, key: bytes) -> None:
    if "\0" not in text:
        assert in_duckdb(text, key) == hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def test_blank_stays_blank_and_keys_tell_apart() -> None:
    assert in_duckdb(None, b"k" * 16) is None
    assert fingerprint(b"k" * 16) != fingerprint(b"l" * 16)
    assert fingerprint(b"k" * 16) not in hmac.new(b"k" * 16, b"", hashlib.sha256).hexdigest()
