"""windlass migrate: everything about a migration once it is started, a file a subcommand."""

from __future__ import annotations

import click

from windlass_commands.options import examples
from windlass_commands.verbs import finalize, revert
from windlass_commands.verbs.migrate import plan, run, status, verify


class Migrate(click.Group):
    """`windlass migrate PROPOSAL` is `windlass migrate run PROPOSAL`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [run.command.name or "", *args]
        return super().parse_args(ctx, args)


@click.group(
    "migrate",
    cls=Migrate,
    epilog=examples(
        "windlass migrate plan PROPOSAL       what it takes, before anything is sent",
        "windlass migrate run PROPOSAL        resumes where it was stopped",
        "windlass migrate status PROPOSAL",
        "windlass migrate verify PROPOSAL",
    ),
)
def command() -> None:
    """Bring a program's accounts into the layout that was voted with its upgrade.

    `windlass start-migration` opens the migration first. `windlass migrate PROPOSAL` runs it.
    """


for subcommand in (plan, run, status, verify, revert, finalize):
    command.add_command(subcommand.command)
