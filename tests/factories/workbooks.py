"""Workbooks such as a hub keeps its plans in today, for tests."""

import io
from collections.abc import Sequence

import openpyxl

HEADERS = (
    "PSP Ref", "Problem", "LPA", "Location", "Offence type", "OIC", "Team", "Status", "RAG", "Date opened",
    "Review date", "Aims",
)  # fmt: skip
ACTION_HEADERS = ("PSP Ref", "Task", "Who", "Agency", "Due date", "Status", "Date completed")


def plan_row(number: int, **cells: object) -> list[object]:
    """A plan as a row; what is given stands in place of the usual cell."""
    usual: dict[str, object] = {
        "PSP Ref": f"OLD/{number:04d}",
        "Problem": f"Burglary of sheds, allotment {number}",
        "LPA": "North",
        "Location": f"{number} Mill Lane",
        "Offence type": "Burglary",
        "OIC": "officer@force.example",
        "Team": "",
        "Status": "Open",
        "RAG": ("Red", "Amber", "Green")[number % 3],
        "Date opened": "14/03/2025",
        "Review date": "2026-12-01",
        "Aims": "Fewer sheds broken into",
    }
    return list((usual | cells).values())


def action_row(number: int, **cells: object) -> list[object]:
    """An action as a row."""
    usual: dict[str, object] = {
        "PSP Ref": f"OLD/{number:04d}",
        "Task": "Mark tools",
        "Who": "officer@force.example",
        "Agency": "",
        "Due date": "30/04/2026",
        "Status": "Outstanding",
        "Date completed": "",
    }
    return list((usual | cells).values())


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of sheets, each its rows with the headers first."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


BROKEN = (
    {"PSP Ref": ""},
    {"Problem": ""},
    {"LPA": "Narnia"},
    {"Date opened": "31/02/2025"},
    {"Status": "Closed"},
    {"Status": "On Mars"},
    {"Team": "A team that nobody knows"},
    {"Review date": "01/01/2020"},
    {"Problem": "x" * 161},
)
"""Nine ways in which a row of the spreadsheet is not right."""


def hub_workbook(area: str = "North", owner: str = "officer@force.example") -> bytes:
    """146 plans with two actions each, and nine rows that cannot come in."""
    ours = {"LPA": area, "OIC": owner}
    plans = [plan_row(number, **ours) for number in range(1, 147)]
    plans += [plan_row(number, **ours | cells) for number, cells in enumerate(BROKEN, 147)]
    tasks = ("Mark tools", "Visit the site")
    actions = [action_row(number, Task=task, Who=owner) for number in range(1, 147) for task in tasks]
    return workbook(Plans=[HEADERS, *plans], Actions=[ACTION_HEADERS, *actions])
