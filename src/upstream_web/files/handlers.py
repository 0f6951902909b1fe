"""While an upload comes in: no more of it is kept than may be."""

import io
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import TemporaryFileUploadHandler


class UpToTheLimit(TemporaryFileUploadHandler):
    """A large file goes to disk; once it is larger than may be, the rest is let go and what was kept is removed.

    The form gets an empty file with the size that was sent, and says how large it was.
    """

    too_large = False

    def new_file(self, *arguments: Any, **options: Any) -> None:
        super().new_file(*arguments, **options)
        self.too_large = False

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep a chunk, or let it go."""
        if self.too_large:
            return
        if start + len(raw_data) > settings.UPLOAD_MAX_BYTES:
            self.too_large = True
            self.file.close()  # which removes it
            return
        super().receive_data_chunk(raw_data, start)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The file, or an empty one in its place."""
        if self.too_large:
            return UploadedFile(io.BytesIO(), self.file_name, self.content_type, file_size)
        return super().file_complete(file_size)
