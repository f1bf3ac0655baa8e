use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::execute::{execute, Execution};

use crate::errors::WindlassError;
use crate::events::UpgradeExecuted;
use crate::loader::{authority_of_program, buffer_len, payee, Upgrade, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, UpgradeProposal};
use crate::transaction::has_durable_nonce;

/// What the loader changes is unchecked here, so that nothing of it is written back after the loader's call.
#[event_cpi]
#[derive(Accounts)]
pub struct ExecuteUpgrade<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
        constraint = proposal.program == program_state.program @ WindlassError::ProgramMismatch,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: bound to the state by its seeds; checked with its ProgramData in `run`.
    #[account(mut)]
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: checked in `run`.
    #[account(mut, address = program_state.program_data @ WindlassError::ProgramDataInvalid)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: the proposal's buffer, checked in `run` to be under the upgrade authority.
    #[account(mut, address = proposal.buffer @ WindlassError::BufferMismatch)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: whoever paid for the proposal gets the buffer's lamports.
    #[account(mut, address = proposal.payer @ WindlassError::SpillMismatch)]
    pub spill: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// Anyone.
    pub executor: Signer<'info>,
    /// CHECK: the sysvar.
    #[account(address = sysvar::instructions::ID @ WindlassError::SysvarInvalid)]
    pub instructions: UncheckedAccount<'info>,
    /// CHECK: the sysvar, for the loader.
    #[account(address = sysvar::rent::ID @ WindlassError::SysvarInvalid)]
    pub rent: UncheckedAccount<'info>,
    /// CHECK: the sysvar, for the loader.
    #[account(address = sysvar::clock::ID @ WindlassError::SysvarInvalid)]
    pub clock: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
}

impl ExecuteUpgrade<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let upgrade_authority = ctx.accounts.upgrade_authority.key();
        let executor = ctx.accounts.executor.key();

        let execution = Execution {
            now,
            durable_nonce: has_durable_nonce(&ctx.accounts.instructions)?,
            buffer_len: buffer_len(&ctx.accounts.buffer, &upgrade_authority)?,
        };
        let multisig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;
        let rules = proposal.rules(&proposal_key);
        let executed = execute(&multisig.rules(), &program_state.rules(), &rules, &execution)
            .map_err(WindlassError::from)?;
        let authority = authority_of_program(&ctx.accounts.governed_program, &ctx.accounts.program_data)?;
        require!(authority == Some(upgrade_authority), WindlassError::UpgradeAuthorityMismatch);

        proposal.status = executed.status.into();
        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;
        program_state.version = executed.version;
        program_state.code_digest = proposal.code_digest;
        program_state.code_len = proposal.buffer_len;
        program_state.last_upgrade_at = now;
        program_state.last_upgrade_proposal = Some(proposal_key);
        // A former copy is not of the code before this upgrade: it is retired now, and a rollback to it is stale.
        program_state.rollback = proposal.rollback_buffer;
        program_state.approved_rollback = None;
        program_state.migration = None;
        program_state.free_slot_of(&proposal_key);
        program_state.invariant()?;
        multisig.close_proposal_of(&proposal.proposer, proposal.config_seq)?;

        let event = multisig.stream.record(address, now, |header| UpgradeExecuted {
            header,
            multisig: address,
            program: program_state.program,
            proposal: proposal_key,
            executor,
            version: program_state.version,
            code_digest: proposal.code_digest,
            buffer: proposal.buffer,
        })?;
        multisig.invariant()?;
        // Before the loader's call: where Windlass upgrades itself, it cannot be called again in this slot.
        emit_cpi!(event);

        let bump = [ctx.accounts.program_state.upgrade_authority_bump];
        let program = ctx.accounts.governed_program.key();
        ctx.accounts.upgrade().invoke_signed(&[
            seeds::UPGRADE_AUTHORITY,
            address.as_ref(),
            program.as_ref(),
            &bump,
        ])
    }
}

impl<'info> ExecuteUpgrade<'info> {
    fn upgrade(&self) -> Upgrade<'info> {
        Upgrade {
            program_data: self.program_data.to_account_info(),
            program: self.governed_program.to_account_info(),
            buffer: self.buffer.to_account_info(),
            spill: payee(&self.spill, self.multisig.to_account_info()),
            rent: self.rent.to_account_info(),
            clock: self.clock.to_account_info(),
            authority: self.upgrade_authority.to_account_info(),
        }
    }
}
