"""The schema's entry points for reading."""

from datetime import datetime
from typing import Annotated

import strawberry
from strawberry import Parent

from windlass_graphql.addresses import address as parse_address
from windlass_graphql.addresses import optional_address
from windlass_graphql.connections import After, Connection, First
from windlass_graphql.errors import BadArguments
from windlass_graphql.fields import resolver
from windlass_graphql.pages import DEFAULT_PAGE, page
from windlass_graphql.reader import Reader
from windlass_graphql.scalars import Int53
from windlass_graphql.types.multisig import MULTISIGS, Multisig, multisig_connection
from windlass_graphql.types.program import PROGRAMS, Program, program_connection
from windlass_graphql.types.proposal import PROPOSALS, Proposal, ProposalState, proposal_connection, state_values
from windlass_graphql.types.status import IndexerStatus
from windlass_graphql.types.vault import VAULTS, Vault, vault_connection


def _address(description: str) -> object:
    return strawberry.argument(description=description)


@strawberry.type(description="Everything that can be asked. One query is answered from one moment of the database.")
class Query:
    """The root; its parent is the operation's reader."""

    @resolver("A multisig by its address; null where there is none.")
    async def multisig(
        self, reader: Parent[Reader], address: Annotated[strawberry.ID, _address("The MultisigConfig's address.")]
    ) -> Multisig | None:
        """One multisig."""
        row = await reader.multisig(parse_address("address", address))
        return None if row is None else Multisig.from_row(reader, row)

    @resolver("All multisigs, newest first.")
    async def multisigs(
        self,
        reader: Parent[Reader],
        member: Annotated[strawberry.ID | None, _address("Only those that this key is a member of.")] = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Multisig]:
        """A page of multisigs."""
        asked = page(MULTISIGS, first, after)
        rows = await reader.fetch(
            "multisigs_page", optional_address("member", member), asked.position, asked.key, asked.limit
        )
        return multisig_connection(reader, asked, rows)

    @resolver("A governed program; null where the multisig does not govern it.")
    async def program(
        self,
        reader: Parent[Reader],
        multisig: Annotated[strawberry.ID, _address("The governing multisig.")],
        address: Annotated[strawberry.ID, _address("The program's id.")],
    ) -> Program | None:
        """One program."""
        row = await reader.program((parse_address("multisig", multisig), parse_address("address", address)))
        return None if row is None else Program.from_row(reader, row)

    @resolver("All governed programs, newest registration first.")
    async def programs(
        self,
        reader: Parent[Reader],
        multisig: Annotated[strawberry.ID | None, _address("Only those that this multisig governs.")] = None,
        address: Annotated[strawberry.ID | None, _address("Only this program, under whichever multisig.")] = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Program]:
        """A page of programs."""
        asked = page(PROGRAMS, first, after)
        rows = await reader.fetch(
            "programs_page",
            optional_address("multisig", multisig),
            optional_address("address", address),
            asked.position,
            asked.key,
            asked.limit,
        )
        return program_connection(reader, asked, rows)

    @resolver("A proposal, by `address` or by `multisig` and `id`; null where there is none.")
    async def proposal(
        self,
        reader: Parent[Reader],
        address: Annotated[strawberry.ID | None, _address("The UpgradeProposal's address.")] = None,
        multisig: Annotated[strawberry.ID | None, _address("Its multisig; goes with id.")] = None,
        id: Annotated[
            Int53 | None, strawberry.argument(description="Its number within the multisig; goes with multisig.")
        ] = None,
    ) -> Proposal | None:
        """One proposal."""
        match address, multisig, id:
            case (str(), None, None):
                row = await reader.proposal(parse_address("address", address))
            case (None, str(), int()):
                rows = await reader.fetch("proposal_by_id", parse_address("multisig", multisig), id)
                row = rows[0] if rows else None
            case _:
                raise BadArguments("proposal: expected either address, or multisig and id together")
        return None if row is None else Proposal.from_row(reader, row)

    @resolver("All proposals, newest first. Filters add up.")
    async def proposals(
        self,
        reader: Parent[Reader],
        multisig: Annotated[strawberry.ID | None, _address("Only those put to this multisig.")] = None,
        program: Annotated[strawberry.ID | None, _address("Only those to upgrade this program.")] = None,
        proposer: Annotated[strawberry.ID | None, _address("Only those that this member proposed.")] = None,
        state: Annotated[
            list[ProposalState] | None, strawberry.argument(description="Only those in one of these states.")
        ] = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Proposal]:
        """A page of proposals."""
        asked = page(PROPOSALS, first, after)
        rows = await reader.fetch(
            "proposals_page",
            optional_address("multisig", multisig),
            optional_address("program", program),
            optional_address("proposer", proposer),
            state_values(state),
            asked.position,
            asked.key,
            asked.limit,
        )
        return proposal_connection(reader, asked, rows)

    @resolver("A vault, by `address` or by `owner`; null where there is none.")
    async def vault(
        self,
        reader: Parent[Reader],
        address: Annotated[strawberry.ID | None, _address("The CollateralVault's address.")] = None,
        owner: Annotated[strawberry.ID | None, _address("Its owner.")] = None,
    ) -> Vault | None:
        """One vault."""
        match address, owner:
            case (str(), None):
                rows = await reader.fetch("vaults_by_address", [parse_address("address", address)])
            case (None, str()):
                rows = await reader.fetch("vaults_page", parse_address("owner", owner), None, None, None, 1)
            case _:
                raise BadArguments("vault: expected either address or owner")
        return Vault.from_row(reader, rows[0]) if rows else None

    @resolver("All vaults, newest first. Filters add up.")
    async def vaults(
        self,
        reader: Parent[Reader],
        owner: Annotated[strawberry.ID | None, _address("Only this owner's.")] = None,
        mint: Annotated[strawberry.ID | None, _address("Only those that hold this token.")] = None,
        first: First = DEFAULT_PAGE,
        after: After = None,
    ) -> Connection[Vault]:
        """A page of vaults."""
        asked = page(VAULTS, first, after)
        rows = await reader.fetch(
            "vaults_page",
            optional_address("owner", owner),
            optional_address("mint", mint),
            asked.position,
            asked.key,
            asked.limit,
        )
        return vault_connection(reader, asked, rows)

    @resolver("How far the read model has followed the chain, and how far that was proven.")
    async def indexer_status(self, reader: Parent[Reader]) -> IndexerStatus:
        """The status."""
        return await IndexerStatus.read(reader)

    @resolver("The chain's clock at the newest confirmed slot; null until the indexer heard one.")
    async def chain_time(self, reader: Parent[Reader]) -> datetime | None:
        """The time that states and timelocks are derived by."""
        (row,) = await reader.fetch("chain_time")
        time: datetime | None = row["chain_time"]
        return time
