//! Windlass: governs the upgrades of Solana programs.
//!
//! A program hands its upgrade authority to an address that only this program can sign for. From then on its code
//! changes only by an upgrade that enough members approved, byte by byte, and that everybody could see for at least 48
//! hours. The rules are `windlass-rules`'; this crate checks accounts, asks the rules, writes, and emits.
#![forbid(unsafe_code)]

use anchor_lang::prelude::*;

pub mod errors;
pub mod events;
pub mod instructions;
pub mod loader;
pub mod migration;
pub mod opening;
pub mod receipt;
pub mod seeds;
pub mod slot;
pub mod state;
pub mod transaction;

use instructions::*;
use state::{MigrationPlan, MultisigParams};
use windlass_rules::migration_plan::Side;

declare_id!("Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5");

#[program]
pub mod windlass {
    use super::*;

    /// Create a multisig from its members, thresholds and times.
    pub fn initialize_multisig(ctx: Context<InitializeMultisig>, config: MultisigParams) -> Result<()> {
        InitializeMultisig::run(ctx, config)
    }

    /// Put a program under the multisig: its upgrade authority moves to an address that only Windlass signs for.
    /// `timelock`: seconds, 0 for the multisig's own.
    pub fn register_program(ctx: Context<RegisterProgram>, timelock: i64) -> Result<()> {
        RegisterProgram::run(ctx, timelock)
    }

    /// Put a program that was released before under the multisig again. Nothing that was proposed before is valid then.
    pub fn register_released_program(ctx: Context<RegisterReleasedProgram>, timelock: i64) -> Result<()> {
        RegisterReleasedProgram::run(ctx, timelock)
    }

    /// Propose the code in a buffer. The buffer moves under the upgrade authority: nobody can write to it any more.
    /// `plan`: how the program's accounts have to be migrated, if they have to.
    pub fn propose_upgrade(
        ctx: Context<ProposeUpgrade>,
        code_digest: [u8; 32],
        no_rollback: bool,
        plan: Option<MigrationPlan>,
    ) -> Result<()> {
        ProposeUpgrade::run(ctx, code_digest, no_rollback, plan)
    }

    /// Hash the next chunk of the buffer; the last one must end at the digest that was proposed.
    pub fn verify_buffer(ctx: Context<VerifyBuffer>) -> Result<()> {
        VerifyBuffer::run(ctx)
    }

    /// Approve exactly what `digest` names. The approval that reaches the threshold starts the timelock.
    pub fn approve_upgrade(ctx: Context<ApproveUpgrade>, digest: [u8; 32]) -> Result<()> {
        ApproveUpgrade::run(ctx, digest)
    }

    /// Upgrade the program with the approved buffer, after the timelock. Anyone may.
    pub fn execute_upgrade(ctx: Context<ExecuteUpgrade>) -> Result<()> {
        ExecuteUpgrade::run(ctx)
    }

    /// Withdraw one's own proposal, or vote to cancel.
    pub fn cancel_upgrade(ctx: Context<CancelUpgrade>) -> Result<()> {
        CancelUpgrade::run(ctx)
    }

    /// Begin the migration that was voted with an executed upgrade. Anyone may.
    pub fn start_migration(ctx: Context<StartMigration>) -> Result<()> {
        StartMigration::run(ctx)
    }

    /// Have the governed program bring accounts into the new layout, and check what it did. Anyone may. The accounts
    /// follow as remaining accounts; those that are in the new layout already are skipped.
    pub fn migrate_account<'info>(ctx: Context<'info, MoveAccounts<'info>>) -> Result<()> {
        MoveAccounts::run(ctx, Side::New)
    }

    /// Have the governed program bring accounts back into the old layout, while a rollback is approved. Anyone may.
    pub fn revert_account<'info>(ctx: Context<'info, MoveAccounts<'info>>) -> Result<()> {
        MoveAccounts::run(ctx, Side::Old)
    }

    /// End a migration once the upgrade cannot be rolled back any more. Anyone may.
    pub fn finalize_migration(ctx: Context<FinalizeMigration>) -> Result<()> {
        FinalizeMigration::run(ctx)
    }

    /// Give an account's receipt back to whoever paid for it, once the migration is over. Anyone may.
    pub fn close_account_version(ctx: Context<CloseAccountVersion>) -> Result<()> {
        CloseAccountVersion::run(ctx)
    }
}
