"""The description of the API as a page shows it."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter of an operation, or a field of what is sent or answered."""

    name: str
    kind: str
    needed: bool
    words: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program can ask.

    key : anchor on the page
    fields, body, answer : parameters, fields of what is sent, fields of what comes back
    """

    key: str
    method: str
    path: str
    title: str
    words: str
    fields: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: tuple[Field, ...]


def operations(schema: dict[str, Any]) -> list[Operation]:
    """Every operation of an OpenAPI description, in its order."""
    return [
        _operation(schema, path, method, told)
        for path, methods in schema["paths"].items()
        for method, told in methods.items()
    ]


def _operation(schema: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Operation:
    parameters = tuple(
        Field(
            one["name"], _kind(schema, one["schema"]), one.get("required", False), one["schema"].get("description", "")
        )
        for one in told.get("parameters", [])
    )
    good = next(answer for status, answer in told["responses"].items() if str(status).startswith("2"))
    return Operation(
        told["operationId"],
        method.upper(),
        path,
        told.get("summary", ""),
        told.get("description", ""),
        parameters,
        _fields(schema, told.get("requestBody", {})),
        _fields(schema, good),
    )


def _fields(schema: dict[str, Any], content: dict[str, Any]) -> tuple[Field, ...]:
    of = _resolved(schema, content.get("content", {}).get("application/json", {}).get("schema", {}))
    if "rows" in of.get("properties", {}):
        of = _resolved(schema, of["properties"]["rows"]["items"])
    needed = set(of.get("required", ()))
    return tuple(
        Field(name, _kind(schema, one), name in needed, one.get("description", ""))
        for name, one in of.get("properties", {}).items()
    )


def _resolved(schema: dict[str, Any], of: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in of:
        return schema["components"]["schemas"][of["$ref"].rpartition("/")[2]]
    return of


def _kind(schema: dict[str, Any], of: dict[str, Any]) -> str:
    of = _resolved(schema, of)
    if "enum" in of:
        return " | ".join(str(one) for one in of["enum"])
    if "anyOf" in of:
        return " or ".join(_kind(schema, one) for one in of["anyOf"])
    if of.get("type") == "array":
        return f"list of {_kind(schema, of['items'])}"
    return str(of.get("format") or of.get("type", "any"))
