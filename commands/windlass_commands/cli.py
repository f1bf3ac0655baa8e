"""`windlass`: one verb a command, one file a verb in `verbs/`. A verb's module is imported when it is called."""

from __future__ import annotations

import importlib

import click

# verb: its module in windlass_commands.verbs, and the line that `windlass --help` shows.
VERBS = {
    "init-multisig": ("init_multisig", "Make a multisig: members, thresholds, timelock."),
    "register": ("register", "Hand a program's upgrade authority to a multisig."),
    "upload": ("upload", "Write a program into a buffer; resumes where it stopped."),
    "extend": ("extend", "Make room for longer code in a program."),
    "propose": ("propose", "Propose the code in a buffer as a program's upgrade."),
    "verify-buffer": ("verify_buffer", "Have the program digest a proposal's buffer on chain."),
    "approve": ("approve", "Approve a proposal as a member."),
    "execute": ("execute", "Execute an approved proposal once its timelock is over."),
    "cancel": ("cancel", "Withdraw your proposal, or vote to cancel one."),
    "show": ("show", "Show a proposal or a multisig as the chain holds it."),
    "vault": ("vault", "Use the collateral vault, the governed example."),
    "dev": ("dev", "Run everything here: chain, database, indexer, GraphQL."),
    "demo": ("demo", "Watch a governed upgrade from the first vote to the new code."),
}


class Verbs(click.Group):
    """Finds a verb's module when it is needed: `windlass --help` reads no IDL and imports no chain library."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"windlass_commands.verbs.{VERBS[cmd_name][0]}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"{module.__name__}.command is no click command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in VERBS.items()])


@click.command(
    "windlass",
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 refused or failed, 2 wrong usage. WINDLASS_RPC_URL names the node, as --url does.",
)
@click.version_option(package_name="windlass", prog_name="windlass")
def main() -> None:
    """Governed upgrades of Solana programs: code changes only after enough members approved exactly that code.

    Every command first simulates, tells what it will do, and says in a sentence why it would be refused.
    """
