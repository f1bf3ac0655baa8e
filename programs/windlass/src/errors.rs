//! Why an instruction was refused: what was expected, and what to do.

use anchor_lang::prelude::*;
use windlass_rules::RuleError;

#[error_code]
pub enum WindlassError {
    #[msg("A multisig has at most 16 members: name fewer")]
    TooManyMembers,
    #[msg("A multisig needs a member: name at least one")]
    NoMembers,
    #[msg("A key is named twice among the members: name each once, with all its roles")]
    DuplicateMember,
    #[msg(
        "A member's key must not be zero and its roles must be a sum of 1 (propose), 2 (approve), 4 (guard)"
    )]
    InvalidMember,
    #[msg("The threshold must lie between 1 and the number of members who may approve")]
    ThresholdOutOfRange,
    #[msg("The cancel threshold must lie between approvers - threshold + 1 and the number of approvers")]
    CancelThresholdOutOfRange,
    #[msg(
        "The emergency threshold must lie between the threshold and the number of members who may approve"
    )]
    EmergencyThresholdOutOfRange,
    #[msg("A timelock must last 172,800 to 2,592,000 seconds (2 to 30 days); a program's own may be 0")]
    TimelockOutOfRange,
    #[msg("The grace period must last 1,209,600 to 2,592,000 seconds (14 to 30 days)")]
    GracePeriodOutOfRange,
    #[msg("The voting period must last 3,600 to 604,800 seconds (an hour to 7 days)")]
    VotingPeriodOutOfRange,
    #[msg("The rollback delay must last 60 to 2,592,000 seconds (a minute to 30 days)")]
    RollbackDelayOutOfRange,
    #[msg("Somebody must be able to propose: give at least one member role 1")]
    NoProposer,
    #[msg("The signer is not a member of this multisig: sign with a member's key")]
    NotAMember,
    #[msg("The signer is a member without the role that this needs: ask a member who has it")]
    MissingRole,
    #[msg(
        "A proposer has at most 3 open proposals: withdraw one, or wait until one is executed or cancelled"
    )]
    TooManyOpenProposals,
    #[msg("There is no kept copy of the running code to go back to: keep one first, or propose with no_rollback")]
    RollbackBufferRequired,
    #[msg("Expected a buffer of the upgradeable loader with a program in it: upload the code first")]
    BufferInvalid,
    #[msg("The buffer's authority is another than expected: the proposer's before, the upgrade authority's after")]
    BufferAuthorityMismatch,
    #[msg("This is not the buffer that was proposed: pass the proposal's buffer")]
    BufferMismatch,
    #[msg("The buffer is not as long as it was when it was proposed: cancel, and propose again")]
    BufferLengthMismatch,
    #[msg("The buffer's code is not verified yet: call verify_buffer until it is")]
    BufferNotVerified,
    #[msg("All of the buffer's code is verified already: nothing is left to do")]
    BufferAlreadyVerified,
    #[msg(
        "The buffer holds other code than the proposal says: withdraw it, and propose with the right digest"
    )]
    CodeDigestMismatch,
    #[msg("The approval names another digest than the proposal's: read the proposal again before approving")]
    DigestMismatch,
    #[msg("This member has approved already: nothing is left to do")]
    AlreadyApproved,
    #[msg("This member has voted to cancel already: nothing is left to do")]
    AlreadyCancelVoted,
    #[msg("The proposal's status does not allow this: read it again")]
    InvalidState,
    #[msg("The config or the program's version changed since the proposal was made: propose again")]
    StaleProposal,
    #[msg("The time in which the proposal could be approved is over: propose again")]
    VotingClosed,
    #[msg("Another approved proposal waits for this program: execute or cancel that one first")]
    SlotTaken,
    #[msg("The timelock is not over: execute at the proposal's eta or later")]
    TimelockNotOver,
    #[msg("The time in which the upgrade could be executed is over: cancel it, and propose again")]
    GraceOver,
    #[msg("Not in a durable-nonce transaction, which may have been signed long ago: use a recent blockhash")]
    DurableNonce,
    #[msg("A keypair approves in an instruction of its own, not in a call from another program")]
    NestedApproval,
    #[msg("Expected the governed program's account, owned by the upgradeable loader and executable")]
    ProgramMismatch,
    #[msg("The signer is not the program's upgrade authority, or the program has none: sign with the current one")]
    UpgradeAuthorityMismatch,
    #[msg("Expected the program's ProgramData account, as the program names it")]
    ProgramDataInvalid,
    #[msg("The program is not governed any more: its upgrade authority was transferred")]
    Released,
    #[msg("The spill account must be the proposal's payer, who gets the buffer's lamports back")]
    SpillMismatch,
    #[msg("Expected a sysvar at its own address, with an entry in it")]
    SysvarInvalid,
    #[msg("A number would leave its range: nothing was changed")]
    Overflow,
    #[msg("The account would break its own invariant: nothing was changed. Please report this")]
    InvariantViolated,
    #[msg("A migration plan has 1 to 4 layouts: name at least one, and split the upgrade if there are more")]
    PlanLayoutCount,
    #[msg("A migration plan is at most 512 bytes of borsh: join ranges that lie next to each other on both sides")]
    PlanTooLong,
    #[msg("Each discriminator of a plan must be used once and not be zero: they tell the layouts apart")]
    PlanDiscriminator,
    #[msg("A layout is at least 8 bytes long, and an account grows or shrinks by at most 10,240 bytes")]
    PlanSize,
    #[msg("Every old byte after the discriminator must be mapped or dropped exactly once, to places in the new layout that do not meet")]
    PlanFieldMap,
    #[msg("The upgrade was voted on without a migration plan: there is nothing to start")]
    NoMigrationPlan,
    #[msg("The program does not run the version that this migration belongs to: pass the running version's")]
    MigrationVersionMismatch,
    #[msg("A rollback is approved: accounts go back, none forward, until it is executed or lapses")]
    MigrationReverting,
    #[msg("Accounts go back only while a rollback of their upgrade is approved")]
    MigrationNotReverting,
    #[msg("The migration is finalized: there is nothing left to finish in it")]
    MigrationFinalized,
    #[msg("The upgrade can still be rolled back: finalize 604,800 seconds (7 days) after it")]
    RollbackWindowOpen,
    #[msg("Expected an account owned by the governed program, writable, and not executable")]
    AccountNotGoverned,
    #[msg("The account is in none of the plan's layouts: neither discriminator and size of an old one, nor of a new one")]
    UnknownLayout,
    #[msg("The governed program gave the account away: it must stay its owner")]
    MigrationChangedOwner,
    #[msg("The governed program left the account in another layout than the plan's: check discriminator and size")]
    MigrationWrongLayout,
    #[msg("The governed program took lamports from the account: it must leave it at least what it had")]
    MigrationTookLamports,
    #[msg(
        "A mapped byte is not what it was: the governed program must carry over every mapped range as it is"
    )]
    MigrationChangedField,
    #[msg("This migration belongs to another multisig, program or proposal")]
    TrackerMismatch,
    #[msg("Expected each account followed by its receipt, as the plan has receipts: its address is derived from tracker and account")]
    ReceiptMismatch,
    #[msg("This member has not approved: there is nothing to take back")]
    NotApproved,
    #[msg(
        "The proposal's time is not over and nothing has changed under it: vote on it, execute or cancel it"
    )]
    NotExpired,
    #[msg("The multisig is paused: wait until the pause is over, or ask the guard who paused to resume")]
    SystemPaused,
    #[msg("The multisig is not paused: nothing is left to do")]
    NotPaused,
    #[msg("A pause must last 1 to 259,200 seconds (72 hours)")]
    PauseOutOfRange,
    #[msg("There were 3 pauses in the last 2,592,000 seconds (30 days): wait until the oldest is that old")]
    PauseLimit,
    #[msg("Only the guard who paused can resume before the pause has run out")]
    PauseNotOver,
    #[msg("An upgrade can be rolled back for 604,800 seconds (7 days), the rollback delay included: propose an upgrade instead")]
    RollbackWindowOver,
    #[msg("There is no upgrade with a kept copy of the code before it: propose an upgrade instead")]
    NothingToRollBack,
    #[msg("A copy of the running code is kept for this proposal already: nothing is left to do")]
    RollbackBufferKept,
    #[msg("The kept copy may still be needed: retire it once its proposal has ended, it was replaced, or the 7 days are over")]
    RollbackBufferInUse,
    #[msg("The rollback would leave more accounts in the new layout than was voted: revert accounts first")]
    RollbackStrandsAccounts,
    #[msg("The new authority must be a key that signs, and another than the present upgrade authority")]
    NewAuthorityInvalid,
    #[msg("The program is governed already: nothing is left to do")]
    NotReleased,
    #[msg("The buffer was reclaimed already: nothing is left to do")]
    BufferReclaimed,
    #[msg("A migration is not finalized yet: finalize it first")]
    MigrationOpen,
    #[msg(
        "This proposal needs its program's state, and a rollback the open migration's tracker too: pass them"
    )]
    AccountMissing,
    #[msg("The copy is not the running code, byte for byte and as long: upload all of the program's data behind its header")]
    CopyMismatch,
    #[msg("Who pays for a proposal or keeps a copy must be an account of the System program, which can be paid back")]
    PayerInvalid,
}

