//! Why an instruction is refused, as the runtime says it: the error's number, or an error of the runtime or the loader.

use std::fmt;

use anchor_lang::error::ErrorCode;
use solana_instruction_error::InstructionError;
use windlass::errors::WindlassError;
use windlass_rules::RuleError;

use crate::idl;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal(pub InstructionError);

pub type Answer<T> = Result<T, Refusal>;

impl fmt::Display for Refusal {
    fn fmt(&self, to: &mut fmt::Formatter) -> fmt::Result {
        match &self.0 {
            InstructionError::Custom(code) => match idl::error(*code) {
                Some(name) => write!(to, "{name}"),
                None => write!(to, "Anchor's {code}"),
            },
            other => write!(to, "the runtime's {other:?}"),
        }
    }
}

impl From<WindlassError> for Refusal {
    fn from(error: WindlassError) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<RuleError> for Refusal {
    fn from(error: RuleError) -> Self {
        WindlassError::from(error).into()
    }
}

impl From<ErrorCode> for Refusal {
    fn from(error: ErrorCode) -> Self {
        Self(InstructionError::Custom(error.into()))
    }
}

impl From<InstructionError> for Refusal {
    fn from(error: InstructionError) -> Self {
        Self(error)
    }
}

pub fn require(holds: bool, otherwise: impl Into<Refusal>) -> Answer<()> {
    if holds {
        Ok(())
    } else {
        Err(otherwise.into())
    }
}
