"""A file as an answer."""

from collections.abc import Iterable

from django.http import HttpResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

KINDS = {
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "pdf": "application/pdf",
    "txt": "text/plain; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""What a file is, by the ending of its name."""


def file_to_save(content: bytes | str, name: str) -> HttpResponse:
    """A file to be saved under a name, whose ending says what it is."""
    return HttpResponse(content, content_type=_kind(name), headers=_saved_as(name))


def file_to_stream(parts: Iterable[str], name: str) -> StreamingHttpResponse:
    """The same of a long file, sent as it is made, so that none is ever held whole."""
    return StreamingHttpResponse(parts, content_type=_kind(name), headers=_saved_as(name))


def _kind(name: str) -> str:
    return KINDS[name.rpartition(".")[2]]


def _saved_as(name: str) -> dict[str, str | None]:
    return {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name)}
