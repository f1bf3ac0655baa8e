use anchor_lang::prelude::*;

use crate::errors::WindlassError;
use crate::instructions::Registration;
use crate::loader::{program_len, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState};

#[event_cpi]
#[derive(Accounts)]
pub struct RegisterReleasedProgram<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = program_state.bump,
        constraint = program_state.released @ WindlassError::NotReleased,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    /// CHECK: the loader's executable program, checked with its ProgramData in `run`.
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: checked in `run` to be the governed program's.
    #[account(mut, address = program_state.program_data @ WindlassError::ProgramDataInvalid)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// The current upgrade authority; where `upgrade_authority` is that already, a member who may propose.
    pub authority: Signer<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl RegisterReleasedProgram<'_> {
    pub fn run(ctx: Context<Self>, timelock: i64) -> Result<()> {
        let accounts = &ctx.accounts;
        let registration = Registration {
            multisig: accounts.multisig.key(),
            governed_program: accounts.governed_program.to_account_info(),
            program_data: accounts.program_data.to_account_info(),
            upgrade_authority: accounts.upgrade_authority.to_account_info(),
            upgrade_authority_bump: accounts.program_state.upgrade_authority_bump,
            authority: accounts.authority.to_account_info(),
        };
        let previous_authority = registration.take_authority(&accounts.multisig)?;

        // Who knows what code runs now: nothing that was voted on before is meant for it, and nothing kept is its former.
        let program_state: &mut ProgramUpgradeState = &mut ctx.accounts.program_state;
        program_state.version = program_state.version.checked_add(1).ok_or(WindlassError::Overflow)?;
        program_state.code_digest = [0; 32];
        program_state.code_len = program_len(&registration.program_data)?;
        program_state.timelock = timelock;
        program_state.released = false;
        program_state.rollback = None;
        program_state.last_upgrade_proposal = None;
        program_state.migration = None;
        program_state.invariant()?;

        let event = registration.record(&mut ctx.accounts.multisig, program_state, previous_authority)?;
        emit_cpi!(event);
        Ok(())
    }
}
