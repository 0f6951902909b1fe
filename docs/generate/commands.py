"""docs/reference/commands.md, from the commands themselves."""

from __future__ import annotations

import click

from upstream.cli.main import upstream


def _walk(command: click.Command, path: tuple[str, ...]) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, command)]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            if child is not None and not child.hidden:
                found += _walk(child, (*path, name))
    return found


def _help(path: tuple[str, ...], command: click.Command) -> str:
    context: click.Context | None = None
    for name in path:
        context = click.Context(click.Command(name), info_name=name, parent=context)
    shown = click.Context(command, info_name=path[-1], parent=context.parent if context else None, terminal_width=100)
    return command.get_help(shown)


def render() -> str:
    """The page as Markdown."""
    lines = [
        "# Commands",
        "",
        "<!-- made by docs/generate; do not edit -->",
        "",
        "Every command ends with exit code 0 when it did what was asked, 1 on a failure or (for checks) on findings,",
        "2 on bad input, 3 when what was asked for is not held, 4 when it is refused, 5 on a conflict with somebody",
        "else's change.",
    ]
    for path, command in _walk(upstream, ("upstream",)):
        lines += ["", f"## `{' '.join(path)}`", "", "```text", _help(path, command), "```"]
    return "\n".join(lines) + "\n"
