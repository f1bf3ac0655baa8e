"""Why a vault of the former release cannot be used."""

from __future__ import annotations

from windlass_programs.windlass import MigrationState

from windlass_commands.errors import AccountMissing
from windlass_commands.explanation import Explainer, explains
from windlass_commands.lazy_migration import open_migration


@explains("MigrateFirst")
async def _migrate_first(about: Explainer) -> str:
    program = about.subject.program
    if program is None:
        raise AccountMissing("the refused transaction was about no program")
    migration = await open_migration(about.accounts, program)
    if migration is None:
        return (
            f"Program {program} runs a release with a new layout, and the vault is in the former one; anyone starts "
            "the migration that was voted with the upgrade: `windlass start-migration PROPOSAL`."
        )
    if migration.tracker.state is MigrationState.REVERTING:
        return (
            f"A rollback of program {program} is approved, and the vault is in the former release's layout already; "
            "use it once the rollback is executed."
        )
    return (
        "The vault is in the former release's layout; bring it into the new one: "
        f"`windlass migrate run {migration.address}`."
    )
