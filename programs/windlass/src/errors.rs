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
    #[msg("There is no kept copy of the running code to go back to: propose with no_rollback = true")]
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
}
