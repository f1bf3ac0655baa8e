"""The schema's entry points for following."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated

import strawberry

from windlass_graphql.addresses import optional_address
from windlass_graphql.arguments import NOTHING
from windlass_graphql.changes import Change, Interest, Told
from windlass_graphql.context import Context, Part
from windlass_graphql.errors import BadArguments
from windlass_graphql.feeds import ALERTS, MIGRATIONS, PROPOSALS, TVLS, VAULTS, Feed
from windlass_graphql.fields import subscription
from windlass_graphql.following import follow
from windlass_graphql.pages import LARGEST_PAGE
from windlass_graphql.present import present
from windlass_graphql.query import Query
from windlass_graphql.reader import Reader
from windlass_graphql.reads import declared
from windlass_graphql.scalars import Int53
from windlass_graphql.types.alert import AlertKind
from windlass_graphql.types.change import AlertChange, MigrationChange, ProposalChange, TvlChange, VaultChange
from windlass_graphql.types.status import IndexerStatus

IncludeCurrent = Annotated[
    bool,
    strawberry.argument(
        description=f"Begin with what is there already (of several, the {LARGEST_PAGE} newest, oldest first)."
    ),
]

Info = strawberry.Info[Context, None]

After = Annotated[
    str | None,
    strawberry.argument(
        description="The cursor of the last message that was heard, from whichever server: what has happened since "
        "comes first. Begins with what happens next unless given."
    ),
]
OnlyThis = Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this one.")]


@strawberry.type(description="Everything that can be followed, over graphql-transport-ws or as server-sent events.")
class Subscription:
    """The root of subscriptions."""

    @subscription(
        "Changes of proposals: one's, a program's, a multisig's, a member's, or all. What only time does (READY, "
        "EXPIRED) and what others do (STALE) changes no proposal; `timelock` says when to look again."
    )
    async def proposal_changed(
        self,
        info: Info,
        multisig: OnlyThis = None,
        program: OnlyThis = None,
        proposal: Annotated[strawberry.ID | None, strawberry.argument(description="Only this one's.")] = None,
        member: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only those of multisigs that this key is a member of."),
        ] = None,
        include_current: IncludeCurrent = False,
        after: After = None,
    ) -> AsyncGenerator[ProposalChange, None]:
        """Proposals as they change."""
        if proposal is not None and member is not None:
            raise BadArguments("proposalChanged: expected proposal or member, got both")
        about = {
            "multisig": optional_address("multisig", multisig),
            "program": optional_address("program", program),
            "member": optional_address("member", member),
        }
        interest = Interest(
            PROPOSALS.kind,
            key=optional_address("proposal", proposal),
            multisig=about["multisig"],
            program=about["program"],
            member=about["member"],
        )
        async with aclosing(_with_present(info.context, PROPOSALS, interest, about, include_current, after)) as told:
            async for cursor, each in told:
                yield ProposalChange(
                    cursor=cursor,
                    address=strawberry.ID(each.change.key),
                    slot=Int53(each.change.slot),
                    seq=Int53(each.change.seq),
                    proposal=each.row and each.reader.node(each.row),
                )

    @subscription("Progress of migrations: one's, a program's, a multisig's, or all; at most once for each commit.")
    async def migration_changed(
        self,
        info: Info,
        multisig: OnlyThis = None,
        program: OnlyThis = None,
        migration: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only this one's, by its tracker's address.")
        ] = None,
        include_current: IncludeCurrent = False,
        after: After = None,
    ) -> AsyncGenerator[MigrationChange, None]:
        """Migrations as they move on."""
        about = {
            "multisig": optional_address("multisig", multisig),
            "program": optional_address("program", program),
        }
        interest = Interest(
            MIGRATIONS.kind,
            key=optional_address("migration", migration),
            multisig=about["multisig"],
            program=about["program"],
        )
        async with aclosing(_with_present(info.context, MIGRATIONS, interest, about, include_current, after)) as told:
            async for cursor, each in told:
                yield MigrationChange(
                    cursor=cursor,
                    address=strawberry.ID(each.change.key),
                    migration=each.row and each.reader.node(each.row),
                )

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
        async with aclosing(_with_present(info.context, ALERTS, interest, {}, False, after)) as told:
            async for _, each in told:
                yield AlertChange.of(each)

    @subscription("Changes of vaults, live balances: one's, an owner's, or all; at most once for each commit.")
    async def vault_changed(
        self,
        info: Info,
        vault: Annotated[strawberry.ID | None, strawberry.argument(description="Only this one's.")] = None,
        owner: Annotated[strawberry.ID | None, strawberry.argument(description="Only those of this owner.")] = None,
        include_current: IncludeCurrent = False,
        after: After = None,
    ) -> AsyncGenerator[VaultChange, None]:
        """Vaults as they change."""
        about = {"owner": optional_address("owner", owner)}
        interest = Interest(VAULTS.kind, key=optional_address("vault", vault), owner=about["owner"])
        async with aclosing(_with_present(info.context, VAULTS, interest, about, include_current, after)) as told:
            async for cursor, each in told:
                yield VaultChange(
                    cursor=cursor,
                    address=strawberry.ID(each.change.key),
                    slot=Int53(each.change.slot),
                    seq=Int53(each.change.seq),
                    vault=each.row and each.reader.node(each.row),
                )

    @subscription("What all vaults of a token hold together, whenever that changes; at most once for each commit.")
    async def tvl_changed(
        self,
        info: Info,
        mint: Annotated[strawberry.ID | None, strawberry.argument(description="Only of this token.")] = None,
        include_current: IncludeCurrent = False,
        after: After = None,
    ) -> AsyncGenerator[TvlChange, None]:
        """Totals as they change."""
        interest = Interest(TVLS.kind, key=optional_address("mint", mint))
        async with aclosing(_with_present(info.context, TVLS, interest, {}, include_current, after)) as told:
            async for cursor, each in told:
                yield TvlChange(
                    cursor=cursor, mint=strawberry.ID(each.change.key), tvl=each.row and each.reader.node(each.row)
                )

    @subscription(
        "The indexer's progress, a few times a second at most. It has no history to go on from: each message is all "
        "that there is to know, so whoever comes back begins with what is so now (`includeCurrent`)."
    )
    async def indexer_status_changed(
        self, info: Info, include_current: IncludeCurrent = False
    ) -> AsyncGenerator[IndexerStatus, None]:
        """The status as it changes."""
        with info.context.hub.subscribe(Interest("status")) as subscription:
            if include_current:
                yield await _status(Reader(info.context.database))
            async for told in subscription:
                yield await _status(told.reader)


async def _with_present(
    context: Context,
    feed: Feed,
    interest: Interest,
    about: Mapping[str, str | None],
    include_current: bool,
    after: str | None,
) -> AsyncGenerator[tuple[str | None, Told], None]:
    """What is there already, where that is asked for, and what comes then; each with its cursor."""
    if context.last_heard is not None:
        include_current, after = False, context.last_heard
    if include_current and after is not None:
        raise BadArguments("after: goes on from a cursor, which includeCurrent: true has no place for; expected one")
    heard = None if after is None else feed.number(after)
    if include_current and context.part is not Part.LIVE:
        rows, heard = await present(context.database, feed, interest.key, about)
        reader = Reader(context.database)
        for left, row in enumerate(rows, start=1 - len(rows)):
            change = Change(feed.kind, row["address"], row.get("updated_slot", 0), row.get("updated_seq", 0))
            yield _noted(context, None if left else feed.cursor(heard)), Told(change, row, reader)
    async with aclosing(follow(context, feed, interest, heard)) as told:
        async for each in told:
            yield _noted(context, feed.cursor(each.change.number)), each


def _noted(context: Context, cursor: str | None) -> str | None:
    if context.told is not None:
        context.told.append(cursor)
    return cursor


async def _status(reader: Reader) -> IndexerStatus:
    (row,) = await reader.rows(declared(Query, "indexer_status"), NOTHING, {})
    status: IndexerStatus = reader.node(row)
    return status
