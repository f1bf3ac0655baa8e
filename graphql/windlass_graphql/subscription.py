"""The schema's entry points for following."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import strawberry

from windlass_graphql.addresses import optional_address
from windlass_graphql.arguments import NOTHING, bind
from windlass_graphql.changes import Hub, Interest, Told
from windlass_graphql.database import Database, Row
from windlass_graphql.feeds import ALERTS
from windlass_graphql.fields import subscription
from windlass_graphql.following import follow
from windlass_graphql.pages import LARGEST_PAGE
from windlass_graphql.query import Query
from windlass_graphql.reader import Reader
from windlass_graphql.reads import declared
from windlass_graphql.scalars import Int53
from windlass_graphql.types.alert import Alert, AlertKind
from windlass_graphql.types.proposal import Proposal
from windlass_graphql.types.status import IndexerStatus
from windlass_graphql.types.vault import Vault

IncludeCurrent = Annotated[
    bool,
    strawberry.argument(
        description=f"Begin with what is there already (of several, the {LARGEST_PAGE} newest, oldest first)."
    ),
]


class Context:
    """What subscriptions are served from; one for all."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self.database = database
        self.hub = hub


Info = strawberry.Info[Context, None]

After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last message that was heard, from whichever server: what has happened since "
        "comes first. Begins with what happens next unless given."
    ),
]
OnlyThis = Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this one.")]


@strawberry.type(description="A change of a proposal, sent when the database has committed it.")
class ProposalChange:
    """A proposal after a change."""

    slot: Int53 = strawberry.field(description="The slot of the event.")
    seq: Int53 = strawberry.field(
        description="The event's place in the multisig's stream. It rises; a repeated one is the same change again."
    )
    proposal: Proposal = strawberry.field(
        description="The proposal as read after the change (and possibly after a later one)."
    )

    @classmethod
    def of(cls, told: Told) -> "ProposalChange":
        """From the hub."""
        return cls(
            slot=Int53(told.change.slot),
            seq=Int53(told.change.seq),
            proposal=told.reader.node(told.row),
        )


@strawberry.type(description="Something that happened to an alert: it was raised, withdrawn, or raised again.")
class AlertChange:
    """An alert after it."""

    cursor: str = strawberry.field(description="Subscribe `after` this one to go on from here.")
    alert: Alert = strawberry.field(description="The alert; `withdrawnAt` says whether it holds.")


@strawberry.type(description="A change of a vault, sent when the database has committed it.")
class VaultChange:
    """A vault after a change."""

    slot: Int53 = strawberry.field(description="The slot of the event.")
    seq: Int53 = strawberry.field(
        description="The event's place in the vault's stream. It rises; a repeated one is the same change again."
    )
    vault: Vault = strawberry.field(description="The vault as read after the change (and possibly after a later one).")

    @classmethod
    def of(cls, told: Told) -> "VaultChange":
        """From the hub."""
        return cls(slot=Int53(told.change.slot), seq=Int53(told.change.seq), vault=told.reader.node(told.row))


