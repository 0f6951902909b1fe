"""What every area that takes a workbook in shares: reading, columns, days, batches, quarantine."""

import csv
import datetime
import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from factories.people import UserFactory
from factories.workbooks import HEADERS, plan_row, workbook
from upstream_web.intake import changes
from upstream_web.intake.access import batch_for_reading
from upstream_web.intake.engine import MOST_ROWS, read, sheet_names
from upstream_web.intake.judged import Judged, counted
from upstream_web.intake.mapping import Field, Part, best_sheet, fit, guessed
from upstream_web.intake.models import Batch, Row
from upstream_web.intake.presenters import quarantine_as_csv
from upstream_web.intake.values import day

PART = Part(
    "plans",
    "Plans",
    ("plan",),
    (
        Field("ref", "Reference", ("ref",), needed=True),
        Field("title", "Title", ("problem",)),
        Field("by", "By", ("due date",)),
    ),
)


@pytest.mark.parametrize(
    "text",
    [
        "27/03/2026",
        "27.3.2026",
        "2026-03-27",
        "2026-03-27 00:00:00",
        "27 March 2026",
        "27th March 2026",
        "27-Mar-26",
        "46108",
    ],
)
def test_a_day_is_read_as_people_in_britain_write_it(text: str) -> None:
    assert day(text) == datetime.date(2026, 3, 27)


@pytest.mark.parametrize("text", ["31/02/2026", "03/27/2026", "soon", "5", "2026-13-01"])
def test_what_is_not_a_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a day|out of range|must be in"):
        day(text)


def test_columns_are_guessed_from_their_words_and_none_is_taken_twice() -> None:
    headers = ("PSP Ref", "Problem", "Title", "Action due date")
    assert guessed(PART, headers) == {"ref": "PSP Ref", "title": "Title", "by": "Action due date"}
    assert best_sheet(PART, {"Notes": ("a", "b"), "Sheet2": headers}) == "Sheet2"
    assert best_sheet(PART, {"Notes": headers, "Old plans": ("a",)}) == "Old plans"


def test_a_saved_mapping_fits_only_where_all_its_columns_are() -> None:
    assert fit(PART, {"ref": "A"}, ("A", "B")) == {"ref": "A"}
    assert fit(PART, {"ref": "A", "title": "C"}, ("A", "B")) is None
    assert fit(PART, {}, ("A", "B")) is None


def test_every_row_is_read_below_titles_whatever_the_headers_are_called() -> None:
    rows = [["Register of plans"], [], ["Our number", "Was", "Was"], *([n, "a", "b"] for n in range(1, 61))]
    file = ContentFile(workbook(Register=rows))
    assert sheet_names(file, "a.xlsx") == ("Register",)
    sheet = read(file, "a.xlsx", "Register", {"Our number"})
    assert sheet.headers == ("Our number", "Was", "Was (3)")
    assert len(sheet.rows) == 60
    assert sheet.rows[0].cells == {"Our number": "1", "Was": "a", "Was (3)": "b"}
    assert sheet.rows[-1].number == 63


def test_a_line_of_a_csv_file_that_cannot_be_split_is_a_row_with_its_reason() -> None:
    file = ContentFile(b'Ref,Title\n1,Sheds\n2,"Open quotation\n3,Bikes, and more\n4,Shops\n')
    sheet = read(file, "a.csv", "", {"Ref"})
    assert [(row.number, bool(row.broken)) for row in sheet.rows] == [(2, False), (3, True), (4, True), (5, False)]


def test_more_rows_than_a_person_can_check_are_refused() -> None:
    file = ContentFile(b"Ref\n" + b"".join(b"%d\n" % n for n in range(MOST_ROWS + 1)))
    with pytest.raises(ValidationError, match="Split it"):
        read(file, "a.csv", "", {"Ref"})


def test_what_is_no_workbook_is_refused_in_words() -> None:
    with pytest.raises(ValidationError, match="not an Excel workbook"):
        sheet_names(ContentFile(b"PK\x03\x04 nonsense"), "a.xlsx")


def batch(by=None) -> Batch:
    upload = SimpleUploadedFile("plans.xlsx", workbook(Plans=[HEADERS, plan_row(1)]))
    return changes.keep_workbook(kind="plans", upload=upload, by=by or UserFactory())


ROWS = [
    Judged("plans", 2, "A1", "Sheds", "accepted"),
    Judged(
        "plans", 3, "A2", "Bikes", "quarantined", reasons=("It has no area.",), cells={"Title": "=2+5", "Ref": "A2"}
    ),
    Judged("plans", 4, "A3", "Shops", "already_held"),
]


@pytest.mark.django_db
def test_rows_read_are_the_sum_of_what_became_of_them() -> None:
    one = batch()
    done = changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})
    assert (done.rows_read, done.accepted, done.quarantined, done.already_held) == (3, 1, 1, 1)
    assert counted(ROWS).rows_read == done.rows.count() == 3
    assert {row.fate: row.cells for row in done.rows.all()} == {
        "accepted": [], "quarantined": [["Title", "=2+5"], ["Ref", "A2"]], "already_held": [],
    }  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Batch.objects.filter(pk=one.pk).update(accepted=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Row.objects.filter(fate="quarantined").update(reasons=[])


@pytest.mark.django_db
def test_a_batch_comes_in_once_and_is_undone_once() -> None:
    one = batch()
    with pytest.raises(ValidationError, match="nothing to undo"):
        changes.release_rows(batch=one, by=one.made_by)
    changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={"a1": 7})
    with pytest.raises(ValidationError, match="brought in already"):
        changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={})
    with pytest.raises(IntegrityError), transaction.atomic():
        changes.hold_rows(batch=batch(), by=one.made_by, rows=ROWS, held={"a1": 8})
    changes.release_rows(batch=one, by=one.made_by)
    with pytest.raises(ValidationError, match="nothing to undo"):
        changes.release_rows(batch=one, by=one.made_by)
    changes.hold_rows(batch=batch(), by=one.made_by, rows=ROWS, held={"a1": 8})


@pytest.mark.django_db
def test_the_quarantine_that_is_downloaded_runs_nothing() -> None:
    one = batch()
    done = changes.hold_rows(batch=one, by=one.made_by, rows=ROWS, held={})
    rows = list(csv.reader(io.StringIO(quarantine_as_csv(done.rows.filter(fate="quarantined")))))
    assert rows == [["part", "row", "why", "Title", "Ref"], ["plans", "3", "It has no area.", "'=2+5", "A2"]]


@pytest.mark.django_db
def test_a_batch_is_open_to_whoever_uploaded_it_only() -> None:
    one = batch()
    assert batch_for_reading(one.made_by, "plans", one.pk) == one
    for user, kind in ((UserFactory(), "plans"), (one.made_by, "people")):
        with pytest.raises(Http404):
            batch_for_reading(user, kind, one.pk)


@pytest.mark.django_db
def test_columns_kept_under_a_name_are_replaced_by_the_next_of_that_name() -> None:
    one = batch()
    for header in ("A", "B"):
        changes.map_columns(
            batch=one, by=one.made_by, sheets={"plans": "Plans"}, columns={"plans": {"ref": header}}, save_as="Hub"
        )
    one.refresh_from_db()
    assert one.columns == {"plans": {"ref": "B"}}
    assert one.made_at <= timezone.now()
