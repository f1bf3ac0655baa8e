use anchor_lang::prelude::*;
use windlass_interface::EventStream;

use crate::errors::VaultError;
use crate::seeds;

/// How many programs can be authorized.
pub const MAX_PROGRAMS: usize = 16;

/// Who besides their owners may move collateral: programs, which an admin names. There is one such account. It is the same
/// in both releases.
///
/// An authorized program can lock what is available in any vault, and settle what is locked with any other vault of the
/// mint. The account does not tell whose lock is whose: authorized programs trust each other.
#[account]
#[derive(InitSpace, Debug)]
pub struct VaultAuthority {
    pub stream: EventStream,
    pub bump: u8,
    pub admin: Pubkey,
    #[max_len(MAX_PROGRAMS)]
    pub programs: Vec<AuthorizedProgram>,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuthorizedProgram {
    pub program: Pubkey,
    /// The program's own address with the seed "collateral", which nobody else can sign for.
    pub signer: Pubkey,
}

impl AuthorizedProgram {
    pub fn new(program: Pubkey) -> Self {
        let (signer, _) = Pubkey::find_program_address(&[seeds::COLLATERAL], &program);
        Self { program, signer }
    }
}

impl VaultAuthority {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn new(admin: Pubkey, bump: u8) -> Self {
        Self { stream: EventStream::default(), bump, admin, programs: Vec::new() }
    }

    /// Let `program` move collateral.
    pub fn authorize(&mut self, program: AuthorizedProgram) -> Result<()> {
        require!(!self.programs.contains(&program), VaultError::AlreadyAuthorized);
        require!(self.programs.len() < MAX_PROGRAMS, VaultError::TooManyPrograms);
        self.programs.push(program);
        self.invariant()
    }

    /// Let `program` move collateral no more. What it has locked stays locked, for another program to unlock.
    pub fn deauthorize(&mut self, program: Pubkey) -> Result<AuthorizedProgram> {
        let place = self.programs.iter().position(|authorized| authorized.program == program);
        let removed = self.programs.remove(place.ok_or(VaultError::NotAuthorized)?);
        self.invariant()?;
        Ok(removed)
    }

    /// The authorized program that `signer`, who has signed, stands for.
    pub fn require_authorized(&self, signer: &Signer) -> Result<Pubkey> {
        let caller = self.programs.iter().find(|authorized| authorized.signer == signer.key());
        Ok(caller.ok_or(VaultError::ProgramNotAuthorized)?.program)
    }

    /// At most so many programs, each once.
    pub fn invariant(&self) -> Result<()> {
        let mut rest = self.programs.iter();
        while let Some(program) = rest.next() {
            require!(!rest.as_slice().contains(program), VaultError::InvariantViolated);
        }
        require!(self.programs.len() <= MAX_PROGRAMS, VaultError::InvariantViolated);
        Ok(())
    }
}
