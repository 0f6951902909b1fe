"""Plans and their actions as a workbook: text as text, days as days, one table a sheet."""

import datetime
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from upstream_web.problems.models import Action, Plan
from upstream_web.problems.presenters import CSV_COLUMNS, plan_cells

ACTION_COLUMNS = (
    "plan ref", "action", "organisation", "owner", "due", "state", "done on", "what stands in the way", "marking",
)  # fmt: skip
DAYS = {"opened", "review due", "ended", "due", "done on"}
WIDEST = 50


def as_workbook(plans: Iterable[Plan], actions: Iterable[Action]) -> bytes:
    """The workbook."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _sheet(book, "Plans", CSV_COLUMNS, [plan_cells(plan) for plan in plans])
    _sheet(book, "Actions", ACTION_COLUMNS, [_action_cells(action) for action in actions])
    book.close()
    return stream.getvalue()


def _action_cells(action: Action) -> list[str]:
    owner = action.owner.name if action.owner else action.owner_name
    return [
        action.plan.ref, action.title, action.organisation.name, owner, action.due_on.isoformat(),
        action.get_state_display(), action.done_on.isoformat() if action.done_on else "", action.blocker,
        action.get_marking_display(),
    ]  # fmt: skip


def _sheet(book: xlsxwriter.Workbook, name: str, headers: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name)
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    for column, header in enumerate(headers):
        texts = [row[column] for row in rows]
        sheet.set_column(column, column, min(WIDEST, max(len(text) for text in (header, *texts)) + 2))
        sheet.write_string(0, column, header, bold)
        for number, text in enumerate(texts, 1):
            if header in DAYS and text:
                sheet.write_datetime(number, column, datetime.datetime.fromisoformat(text), day)
            else:
                sheet.write_string(number, column, text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(headers) - 1)
