"""Every command explains itself, with an example, quickly."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import upstream.cli as upstream_cli
from upstream.cli.main import GROUPS, upstream


def commands() -> list[tuple[tuple[str, ...], click.Command]]:
    found: list[tuple[tuple[str, ...], click.Command]] = []

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        found.append((path, command))
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                child = command.get_command(context, name)
                assert child is not None
                walk(child, (*path, name))

    walk(upstream, ())
    return found


@pytest.mark.parametrize(
    ("path", "command"), commands(), ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_help_has_an_example(path: tuple[str, ...], command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name="upstream"))
    if not isinstance(command, click.Group) or not path:
        assert "Example" in text, f"upstream {' '.join(path)} --help has no example"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{' '.join(path)} {parameter.name} is not explained"


def test_help_loads_no_engine() -> None:
    code = (
        "import sys; from upstream.cli.main import upstream\n"
        "try: upstream.main(['--help'], standalone_mode=False)\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'duckdb', 'ibis', 'pyarrow', 'numba', 'scipy', 'deltalake'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_group_help_loads_no_engine(group: str) -> None:
    code = (
        "import sys; from upstream.cli.main import upstream\n"
        f"upstream.main([{group!r}, '--help'], standalone_mode=False)\n"
        "heavy = {'numpy', 'duckdb', 'ibis', 'pyarrow', 'numba', 'scipy', 'deltalake'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_every_word_of_a_command_goes_through_one_door() -> None:
    """``terminal.say`` and its sisters make the words of files harmless: nothing else may print."""
    folder = Path(upstream_cli.__file__).parent
    loose = re.compile(r"click\.(secho|echo)\(|(?<![\w.])print\(|sys\.std(out|err)\.write")
    allowed = {"main.py": "click.echo(context.get_usage(), err=True)"}  # our own words, on several lines
    found = [
        f"{path.name}:{number}"
        for path in sorted(folder.glob("*.py"))
        if path.name != "terminal.py"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if loose.search(line) and line.strip() != allowed.get(path.name)
    ]
    assert not found
