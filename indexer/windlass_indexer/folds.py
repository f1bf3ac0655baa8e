"""Which SQL folds which event into the tables. One line for each event; a fold may serve several."""

from collections.abc import Iterable, Mapping

from windlass_indexer import queries

Registry = Mapping[tuple[str, str], str]

# The tables that folds write: what a rebuild makes anew from the events.
TABLES = (
    "streams",
    "multisigs",
    "multisig_members",
    "programs",
    "upgrade_proposals",
    "approval_history",
    "timelocks",
    "upgrade_history",
    "migration_jobs",
    "account_migrations",
    "audit_log",
    "countdowns",
    "pauses",
    "vaults",
    "vault_transactions",
    "balance_snapshots",
    "tvl_stats",
    "vault_authorities",
    "authorized_programs",
)

# Program (by its IDL's name), event, file and name of the statement.
_TABLE = [
    ("windlass", "MultisigInitialized", "multisig.sql", "multisig_initialized"),
    ("windlass", "ConfigChanged", "multisig.sql", "config_changed"),
    ("windlass", "SystemPaused", "multisig.sql", "system_paused"),
    ("windlass", "SystemResumed", "multisig.sql", "system_resumed"),
    ("windlass", "ProgramRegistered", "program.sql", "program_registered"),
    ("windlass", "AuthorityTransferred", "program.sql", "authority_transferred"),
    ("windlass", "UpgradeProposed", "proposal.sql", "upgrade_proposed"),
    ("windlass", "ConfigProposed", "proposal.sql", "config_proposed"),
    ("windlass", "RollbackProposed", "proposal.sql", "rollback_proposed"),
    ("windlass", "TransferProposed", "proposal.sql", "transfer_proposed"),
    ("windlass", "BufferReclaimed", "proposal.sql", "buffer_reclaimed"),
    ("windlass", "RollbackBufferKept", "proposal.sql", "rollback_buffer_moved"),
    ("windlass", "RollbackBufferRetired", "proposal.sql", "rollback_buffer_moved"),
    ("windlass", "BufferVerified", "proposal.sql", "buffer_verified"),
    ("windlass", "UpgradeApproved", "proposal.sql", "upgrade_approved"),
    ("windlass", "ApprovalRevoked", "proposal.sql", "approval_revoked"),
    ("windlass", "CancelVoted", "proposal.sql", "cancel_voted"),
    ("windlass", "UpgradeCancelled", "proposal.sql", "upgrade_cancelled"),
    ("windlass", "ProposalExpired", "proposal.sql", "proposal_expired"),
    ("windlass", "UpgradeExecuted", "proposal.sql", "upgrade_executed"),
    ("windlass", "MigrationStarted", "migration.sql", "migration_started"),
    ("windlass", "AccountMigrated", "migration.sql", "account_moved"),
    ("windlass", "AccountReverted", "migration.sql", "account_moved"),
    ("windlass", "AccountVersionClosed", "migration.sql", "account_moved"),
    ("windlass", "MigrationFinalized", "migration.sql", "migration_finalized"),
    ("windlass", "UpgradeRolledBack", "proposal.sql", "upgrade_rolled_back"),
    ("collateral_vault", "VaultInitialized", "vault.sql", "vault_initialized"),
    ("collateral_vault", "Deposited", "vault.sql", "balance_moved"),
    ("collateral_vault", "Withdrawn", "vault.sql", "balance_moved"),
    ("collateral_vault", "CollateralLocked", "vault.sql", "balance_moved"),
    ("collateral_vault", "CollateralUnlocked", "vault.sql", "balance_moved"),
    ("collateral_vault", "CollateralSent", "vault.sql", "balance_moved"),
    ("collateral_vault", "CollateralReceived", "vault.sql", "balance_moved"),
    ("collateral_vault", "AuthorityInitialized", "vault.sql", "authority_changed"),
    ("collateral_vault", "AdminChanged", "vault.sql", "authority_changed"),
    ("collateral_vault", "ProgramAuthorized", "vault.sql", "program_authorized"),
    ("collateral_vault", "ProgramDeauthorized", "vault.sql", "program_authorized"),
]

GOVERNANCE = "windlass"
VAULT = "collateral_vault"
_TIMELINE = frozenset(
    # What is told of single accounts stands in tables of their own, with its transaction: there may be millions of them
    (program, event)
    for program, event, _, query in _TABLE
    if query not in ("account_moved", "vault_initialized", "balance_moved")
)


def is_of_governance(program: str, event: str) -> bool:
    """Whether the event (of the program by its IDL's name) belongs to the timeline: audit log, countdowns, alerts."""
    return (program, event) in _TIMELINE


def registry(table: Iterable[tuple[str, str, str, str]] = tuple(_TABLE)) -> Registry:
    """The statement for (program, event). Raises ValueError on an event with two folds."""
    statements: dict[tuple[str, str], str] = {}
    for program, event, file, query in table:
        if (program, event) in statements:
            raise ValueError(f"{event} of {program} has two folds; each event has one")
        statements[program, event] = queries.load(file)[query]
    return statements
