"""Every command explains itself, with an example, quickly."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest

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
