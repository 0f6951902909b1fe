"""``upstream scan``: what stands out in the records, where and when."""

from __future__ import annotations

import click

from upstream.cli.scan_concentration import concentration
from upstream.cli.scan_events import clusters, near_repeat
from upstream.cli.scan_places import COMMANDS
from upstream.cli.scan_repeats import repeats
from upstream.cli.scan_signals import signals


@click.group("scan")
def group() -> None:
    """Find what stands out in the records: signals, each with its evidence and how often such a one is false.

    Example: upstream scan signals --to 2022-06-30
    """


group.add_command(signals)
group.add_command(near_repeat)
group.add_command(clusters)
group.add_command(repeats)
group.add_command(concentration)
for command in COMMANDS:
    group.add_command(command)
