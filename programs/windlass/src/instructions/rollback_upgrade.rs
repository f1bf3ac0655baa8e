use anchor_lang::prelude::*;
use solana_sdk_ids::sysvar;
use windlass_rules::execute::Execution;
use windlass_rules::rollback::{roll_back, RolledBack, Undone};

use crate::errors::WindlassError;
use crate::events::UpgradeRolledBack;
use crate::loader::{authority_of_program, buffer_len, payee, Upgrade, UpgradeableLoader};
use crate::seeds;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal};
use crate::transaction::has_durable_nonce;

/// What the loader changes is unchecked here, so that nothing of it is written back after the loader's call.
#[event_cpi]
#[derive(Accounts)]
pub struct RollbackUpgrade<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), proposal.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    /// The rollback's.
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &proposal.id.to_le_bytes()],
        bump = proposal.bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// The upgrade's that is undone.
    #[account(
        mut,
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &upgrade_proposal.id.to_le_bytes()],
        bump = upgrade_proposal.bump,
        constraint = proposal.rolls_back == Some(upgrade_proposal.key()) @ WindlassError::NothingToRollBack,
    )]
    pub upgrade_proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: the proposal's program; checked with its ProgramData in `run`.
    #[account(mut, address = proposal.program @ WindlassError::ProgramMismatch)]
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: checked in `run`.
    #[account(mut, address = program_state.program_data @ WindlassError::ProgramDataInvalid)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: the kept copy, checked in `run` to be under the upgrade authority.
    #[account(mut, address = proposal.buffer @ WindlassError::BufferMismatch)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: checked in `run`: whoever uploaded the copy gets its lamports.
    #[account(mut)]
    pub spill: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), proposal.program.as_ref()],
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
    /// The running version's, where it has a migration.
    #[account(mut)]
    pub tracker: Option<Box<Account<'info, MigrationTracker>>>,
}

impl RollbackUpgrade<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let event = Self::undo(ctx.accounts)?;
        // Before the loader's call: where Windlass rolls itself back, it cannot be called again in this slot.
        emit_cpi!(event);

        let bump = [ctx.accounts.program_state.upgrade_authority_bump];
        let address = ctx.accounts.multisig.key();
        let program = ctx.accounts.governed_program.key();
        ctx.accounts.upgrade().invoke_signed(&[
            seeds::UPGRADE_AUTHORITY,
            address.as_ref(),
            program.as_ref(),
            &bump,
        ])
    }

    fn check(accounts: &mut Self, now: i64) -> Result<RolledBack> {
        let upgrade_authority = accounts.upgrade_authority.key();
        let kept = accounts.program_state.rollback.ok_or(WindlassError::NothingToRollBack)?;
        require_keys_eq!(accounts.buffer.key(), kept.buffer, WindlassError::BufferMismatch);
        require_keys_eq!(accounts.spill.key(), kept.payer, WindlassError::SpillMismatch);
        let execution = Execution {
            now,
            durable_nonce: has_durable_nonce(&accounts.instructions)?,
            buffer_len: buffer_len(&accounts.buffer, &upgrade_authority)?,
        };
        let undone = Undone {
            proposal: accounts.upgrade_proposal.key().to_bytes(),
            status: accounts.upgrade_proposal.status.into(),
            may_strand: accounts.upgrade_proposal.may_strand(),
        };
        let tracker = MigrationTracker::of_running_version(&accounts.program_state, &mut accounts.tracker)?;
        let migration = tracker.map(|tracker| tracker.rules());
        let rolled_back = roll_back(
            &accounts.multisig.rules(),
            &accounts.program_state.rules(),
            &accounts.proposal.rules(&accounts.proposal.key()),
            &undone,
            migration.as_ref(),
            &execution,
        )
        .map_err(WindlassError::from)?;
        let authority = authority_of_program(&accounts.governed_program, &accounts.program_data)?;
        require!(authority == Some(upgrade_authority), WindlassError::UpgradeAuthorityMismatch);
        Ok(rolled_back)
    }

    #[inline(never)]
    fn undo(accounts: &mut Self) -> Result<UpgradeRolledBack> {
        let now = Clock::get()?.unix_timestamp;
        let address = accounts.multisig.key();
        let proposal_key = accounts.proposal.key();
        let upgrade_key = accounts.upgrade_proposal.key();
        let executor = accounts.executor.key();
        let rolled_back = Self::check(accounts, now)?;

        let upgrade = &mut accounts.upgrade_proposal;
        upgrade.status = rolled_back.upgrade_status.into();
        upgrade.rollback_buffer = None;
        upgrade.invariant(&upgrade_key)?;

        let proposal = &mut accounts.proposal;
        proposal.status = rolled_back.executed.status.into();
        proposal.closed_at = now;
        proposal.invariant(&proposal_key)?;

        let program_state = &mut accounts.program_state;
        program_state.version = rolled_back.executed.version;
        program_state.code_digest = proposal.code_digest;
        program_state.code_len = proposal.buffer_len;
        program_state.rollback = None;
        program_state.last_upgrade_proposal = None;
        program_state.migration = None;
        program_state.migration_open = false;
        program_state.approved_rollback = None;
        program_state.invariant()?;

        let multisig = &mut accounts.multisig;
        multisig.close_proposal_of(&proposal.proposer, proposal.config_seq)?;
        let event = multisig.stream.record(address, now, |header| UpgradeRolledBack {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            upgrade_proposal: upgrade_key,
            executor,
            version: program_state.version,
            code_digest: proposal.code_digest,
            buffer: proposal.buffer,
        })?;
        multisig.invariant()?;
        Ok(event)
    }
}

impl<'info> RollbackUpgrade<'info> {
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
