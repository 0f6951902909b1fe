"""docs/reference/tables.md, from the contracts and code lists."""

from __future__ import annotations

from upstream.records.contract import Column, Contract, RowCheck, code_list, code_list_names, contracts

REGIMES = {
    "dpa-2018-part-3": "Data Protection Act 2018, Part 3 (law enforcement)",
    "uk-gdpr": "UK GDPR",
    "none": "not about identifiable people",
}


def render() -> str:
    """The page as Markdown."""
    held = contracts()
    lines = [
        "# Tables",
        "",
        "<!-- made by docs/generate; do not edit -->",
        "",
        "What each table of records holds, and why. A column that is not needed may be left out of a file. Force",
        "tables are filled as in [Add force tables](../how-to/add-force-tables.md); the others from police.uk files.",
        "",
        "| table | holds | key | days or months by |",
        "|---|---|---|---|",
    ]
    for contract in held:
        key = ", ".join(contract.key) or "none"
        lines.append(f"| [{contract.table}](#{contract.table}) | {contract.title} | {key} | {contract.event_date} |")
    for contract in held:
        lines += ["", *_table(contract)]
    lines += ["", "## Code lists", "", "A code that is not in its list is kept and reported, never dropped."]
    for name in code_list_names():
        lines += ["", *_codes(name)]
    return "\n".join(lines) + "\n"


def _table(contract: Contract) -> list[str]:
    kept = f"{contract.retention_years} years" if contract.retention_years else "no limit"
    lines = [
        f"## {contract.table}",
        "",
        f"{contract.title}. {contract.description}",
        "",
        f"Held under: {REGIMES[contract.regime]}. Purpose: {contract.purpose}.",
        f"Kept: {kept} ({contract.retention_reason}).",
        *([f"Agreed with the partner: {contract.agreement}."] if contract.agreement else []),
        *([f"A file holds the whole of one {', '.join(contract.replaces)}."] if contract.replaces else []),
        "",
        "| column | kind | needed | meaning | values |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {column.name} | {_kind(column)} | {_needed(column)} | {column.meaning} | {_values(column)} |"
        for column in contract.columns
    ]
    if contract.checks:
        lines += ["", "Checked across columns:", ""]
        lines += [f"- {_check(check)}" for check in contract.checks]
    return lines


def _kind(column: Column) -> str:
    kind = column.type + (f" ({column.unit})" if column.unit else "")
    return kind + (", personal" if column.personal else "")


def _needed(column: Column) -> str:
    if column.derived:
        return f"no: {column.derived}"
    if column.default is not None:
        return f"no: blank is {column.default}"
    mark = f" ({column.standard})" if column.standard else ""
    return ("yes" if column.required else "no") + mark


def _values(column: Column) -> str:
    if column.allowed:
        return ", ".join(column.allowed)
    if column.code_list:
        return f"[{column.code_list}](#{column.code_list})"
    bounds = (("from", column.minimum), ("to", column.maximum))
    return " ".join(f"{word} {value:g}" for word, value in bounds if value is not None)


def _check(check: RowCheck) -> str:
    fate = "the row is set aside" if check.severity == "quarantine" else "the row is kept and counted in a warning"
    return f"{', '.join(check.columns)}: {check.sentence}; {fate}."


def _codes(name: str) -> list[str]:
    codes = code_list(name)
    lines = [f"### {name}", ""]
    if codes is None or not codes.codes:
        return [*lines, "The force's own, from `upstream.toml`."]
    lines += [f"{codes.title}.", "", "| code | meaning |", "|---|---|"]
    return lines + [f"| {code} | {meaning} |" for code, meaning in codes.codes.items()]
