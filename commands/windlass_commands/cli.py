"""`windlass`: one verb a command, one file a verb in `verbs/`. A verb's module is imported when it is called."""

from __future__ import annotations

import importlib

import click

# verb: its module in windlass_commands.verbs, and the line that `windlass --help` shows.
VERBS = {
    "init-multisig": ("init_multisig", "Make a multisig: members, thresholds, timelock."),
    "deploy": ("deploy", "Put a program on the cluster for the first time."),
    "register": ("register", "Hand a program's upgrade authority to a multisig."),
    "upload": ("upload", "Write a program into a buffer; resumes where it stopped."),
    "extend": ("extend", "Make room for longer code in a program."),
    "layout": ("layout", "Tell what a release does to accounts; make its migration plan."),
    "propose": ("propose", "Propose the code in a buffer as a program's upgrade."),
    "propose-rollback": ("propose_rollback", "Propose to go back to the code before the last upgrade."),
    "propose-transfer": ("propose_transfer", "Propose to give a program's upgrade authority away."),
    "propose-config": ("propose_config", "Propose other members, thresholds or durations."),
    "verify-buffer": ("verify_buffer", "Have the program digest a proposal's buffer on chain."),
    "approve": ("approve", "Approve a proposal as a member."),
    "revoke": ("revoke", "Take your approval back."),
    "keep-rollback": ("keep_rollback", "Keep a copy of the running code for an approved upgrade."),
    "execute": ("execute", "Execute an approved proposal once its timelock is over."),
    "start-migration": ("start_migration", "Open the migration that was voted with an upgrade."),
    "migrate": ("migrate", "Bring accounts into their new layout; resumes."),
    "revert": ("revert", "Bring accounts back while a rollback is approved."),
    "finalize": ("finalize", "End a migration, 7 days after its upgrade."),
    "close-receipts": ("close_receipts", "Close the receipts of a migration that is over."),
    "cancel": ("cancel", "Withdraw your proposal, or vote to cancel one."),
    "expire": ("expire", "Close an expired or stale proposal."),
    "reclaim": ("reclaim", "Close the buffer of a proposal that ended without it."),
    "retire-rollback": ("retire_rollback", "Close a kept copy that no rollback can need."),
    "pause": ("pause", "Stop a multisig for a while, as a guard."),
    "resume": ("resume", "End a pause."),
    "show": ("show", "Show a multisig, program, proposal or migration."),
    "vault": ("vault", "Use the collateral vault, the governed example."),
    "serve": ("serve", "Serve commands over HTTP as unsigned transactions."),
    "dev": ("dev", "Run everything here: chain, database, indexer, APIs."),
    "rollback-drill": ("rollback_drill", "Practise the way back from a bad upgrade."),
    "demo": ("demo", "Watch a governed upgrade, from first vote to new code."),
}

# The verbs of `windlass --help`, by what an operator is about.
SECTIONS = {
    "Set up": ("init-multisig", "deploy", "register", "propose-config"),
    "Prepare": ("upload", "extend", "layout"),
    "Upgrade": ("propose", "verify-buffer", "approve", "revoke", "keep-rollback", "execute"),
    "Migrate accounts": ("start-migration", "migrate", "revert", "finalize", "close-receipts"),
    "Go back, give away": ("propose-rollback", "propose-transfer"),
    "Stop and clean up": ("cancel", "pause", "resume", "expire", "reclaim", "retire-rollback"),
    "Look and try": ("show", "vault", "serve", "dev", "demo", "rollback-drill"),
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
        for title, verbs in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name, VERBS[name][1]) for name in verbs])


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