macro_rules! same_names {
    ($($name:ident)*) => {
        impl From<RuleError> for WindlassError {
            fn from(rule: RuleError) -> Self {
                match rule {
                    $(RuleError::$name => WindlassError::$name,)*
                }
            }
        }
    };
}

same_names! {
    TooManyMembers NoMembers DuplicateMember InvalidMember ThresholdOutOfRange CancelThresholdOutOfRange
    EmergencyThresholdOutOfRange TimelockOutOfRange GracePeriodOutOfRange VotingPeriodOutOfRange
    RollbackDelayOutOfRange NoProposer NotAMember MissingRole TooManyOpenProposals RollbackBufferRequired
    BufferInvalid BufferLengthMismatch BufferNotVerified BufferAlreadyVerified CodeDigestMismatch DigestMismatch
    AlreadyApproved AlreadyCancelVoted InvalidState StaleProposal VotingClosed SlotTaken TimelockNotOver GraceOver
    DurableNonce NestedApproval ProgramMismatch ProgramDataInvalid Released Overflow InvariantViolated
    PlanLayoutCount PlanTooLong PlanDiscriminator PlanSize PlanFieldMap NoMigrationPlan MigrationVersionMismatch MigrationReverting
    MigrationNotReverting MigrationFinalized RollbackWindowOpen
    NotApproved NotExpired SystemPaused NotPaused PauseOutOfRange PauseLimit PauseNotOver RollbackWindowOver NothingToRollBack RollbackBufferKept RollbackBufferInUse RollbackStrandsAccounts NewAuthorityInvalid NotReleased BufferReclaimed MigrationOpen
}
