"""How a file reaches a browser: always as a download, never as a page."""

from django.http import FileResponse

from upstream_web.files.models import StoredFile


def as_download(file: StoredFile) -> FileResponse:
    """The file, to be saved; whoever calls this has decided that the person may read it."""
    answer = FileResponse(file.content.open("rb"), as_attachment=True, filename=file.name, content_type=file.kind)
    answer["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
