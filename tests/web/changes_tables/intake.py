"""How to call each change of a workbook that comes in."""

from functools import partial

from django.core.files.uploadedfile import SimpleUploadedFile

from factories.people import UserFactory
from upstream_web.intake import changes
from upstream_web.intake.access import batch_for_reading
from upstream_web.intake.judged import Judged
from upstream_web.intake.models import Batch

ROWS = (Judged("plans", 2, "A1", "Sheds", "quarantined", reasons=("It has no area.",)),)


def batch() -> Batch:
    upload = SimpleUploadedFile("plans.csv", b"Ref,Title\n1,Sheds\n")
    return changes.keep_workbook(kind="plans", upload=upload, by=UserFactory())


def keep_workbook():
    by, upload = UserFactory(), SimpleUploadedFile("plans.csv", b"Ref,Title\n1,Sheds\n")
    return partial(changes.keep_workbook, kind="plans", upload=upload, by=by)


def map_columns():
    one = batch()
    given = {"sheets": {"plans": ""}, "columns": {"plans": {"ref": "Ref"}}, "save_as": "Hub"}
    return partial(changes.map_columns, batch=one, by=one.made_by, **given)


def hold_rows():
    one = batch()
    return partial(changes.hold_rows, batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})


def release_rows():
    one = batch()
    changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})
    return partial(changes.release_rows, batch=one, by=one.made_by)


def of_somebody_else():
    return partial(batch_for_reading, UserFactory(), "plans", batch().pk)


def held_already():
    one = batch()
    changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={})
    return partial(changes.hold_rows, batch=one, by=one.made_by, rows=ROWS, held={"a2": 8})


def mapped_too_late():
    one = held_already().keywords["batch"]
    return partial(changes.map_columns, batch=one, by=one.made_by, sheets={}, columns={})


def not_held():
    one = batch()
    return partial(changes.release_rows, batch=one, by=one.made_by)


def a_page():
    upload = SimpleUploadedFile("plans.html", b"<p>")
    return partial(changes.keep_workbook, kind="plans", upload=upload, by=UserFactory())


CALLS = {call.__name__: call for call in (keep_workbook, map_columns, hold_rows, release_rows)}
WRITES = {
    "hold_rows": ("workbook.brought_in",),
    "keep_workbook": (
        "file.added",
        "workbook.uploaded",
    ),
    "map_columns": ("workbook.mapped",),
    "release_rows": ("workbook.undone",),
}
REFUSED = {
    "keep_workbook": (a_page,),
    "map_columns": (of_somebody_else, mapped_too_late),
    "hold_rows": (of_somebody_else, held_already),
    "release_rows": (of_somebody_else, not_held),
}
NO_PERSON_ASKS = {}
