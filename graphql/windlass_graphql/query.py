"""The schema's entry points for reading."""

from datetime import datetime

import strawberry

from windlass_graphql.connections import Connection
from windlass_graphql.orders import OF_PROGRAMS, OF_PROPOSALS, OF_VAULTS
from windlass_graphql.reads import Argument, Listing, Many, One, Value, reading
from windlass_graphql.scalars import Int53
from windlass_graphql.types.alert import Alert, AlertKind
from windlass_graphql.types.authority import VaultAuthority
from windlass_graphql.types.change import Cursors
from windlass_graphql.types.migration import Migration, migrations
from windlass_graphql.types.multisig import Multisig
from windlass_graphql.types.program import Program
from windlass_graphql.types.proposal import Proposal
from windlass_graphql.types.reconciliation import Reconciliation, UnbackedVault
from windlass_graphql.types.state import IN_STATES
from windlass_graphql.types.status import IndexerStatus
from windlass_graphql.types.timeline import AuditEntry, audit_log
from windlass_graphql.types.tvl import Tvl
from windlass_graphql.types.vault import Vault

Address = strawberry.ID
OptionalAddress = strawberry.ID | None


@strawberry.type(description="Everything that can be asked. One query is answered from one moment of the database.")
class Query:
    """The root."""

    multisig: Multisig | None = reading(
        "A multisig by its address; null where there is none.",
        One(
            "multisig",
            arguments={"address": Argument(Address, "The MultisigConfig's address.", "{t}.address = {value}")},
        ),
    )
    multisigs: Connection[Multisig] = reading(
        "All multisigs, newest first.",
        Listing(
            "multisigs",
            "multisig",
            "created_slot",
            "address",
            arguments={
                "member": Argument(
                    OptionalAddress,
                    "Only those that this key is a member of.",
                    "{t}.address IN (SELECT multisig FROM multisig_members WHERE key = {value})",
                )
            },
        ),
    )
    program: Program | None = reading(
        "A governed program; null where the multisig does not govern it.",
        One(
            "program",
            arguments={
                "multisig": Argument(Address, "The governing multisig.", "{t}.multisig_address = {value}"),
                "address": Argument(Address, "The program's id.", "{t}.address = {value}"),
            },
        ),
    )
    programs: Connection[Program] = reading(
        "All governed programs, newest registration first.",
        Listing(
            "programs",
            "program",
            "registered_slot",
            "page_key",
            orders=OF_PROGRAMS,
            arguments={
                "multisig": Argument(
                    OptionalAddress, "Only those that this multisig governs.", "{t}.multisig_address = {value}"
                ),
                "address": Argument(
                    OptionalAddress, "Only this program, under whichever multisig.", "{t}.address = {value}"
                ),
            },
        ),
    )
    proposal: Proposal | None = reading(
        "A proposal, by `address`, by `multisig` and `id`, or by `signature`; null where there is none.",
        One(
            "proposal",
            arguments={
                "address": Argument(OptionalAddress, "The UpgradeProposal's address.", "{t}.address = {value}"),
                "multisig": Argument(OptionalAddress, "Its multisig; goes with id.", "{t}.multisig_address = {value}"),
                "id": Argument(
                    Int53 | None, "Its number within the multisig; goes with multisig.", "{t}.id = {value}", "bigint"
                ),
                "signature": Argument(
                    str | None, "The transaction that proposed it, in base58.", "{t}.created_signature = {value}"
                ),
            },
            exactly=(frozenset({"address"}), frozenset({"multisig", "id"}), frozenset({"signature"})),
            expected="either address, or multisig and id together, or signature",
        ),
    )
    proposals: Connection[Proposal] = reading(
        "All proposals, newest first. Filters add up.",
        Listing(
            "proposals",
            "proposal",
            "created_slot",
            "address",
            orders=OF_PROPOSALS,
            arguments={
                "multisig": Argument(
                    OptionalAddress, "Only those put to this multisig.", "{t}.multisig_address = {value}"
                ),
                "program": Argument(OptionalAddress, "Only those about this program.", "{t}.program_address = {value}"),
                "member": Argument(
                    OptionalAddress,
                    "Only those put to multisigs that this key is a member of.",
                    "{t}.multisig_address IN (SELECT multisig FROM multisig_members WHERE key = {value})",
                ),
                "proposer": Argument(
                    OptionalAddress, "Only those that this member proposed.", "{t}.proposer = {value}"
                ),
                "voter": Argument(
                    OptionalAddress,
                    "Only those that this member voted on, whichever way.",
                    "{t}.address IN (SELECT proposal FROM approval_history WHERE member = {value})",
                ),
                "state": IN_STATES,
                "created_from": Argument(
                    datetime | None, "Only those proposed at or after this.", "{t}.created_at >= {value}", "timestamptz"
                ),
                "created_before": Argument(
                    datetime | None, "Only those proposed before this.", "{t}.created_at < {value}", "timestamptz"
                ),
            },
        ),
    )
    vault: Vault | None = reading(
        "A vault, by `address` or by `owner`; null where there is none.",
        One(
            "vault",
            arguments={
                "address": Argument(OptionalAddress, "The CollateralVault's address.", "{t}.address = {value}"),
                "owner": Argument(OptionalAddress, "Its owner.", "{t}.owner = {value}"),
            },
            exactly=(frozenset({"address"}), frozenset({"owner"})),
            expected="either address or owner",
        ),
    )
    vaults: Connection[Vault] = reading(
        "All vaults, newest first. Filters add up.",
        Listing(
            "vaults",
            "vault",
            "created_slot",
            "address",
            orders=OF_VAULTS,
            arguments={
                "owner": Argument(OptionalAddress, "Only this owner's.", "{t}.owner = {value}"),
                "mint": Argument(OptionalAddress, "Only those that hold this token.", "{t}.mint = {value}"),
            },
        ),
    )
    tvl: Tvl | None = reading(
        "What all vaults of a token hold together; null where it has none.",
        One("tvl", arguments={"mint": Argument(Address, "The token.", "{t}.mint = {value}")}),
    )
    tvls: list[Tvl] = reading(
        "The same of each token, the largest amount first, at most 32.",
        Many("tvl", "{t}.total DESC, {t}.mint", most=32),
    )
    vault_authorities: list[VaultAuthority] = reading(
        "Who lets programs move collateral, of each vault program that is followed.",
        Many("vault_authority", "{t}.address"),
    )
    reconciliations: Connection[Reconciliation] = reading(
        "Comparisons of the vaults with their token accounts, newest first.",
        Listing("reconciliations", "reconciliation", "id", "page_key"),
    )
    unbacked_vaults: Connection[UnbackedVault] = reading(
        "Vaults whose tokens were not all there when they were last looked at.",
        Listing(
            "unbackedvaults",
            "unbacked_vault",
            "slot",
            "vault_address",
            arguments={"mint": Argument(OptionalAddress, "Only those that hold this token.", "{t}.mint = {value}")},
        ),
    )
    migration: Migration | None = reading(
        "A migration by its tracker's address; null where there is none.",
        One("migration", arguments={"address": Argument(Address, "The tracker's address.", "{t}.address = {value}")}),
    )
    migrations: Connection[Migration] = reading(
        "All migrations, newest first. Filters add up.",
        migrations(
            None,
            {
                "multisig": Argument(
                    OptionalAddress, "Only those of this multisig's programs.", "{t}.multisig_address = {value}"
                ),
                "program": Argument(OptionalAddress, "Only this program's.", "{t}.program_address = {value}"),
            },
        ),
    )
    audit_log: Connection[AuditEntry] = reading(
        "All that was done, newest first. Filters add up.",
        audit_log(
            None,
            {
                "multisig": Argument(OptionalAddress, "Only in this multisig.", "{t}.multisig_address = {value}"),
                "program": Argument(OptionalAddress, "Only about this program.", "{t}.program_address = {value}"),
                "proposal": Argument(OptionalAddress, "Only about this proposal.", "{t}.proposal_address = {value}"),
                "actor": Argument(OptionalAddress, "Only what this key did.", "{t}.actor = {value}"),
                "action": Argument(str | None, "Only events of this name.", "{t}.action = {value}"),
                "signature": Argument(str | None, "Only of this transaction.", "{t}.signature = {value}"),
            },
        ),
    )
    alerts: Connection[Alert] = reading(
        "All alerts, newest first. Filters add up.",
        Listing(
            "alerts",
            "alert",
            "id",
            "stream",
            arguments={
                "multisig": Argument(OptionalAddress, "Only about this multisig.", "{t}.multisig_address = {value}"),
                "program": Argument(OptionalAddress, "Only about this program.", "{t}.program_address = {value}"),
                "proposal": Argument(OptionalAddress, "Only about this proposal.", "{t}.proposal_address = {value}"),
                "kind": Argument(
                    list[AlertKind] | None, "Only of one of these kinds.", "{t}.kind = ANY ({value})", "text[]"
                ),
            },
        ),
    )
    indexer_status: IndexerStatus = reading(
        "How far the read model has followed the chain, and how far that was proven.", One("status")
    )
    cursors: Cursors = reading("Where the subscriptions stand at this moment.", One("cursors"))
    chain_time: datetime | None = reading(
        "The chain's clock at the newest confirmed slot; null until the indexer heard one.",
        Value("SELECT max(chain_time) FROM cursors"),
    )
