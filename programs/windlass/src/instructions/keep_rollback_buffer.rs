use anchor_lang::prelude::*;
use anchor_lang::solana_program::system_program;
use windlass_rules::rollback::keep;

use crate::errors::WindlassError;
use crate::events::RollbackBufferKept;
use crate::loader::{
    authority_of_program, buffer_len, is_copy_of_program, set_authority_checked, UpgradeableLoader,
};
use crate::seeds;
use crate::state::{KeptBuffer, MultisigConfig, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct KeepRollbackBuffer<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    /// The upgrade's.
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: the proposal's program; checked with its ProgramData in `run`.
    #[account(address = proposal.program @ WindlassError::ProgramMismatch)]
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: checked in `run`.
    #[account(address = program_state.program_data @ WindlassError::ProgramDataInvalid)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: the copy, checked in `run` to be under `authority` and what the program runs.
    #[account(mut)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// Anyone who uploaded a copy; gets its lamports back.
    pub authority: Signer<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl KeepRollbackBuffer<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let accounts = &ctx.accounts;
        let address = accounts.multisig.key();
        let proposal_key = accounts.proposal.key();
        let program = accounts.proposal.program;
        let payer = accounts.authority.key();
        let upgrade_authority = accounts.upgrade_authority.key();

        let rules = accounts.proposal.rules(&proposal_key);
        let status = keep(&accounts.multisig.rules(), &accounts.program_state.rules(), &rules)
            .map_err(WindlassError::from)?;
        let authority = authority_of_program(&accounts.governed_program, &accounts.program_data)?;
        require!(authority == Some(upgrade_authority), WindlassError::UpgradeAuthorityMismatch);
        let len = buffer_len(&accounts.buffer, &payer)?;
        let is_copy = is_copy_of_program(&accounts.buffer, &payer, &accounts.program_data)?;
        require!(is_copy && len >= accounts.program_state.code_len, WindlassError::CopyMismatch);
        // A program's account, or the copy itself, could not get the lamports back, and no rollback could ever pay it.
        require_keys_eq!(*accounts.authority.owner, system_program::ID, WindlassError::PayerInvalid);

        // In the same instruction as the comparison: nobody can write to it in between.
        set_authority_checked(
            accounts.buffer.to_account_info(),
            accounts.authority.to_account_info(),
            accounts.upgrade_authority.to_account_info(),
            &[
                seeds::UPGRADE_AUTHORITY,
                address.as_ref(),
                program.as_ref(),
                &[accounts.program_state.upgrade_authority_bump],
            ],
        )?;
        require!(
            buffer_len(&accounts.buffer, &upgrade_authority)? == len,
            WindlassError::BufferLengthMismatch
        );

        let kept = KeptBuffer {
            buffer: accounts.buffer.key(),
            payer,
            len,
            code_digest: accounts.program_state.code_digest,
            version: accounts.program_state.version,
        };
        let proposal = &mut ctx.accounts.proposal;
        proposal.status = status.into();
        proposal.rollback_buffer = Some(kept);
        proposal.invariant(&proposal_key)?;

        let multisig = &mut ctx.accounts.multisig;
        let event = multisig.stream.record(address, now, |header| RollbackBufferKept {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            buffer: kept.buffer,
            payer,
            len,
            code_digest: kept.code_digest,
            version: kept.version,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