@strawberry.type(description="Everything that can be followed, over graphql-transport-ws.")
class Subscription:
    """The root of subscriptions."""

    @subscription(
        "Changes of proposals: one's, a program's, a multisig's, or all. What only time does (READY, "
        "EXPIRED) and what others do (STALE) changes no proposal; `timelock` says when to look again."
    )
    async def proposal_changed(
        self,
        info: Info,
        multisig: Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this one.")] = None,
        program: Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this one.")] = None,
        proposal: Annotated[strawberry.ID | None, strawberry.argument(description="Only this one's.")] = None,
        include_current: IncludeCurrent = False,
    ) -> AsyncGenerator[ProposalChange, None]:
        """Proposals as they change."""
        interest = Interest(
            "proposal",
            key=optional_address("proposal", proposal),
            multisig=optional_address("multisig", multisig),
            program=optional_address("program", program),
        )
        with info.context.hub.subscribe(interest) as subscription:
            sent: dict[str, object] = {}
            if include_current:
                reader = Reader(info.context.database)
                for row in await _current_proposals(reader, interest):
                    sent[row["address"]] = _proposal_version(row)
                    yield ProposalChange(slot=row["updated_slot"], seq=row["updated_seq"], proposal=reader.node(row))
            async for told in subscription:
                if sent.get(told.change.key) != _proposal_version(told.row):
                    sent.pop(told.change.key, None)
                    yield ProposalChange.of(told)

    @subscription(
        "Alerts as they are raised or withdrawn: each time once, in order. Of what happened to one alert while nobody "
        "listened, the last is told."
    )
    async def alert_changed(
        self,
        info: Info,
        multisig: OnlyThis = None,
        program: OnlyThis = None,
        proposal: OnlyThis = None,
        kinds: Annotated[list[AlertKind] | None, strawberry.argument(description="Only of one of these kinds.")] = None,
        after: After = None,
    ) -> AsyncGenerator[AlertChange, None]:
        """Alerts as they come."""
        interest = Interest(
            ALERTS.kind,
            multisig=optional_address("multisig", multisig),
            program=optional_address("program", program),
            proposal=optional_address("proposal", proposal),
            topics=None if kinds is None else frozenset(str(kind.value) for kind in kinds),
        )
        heard = None if after is None else ALERTS.number(after)
        async with aclosing(follow(info.context.database, info.context.hub, ALERTS, interest, heard)) as alerts:
            async for told in alerts:
                yield AlertChange(cursor=ALERTS.cursor(told.change.number), alert=told.reader.node(told.row))

    @subscription("Changes of vaults: one's, an owner's, or all.")
    async def vault_changed(
        self,
        info: Info,
        vault: Annotated[strawberry.ID | None, strawberry.argument(description="Only this one's.")] = None,
        owner: Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this owner.")] = None,
        include_current: IncludeCurrent = False,
    ) -> AsyncGenerator[VaultChange, None]:
        """Vaults as they change."""
        interest = Interest("vault", key=optional_address("vault", vault), owner=optional_address("owner", owner))
        with info.context.hub.subscribe(interest) as subscription:
            sent: dict[str, object] = {}
            if include_current:
                reader = Reader(info.context.database)
                for row in await _current_vaults(reader, interest):
                    (stream,) = await reader.rows(_STREAM, NOTHING, row)
                    sent[row["address"]] = _vault_version(row)
                    yield VaultChange(slot=row["updated_slot"], seq=stream["seq"], vault=reader.node(row))
            async for told in subscription:
                if sent.get(told.change.key) != _vault_version(told.row):
                    sent.pop(told.change.key, None)
                    yield VaultChange.of(told)

    @subscription("The indexer's progress, a few times a second at most.")
    async def indexer_status_changed(
        self, info: Info, include_current: IncludeCurrent = False
    ) -> AsyncGenerator[IndexerStatus, None]:
        """The status as it changes."""
        with info.context.hub.subscribe(Interest("status")) as subscription:
            if include_current:
                yield await _status(Reader(info.context.database))
            async for told in subscription:
                yield await _status(told.reader)


def _proposal_version(row: Row) -> object:
    """Tells whether a change is already in what was sent as current. Not by order: a fork can take events back."""
    return row["updated_slot"], row["updated_seq"]


def _vault_version(row: Row) -> object:
    return row["updated_slot"], row["total_deposited"], row["total_withdrawn"], row["locked_balance"]


async def _current_proposals(reader: Reader, interest: Interest) -> list[Row]:
    if interest.key is not None:
        rows = await reader.fetch("proposals_by_address", [interest.key])
        return [row for row in rows if interest.multisig in (None, row["multisig_address"])]
    return await _newest(reader, "proposals", {"multisig": interest.multisig, "program": interest.program})


async def _current_vaults(reader: Reader, interest: Interest) -> list[Row]:
    if interest.key is not None:
        rows = await reader.fetch("vaults_by_address", [interest.key])
        return [row for row in rows if interest.owner in (None, row["owner"])]
    return await _newest(reader, "vaults", {"owner": interest.owner})


async def _newest(reader: Reader, listing: str, arguments: dict[str, str | None]) -> list[Row]:
    """A full page of a list of the root, oldest first."""
    reads = declared(Query, listing)
    bound = bind(listing, reads, {**arguments, "first": LARGEST_PAGE})
    return (await reader.rows(reads, bound, {}))[:LARGEST_PAGE][::-1]


async def _status(reader: Reader) -> IndexerStatus:
    (row,) = await reader.rows(declared(Query, "indexer_status"), NOTHING, {})
    status: IndexerStatus = reader.node(row)
    return status


_STREAM = declared(Vault, "verification")
