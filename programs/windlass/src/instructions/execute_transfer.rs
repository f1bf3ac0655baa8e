use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::execute::Execution;
use windlass_rules::transfer::transfer;

use crate::errors::WindlassError;
use crate::events::AuthorityTransferred;
use crate::loader::{authority_of_program, set_authority_checked, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, UpgradeProposal};
use crate::transaction::has_durable_nonce;

#[event_cpi]
#[derive(Accounts)]
pub struct ExecuteTransfer<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
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
    #[account(mut, address = program_state.program_data @ WindlassError::ProgramDataInvalid)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// Signs, so that the program cannot go to a key that nobody holds.
    #[account(constraint = proposal.new_authority == Some(new_authority.key()) @ WindlassError::NewAuthorityInvalid)]
    pub new_authority: Signer<'info>,
    /// Anyone.
    pub executor: Signer<'info>,
    /// CHECK: the sysvar.
    #[account(address = sysvar::instructions::ID @ WindlassError::SysvarInvalid)]
    pub instructions: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl ExecuteTransfer<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let upgrade_authority = ctx.accounts.upgrade_authority.key();
        let new_authority = ctx.accounts.new_authority.key();
        let executor = ctx.accounts.executor.key();
        let durable_nonce = has_durable_nonce(&ctx.accounts.instructions)?;
        let multisig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;

        let execution = Execution { now, durable_nonce, buffer_len: 0 };
        let rules = proposal.rules(&proposal_key);
        let status = transfer(&multisig.rules(), &program_state.rules(), &rules, &execution)
            .map_err(WindlassError::from)?;
        let authority = authority_of_program(&ctx.accounts.governed_program, &ctx.accounts.program_data)?;
        require!(authority == Some(upgrade_authority), WindlassError::UpgradeAuthorityMismatch);

        proposal.status = status.into();
        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        program_state.released = true;
        program_state.approved_proposal = None;
        program_state.approved_rollback = None;
        program_state.invariant()?;
        multisig.close_proposal_of(&proposal.proposer, proposal.config_seq)?;

        let program = proposal.program;
        let event = multisig.stream.record(address, now, |header| AuthorityTransferred {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            executor,
            previous_authority: upgrade_authority,
            new_authority,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);

        let bump = [ctx.accounts.program_state.upgrade_authority_bump];
        set_authority_checked(
            ctx.accounts.program_data.to_account_info(),
            ctx.accounts.upgrade_authority.to_account_info(),
            ctx.accounts.new_authority.to_account_info(),
            &[seeds::UPGRADE_AUTHORITY, address.as_ref(), program.as_ref(), &bump],
        )?;
        let authority = authority_of_program(&ctx.accounts.governed_program, &ctx.accounts.program_data)?;
        require!(authority == Some(new_authority), WindlassError::UpgradeAuthorityMismatch);
        Ok(())
    }
}
