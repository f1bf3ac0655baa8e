use anchor_lang::prelude::*;
use windlass_interface::EventStream;
use windlass_rules::migration::{start, Migration, Start};

use crate::creation::create;
use crate::errors::WindlassError;
use crate::events::MigrationStarted;
use crate::seeds;
use crate::state::{MigrationTracker, MultisigConfig, ProgramUpgradeState, UpgradeProposal};

#[event_cpi]
#[derive(Accounts)]
pub struct StartMigration<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), program_state.program.as_ref()],
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
    /// CHECK: made in `run`, at this address and no other.
    #[account(
        mut,
        seeds = [
            seeds::MIGRATION,
            multisig.key().as_ref(),
            program_state.program.as_ref(),
            &proposal.id.to_le_bytes(),
        ],
        bump,
    )]
    pub tracker: UncheckedAccount<'info>,
    /// Anyone.
    #[account(mut)]
    pub payer: Signer<'info>,
    pub system_program: Program<'info, System>,
}

impl StartMigration<'_> {
    pub fn run(ctx: Context<Self>) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposal_key = ctx.accounts.proposal.key();
        let tracker_key = ctx.accounts.tracker.key();
        let bump = ctx.bumps.tracker;
        let multisig = &mut ctx.accounts.multisig;
        let program_state = &mut ctx.accounts.program_state;
        let proposal = &mut ctx.accounts.proposal;
        let plan = proposal.plan.clone().ok_or(WindlassError::NoMigrationPlan)?;

        let request = Start {
            proposal: proposal_key.to_bytes(),
            status: proposal.status.into(),
            base_version: proposal.base_version,
            has_plan: true,
            paused: multisig.pause().in_force(now),
        };
        let status = start(&program_state.rules(), &request).map_err(WindlassError::from)?;

        proposal.status = status.into();
        proposal.invariant(&proposal_key)?;
        program_state.migration = Some(tracker_key);
        program_state.migration_open = true;
        program_state.invariant()?;
        let (migration_authority, migration_authority_bump) =
            seeds::migration_authority(&address, &program_state.program);
        let migration = Migration::new(program_state.version);
        let tracker = MigrationTracker {
            stream: EventStream::default(),
            bump,
            migration_authority_bump,
            multisig: address,
            program: program_state.program,
            proposal: proposal_key,
            proposal_id: proposal.id,
            version: migration.version,
            plan: plan.clone(),
            migrated: migration.migrated,
            reverted: migration.reverted,
            state: migration.state.into(),
            started_at: now,
            finalized_at: 0,
        };
        tracker.invariant()?;
        let id = proposal.id.to_le_bytes();
        let seeds = [seeds::MIGRATION, address.as_ref(), program_state.program.as_ref(), &id, &[bump]];
        create(&ctx.accounts.tracker, &ctx.accounts.payer, MigrationTracker::space(&plan)?, &seeds)?;
        tracker.try_serialize(&mut &mut ctx.accounts.tracker.try_borrow_mut_data()?[..])?;

        let event = multisig.stream.record(address, now, |header| MigrationStarted {
            header,
            multisig: address,
            program: program_state.program,
            proposal: proposal_key,
            tracker: tracker_key,
            migration_authority,
            version: migration.version,
            plan,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
