"""The whole story: a program with users' money in it is upgraded, by its members, in the open."""

from collections.abc import Sequence

from stack.chain import elf, idl
from stack.governed import DAY, Governed
from stack.refusals import refused
from stack.vault_migration import MigratingVaults
from stack.vaults import TOKENS_AT_FIRST, Mint, User
from windlass_programs.addresses import VAULT_PROGRAM_ID, WINDLASS_PROGRAM_ID
from windlass_programs.artifacts import ProgramName
from windlass_programs.codec import Codec, Decoded
from windlass_programs.digests import NEW_STREAM_DIGEST, code_digest, next_stream_digest


def replay(program: ProgramName, events: Sequence[bytes]) -> tuple[list[Decoded], tuple[int, bytes]]:
    """What the events say; the seq and digest that whoever holds them all arrives at."""
    digest = NEW_STREAM_DIGEST
    for event in events:
        digest = next_stream_digest(digest, event)
    codec = Codec(idl(program))
    return [codec.event(event) for event in events], (len(events), digest)


def test_release_1_becomes_release_2_with_the_users_money_in_it() -> None:
    world = MigratingVaults()
    world.govern()
    user = User(Mint.create(world.chain))
    user.initialize()
    user.deposit(700)
    with refused("InstructionFallbackNotFound"):
        user.withdraw_all()

    id = world.propose_with_plan(world.plan, no_rollback=True)
    world.verify_all(id)
    for member in world.members[:3]:
        world.approve(id, member)
    with refused("TimelockNotOver"):
        world.execute(id)
    world.chain.advance(2 * DAY)
    user.deposit(50)
    world.execute(id)
    world.chain.advance(1)

    with refused("MigrateFirst"):
        user.withdraw_all()
    world.upgrade = id
    world.start()
    world.migrate(user.vault)
    user.withdraw_all()
    vault = user.state
    assert (vault.total_balance, vault.total_deposited, vault.total_withdrawn) == (0, 750, 750)
    assert user.tokens == (TOKENS_AT_FIRST, 0)
    with refused("AmountZero"):
        user.withdraw_all()


def test_every_change_of_a_multisig_is_one_event_of_its_stream(governed: Governed) -> None:
    withdrawn, id = governed.propose_verified(), governed.propose_verified()
    governed.cancel(withdrawn, governed.members[3])
    governed.cancel(withdrawn, governed.proposer)
    for member in governed.members[:3]:
        governed.approve(id, member)
    governed.chain.advance(2 * DAY)
    governed.execute(id)

    decoded, stream = replay("windlass", governed.chain.events_of(WINDLASS_PROGRAM_ID))
    assert [event.name for event in decoded] == [
        "MultisigInitialized",
        "ProgramRegistered",
        "UpgradeProposed",
        "BufferVerified",
        "UpgradeProposed",
        "BufferVerified",
        "CancelVoted",
        "UpgradeCancelled",
        "UpgradeApproved",
        "UpgradeApproved",
        "UpgradeApproved",
        "UpgradeExecuted",
    ]
    on_chain = governed.multisig_config.stream
    assert (on_chain.seq, on_chain.digest) == stream
    headers = [event.fields["header"] for event in decoded]
    assert [header["seq"] for header in headers] == list(range(1, 13))
    assert {header["stream"] for header in headers} == {str(governed.multisig)}
    assert headers[-1]["unix_timestamp"] == governed.chain.now
    assert [event.fields["approvals"] for event in decoded if event.name == "UpgradeApproved"] == [1, 2, 3]
    assert [event.fields["status"] for event in decoded if event.name == "UpgradeApproved"] == [
        "Proposed",
        "Proposed",
        "Approved",
    ]
    executed = decoded[-1].fields
    assert (executed["version"], executed["executor"]) == (1, str(governed.stranger.pubkey()))
    cancelled = decoded[7].fields
    assert (cancelled["withdrawn"], cancelled["cancel_votes"]) == (True, 1)


def test_every_change_of_a_vault_is_one_event_of_its_own_stream(fresh: Governed) -> None:
    mint = Mint.create(fresh.chain)
    for deposits in ((5, 6, 7), (8,)):
        user = User(mint)
        before = len(fresh.chain.events_of(VAULT_PROGRAM_ID))
        user.initialize()
        for amount in deposits:
            user.deposit(amount)
        user.withdraw(3)
        events = fresh.chain.events_of(VAULT_PROGRAM_ID)[before:]
        decoded, stream = replay("collateral_vault_v1", events)
        assert [event.name for event in decoded] == [
            "VaultInitialized",
            *["Deposited"] * len(deposits),
            "Withdrawn",
        ]
        assert (user.state.stream.seq, user.state.stream.digest) == stream
        balances = decoded[-1].fields
        assert balances["total_balance"] == sum(deposits) - 3
        assert (balances["total_deposited"], balances["total_withdrawn"]) == (sum(deposits), 3)


def test_a_stream_begins_every_account_that_emits(governed: Governed) -> None:
    """Readers find seq at bytes 8..16 and the digest at 16..48, whatever the account is."""
    user = User(Mint.create(governed.chain))
    user.initialize()
    for address, stream in (
        (governed.multisig, governed.multisig_config.stream),
        (user.vault, user.state.stream),
    ):
        data = governed.chain.account(address).data
        assert data[8:16] == stream.seq.to_bytes(8, "little")
        assert data[16:48] == stream.digest


def test_one_upgrade_follows_another(governed: Governed) -> None:
    for version, release in ((1, governed.successor), (2, governed.release)):
        id = governed.propose(governed.upload(elf(release)))
        assert governed.proposal(id).base_version == version - 1
        governed.verify(id)
        for member in governed.members[:3]:
            governed.approve(id, member)
        governed.chain.advance(2 * DAY)
        governed.execute(id)
        state = governed.program_upgrade_state
        assert (state.version, state.code_digest) == (version, code_digest(elf(release)))
        assert (state.last_upgrade_at, state.approved_proposal) == (governed.chain.now, None)
