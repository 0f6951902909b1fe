"""The command ``upstream``: groups are loaded only when they are used, so that help is quick."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import click
from click.core import ParameterSource

from upstream import __version__
from upstream.cli.terminal import say
from upstream.errors import BadInput, UpstreamError

# command group -> (module that holds it, one line of help)
GROUPS: dict[str, tuple[str, str]] = {
    "records": ("upstream.cli.records", "Add records, see what is held and what was refused, take an add back."),
    "places": ("upstream.cli.places", "Add boundaries, look-ups, populations and deprivation."),
    "measures": ("upstream.cli.measures", "List, explain and run measures."),
    "analyse": ("upstream.cli.analyse", "Rank small areas by need, sort them into types, find those alike."),
    "respond": ("upstream.cli.respond", "Put posts where need is, and plan stops in hot spots."),
    "assess": ("upstream.cli.assess", "Did it work, and how sure are we: of counts in any CSV file."),
    "report": ("upstream.cli.report", "Make the quarterly report, or check anybody's report for contradictions."),
    "scan": ("upstream.cli.scan", "Find what stands out in the records: signals, with their evidence."),
    "demo": ("upstream.cli.demo", "Build the synthetic force and its report, and serve them on this machine."),
}


class LazyGroups(click.Group):
    """A group whose commands are imported on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        command = importlib.import_module(GROUPS[cmd_name][0]).group
        if not isinstance(command, click.Command):
            raise TypeError(f"{GROUPS[cmd_name][0]}.group is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, GROUPS[name][1]) for name in self.list_commands(ctx)])


@click.group(cls=LazyGroups, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="upstream")
@click.option(
    "--config",
    type=click.Path(dir_okay=False),
    default="upstream.toml",
    show_default=True,
    help="Settings: force, areas, store, engine.",
)
@click.pass_context
def upstream(ctx: click.Context, config: str) -> None:
    """The open prevention platform: records in, figures that can be traced, reports out.

    Example: upstream records add police-uk northumbria.zip
    """
    named = ctx.get_parameter_source("config") is not ParameterSource.DEFAULT
    if named and not Path(config).is_file():
        # the defaults instead would be another force's store
        raise BadInput(
            f"There is no settings file {config}.",
            allowed="a TOML file; without --config, upstream.toml where there is one",
            remedy="Mend the path.",
        )
    ctx.obj = config


def _show_misuse(error: click.ClickException) -> None:
    """What click says of a command that it cannot read, with the commands that there are."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if isinstance(error, click.exceptions.NoArgsIsHelpError) or context is None:
        error.show()
        return
    click.echo(context.get_usage(), err=True)
    say(f"Error: {error.format_message()}", err=True)
    if isinstance(error, click.exceptions.NoSuchCommand) and isinstance(context.command, click.Group):
        say(f"Allowed: {', '.join(context.command.list_commands(context))}", err=True)
    say(f"What to do: {context.command_path} --help", err=True)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; an error that a person can act on is printed on standard error, without a traceback."""
    try:
        upstream.main(args=arguments, prog_name="upstream", standalone_mode=False)
    except UpstreamError as error:
        say(f"Error: {error.what}", err=True)
        if error.allowed:
            say(f"Allowed: {error.allowed}", err=True)
        if error.remedy:
            say(f"What to do: {error.remedy}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:  # whoever was reading has gone, as with: upstream measures list | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(UpstreamError.exit_code)
    except OSError as error:  # full, closed or in the way: the machine's own words, and where
        where = f": {error.filename}" if error.filename else ""
        say(f"Error: {error.strerror or error}{where}.", err=True)
        sys.exit(UpstreamError.exit_code)
    except click.ClickException as error:
        _show_misuse(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        say("Stopped; the last complete state is kept.", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
