//! Why a rule said no. The program maps each to its error of the same name, whose message says what to do.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleError {
    TooManyMembers,
    NoMembers,
    DuplicateMember,
    InvalidMember,
    ThresholdOutOfRange,
    CancelThresholdOutOfRange,
    EmergencyThresholdOutOfRange,
    TimelockOutOfRange,
    GracePeriodOutOfRange,
    VotingPeriodOutOfRange,
    RollbackDelayOutOfRange,
    NoProposer,
    NotAMember,
    MissingRole,
    TooManyOpenProposals,
    RollbackBufferRequired,
    BufferInvalid,
    BufferLengthMismatch,
    BufferNotVerified,
    BufferAlreadyVerified,
    CodeDigestMismatch,
    DigestMismatch,
    AlreadyApproved,
    AlreadyCancelVoted,
    InvalidState,
    StaleProposal,
    VotingClosed,
    SlotTaken,
    TimelockNotOver,
    GraceOver,
    DurableNonce,
    NestedApproval,
    ProgramMismatch,
    ProgramDataInvalid,
    Released,
    Overflow,
    InvariantViolated,
}

/// The rule that `otherwise` names.
pub(crate) fn check(holds: bool, otherwise: RuleError) -> Result<(), RuleError> {
    if holds {
        Ok(())
    } else {
        Err(otherwise)
    }
}
