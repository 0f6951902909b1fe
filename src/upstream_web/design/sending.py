"""A file as an answer."""

from django.http import HttpResponse
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
    held = content_disposition_header(as_attachment=True, filename=name)
    return HttpResponse(content, content_type=KINDS[name.rpartition(".")[2]], headers={"Content-Disposition": held})
