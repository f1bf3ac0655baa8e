//! Windlass: governs the upgrades of Solana programs.
//!
//! A program hands its upgrade authority to an address that only this program can sign for. From then on its code
//! changes only by an upgrade that enough members approved, byte by byte, and that everybody could see for at least 48
//! hours. The rules are `windlass-rules`'; this crate checks accounts, asks the rules, writes, and emits.
#![forbid(unsafe_code)]

use anchor_lang::prelude::*;

pub mod creation;
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

    /// Take one's approval back. Below the threshold the timelock is void: the next crossing starts a new one.
    pub fn revoke_approval(ctx: Context<RevokeApproval>) -> Result<()> {
        RevokeApproval::run(ctx)
    }

    /// Upgrade the program with the approved buffer, after the timelock. Anyone may.
    pub fn execute_upgrade(ctx: Context<ExecuteUpgrade>) -> Result<()> {
        ExecuteUpgrade::run(ctx)
    }

    /// Withdraw one's own proposal, or vote to cancel. For every kind of proposal.
    pub fn cancel_upgrade(ctx: Context<CancelUpgrade>) -> Result<()> {
        CancelUpgrade::run(ctx)
    }

    /// Close a proposal whose time is over, or that is about another config or version than there is now. Anyone may.
    pub fn expire_proposal(ctx: Context<ExpireProposal>) -> Result<()> {
        ExpireProposal::run(ctx)
    }

    /// Close the buffer of an upgrade that will not come; its lamports go to the proposal's payer. Anyone may.
    pub fn reclaim_buffer(ctx: Context<ReclaimBuffer>) -> Result<()> {
        ReclaimBuffer::run(ctx)
    }

    /// Propose other members, thresholds and times.
    pub fn propose_config(ctx: Context<ProposeConfig>, config: MultisigParams) -> Result<()> {
        ProposeConfig::run(ctx, config)
    }

    /// Change the config as approved, after the timelock. Anyone may. Every open proposal is stale then.
    pub fn execute_config(ctx: Context<ExecuteConfig>) -> Result<()> {
        ExecuteConfig::run(ctx)
    }

    /// Keep a copy of the running code, so that the approved upgrade can be rolled back. Anyone who uploaded one may.
    pub fn keep_rollback_buffer(ctx: Context<KeepRollbackBuffer>) -> Result<()> {
        KeepRollbackBuffer::run(ctx)
    }

    /// Propose to go back to the code before the last upgrade, within 7 days of it.
    pub fn propose_rollback(ctx: Context<ProposeRollback>) -> Result<()> {
        ProposeRollback::run(ctx)
    }

    /// Put the kept code back, after the rollback delay. Anyone may, paused or not.
    pub fn rollback_upgrade(ctx: Context<RollbackUpgrade>) -> Result<()> {
        RollbackUpgrade::run(ctx)
    }

    /// Close a kept copy that no rollback can need any more; its lamports go to who uploaded it. Anyone may.
    pub fn retire_rollback(ctx: Context<RetireRollback>) -> Result<()> {
        RetireRollback::run(ctx)
    }

    /// Propose to give the program's upgrade authority away.
    pub fn propose_transfer(ctx: Context<ProposeTransfer>, new_authority: Pubkey) -> Result<()> {
        ProposeTransfer::run(ctx, new_authority)
    }

    /// Give the upgrade authority to the approved key, which signs, after the timelock. The program is released then.
    pub fn execute_transfer(ctx: Context<ExecuteTransfer>) -> Result<()> {
        ExecuteTransfer::run(ctx)
    }

    /// Stop proposing, approving, executing and migrating for `seconds`, at most 259,200 (72 hours).
    pub fn pause_system(ctx: Context<PauseSystem>, seconds: i64) -> Result<()> {
        PauseSystem::run(ctx, seconds)
    }

    /// End a pause: the guard who paused at any time, anyone once it has run out.
    pub fn resume_system(ctx: Context<ResumeSystem>) -> Result<()> {
        ResumeSystem::run(ctx)
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
