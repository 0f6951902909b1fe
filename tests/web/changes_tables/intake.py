"""How to call each change of a workbook that comes in."""

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.people import UserFactory
from upstream_web.intake import changes
from upstream_web.intake.judged import Judged
from upstream_web.intake.models import Batch

ROWS = (Judged("plans", 2, "A1", "Sheds", "quarantined", reasons=("It has no area.",)),)


def batch() -> Batch:
    upload = SimpleUploadedFile("plans.csv", b"Ref,Title\n1,Sheds\n")
    return changes.keep_workbook(kind="plans", upload=upload, by=UserFactory())


def keep_workbook():
    by, upload = UserFactory(), SimpleUploadedFile("plans.csv", b"Ref,Title\n1,Sheds\n")
    return lambda: changes.keep_workbook(kind="plans", upload=upload, by=by)


def map_columns():
    one = batch()
    given = {"sheets": {"plans": ""}, "columns": {"plans": {"ref": "Ref"}}, "save_as": "Hub"}
    return lambda: changes.map_columns(batch=one, by=one.made_by, **given)


def hold_rows():
    one = batch()
    return lambda: changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})


def release_rows():
    one = batch()
    changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})
    return lambda: changes.release_rows(batch=one, by=one.made_by)


CALLS = {call.__name__: call for call in (keep_workbook, map_columns, hold_rows, release_rows)}
