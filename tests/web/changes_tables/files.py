"""How to call each change of files: parts of the changes of whatever owns them, whose doors say who may."""

from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.people import UserFactory
from factories.problems import PlanFactory
from upstream_web.files import changes
from upstream_web.files.models import StoredFile


def upload(name: str = "a.txt", content: bytes = b"words") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def kept() -> StoredFile:
    return changes.keep_file(upload=upload(), owner=PlanFactory(), by=UserFactory())


def keep_file():
    return partial(changes.keep_file, upload=upload(), owner=PlanFactory(), by=UserFactory())


def remove_file():
    return partial(changes.remove_file, file=kept(), owner=PlanFactory(), by=UserFactory())


def a_program():
    return partial(changes.keep_file, upload=upload("a.exe", b"MZ"), owner=PlanFactory(), by=UserFactory())


CALLS = {"keep_file": keep_file, "remove_file": remove_file}
WRITES = {"keep_file": ("file.added",), "remove_file": ("file.removed",)}
REFUSED = {"keep_file": (a_program,)}
NO_PERSON_ASKS = {"remove_file": "no page does it yet"}
