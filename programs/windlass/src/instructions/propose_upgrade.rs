use anchor_lang::prelude::*;
use solana_sha256_hasher::hashv;
use windlass_rules::digest::Content;
use windlass_rules::propose::{propose, Request};

use crate::errors::WindlassError;
use crate::events::UpgradeProposed;
use crate::loader::{buffer_len, set_authority_checked, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState, ProposalKind, UpgradeProposal};
use crate::transaction::newest_slot_hash;

#[event_cpi]
#[derive(Accounts)]
pub struct ProposeUpgrade<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), program_state.program.as_ref()],
        bump = program_state.bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
    #[account(
        init,
        payer = payer,
        space = UpgradeProposal::space(multisig.members.len()),
        seeds = [seeds::PROPOSAL, multisig.key().as_ref(), &multisig.next_proposal_id()?.to_le_bytes()],
        bump,
    )]
    pub proposal: Box<Account<'info, UpgradeProposal>>,
    /// CHECK: a buffer under the proposer, checked in `run`.
    #[account(mut)]
    pub buffer: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), program_state.program.as_ref()],
        bump = program_state.upgrade_authority_bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// A member who may propose, and the buffer's authority.
    pub proposer: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    /// CHECK: the sysvar, too long to deserialize; its address is checked where it is read.
    pub slot_hashes: UncheckedAccount<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
    pub system_program: Program<'info, System>,
}

impl ProposeUpgrade<'_> {
    pub fn run(ctx: Context<Self>, code_digest: [u8; 32], no_rollback: bool) -> Result<()> {
        let now = Clock::get()?.unix_timestamp;
        let address = ctx.accounts.multisig.key();
        let proposer = ctx.accounts.proposer.key();
        let program = ctx.accounts.program_state.program;
        let proposal_key = ctx.accounts.proposal.key();

        let config = ctx.accounts.multisig.rules();
        let open_proposals =
            ctx.accounts.multisig.member_mut(&proposer).ok_or(WindlassError::NotAMember)?.open_proposals;
        let request = Request { proposer: proposer.to_bytes(), open_proposals, no_rollback, now };
        let proposed =
            propose(&config, &ctx.accounts.program_state.rules(), &request).map_err(WindlassError::from)?;

        // A buffer that is under the upgrade authority already belongs to another proposal: the proposer must hold it.
        let buffer_len = buffer_len(&ctx.accounts.buffer, &proposer)?;
        let slot_hash = newest_slot_hash(&ctx.accounts.slot_hashes)?;
        let content = Content {
            windlass: crate::ID.to_bytes(),
            multisig: address.to_bytes(),
            program: program.to_bytes(),
            id: ctx.accounts.multisig.next_proposal_id()?,
            kind: ProposalKind::Upgrade.tag(),
            proposer: proposer.to_bytes(),
            buffer: ctx.accounts.buffer.key().to_bytes(),
            buffer_len,
            code_digest,
            base_version: ctx.accounts.program_state.version,
            no_rollback,
            config_seq: ctx.accounts.multisig.config_seq,
            slot_hash,
        };
        let proposal: &mut UpgradeProposal = &mut ctx.accounts.proposal;
        *proposal = UpgradeProposal {
            bump: ctx.bumps.proposal,
            multisig: address,
            program,
            id: content.id,
            kind: ProposalKind::Upgrade,
            proposer,
            payer: ctx.accounts.payer.key(),
            buffer: ctx.accounts.buffer.key(),
            buffer_len,
            code_digest,
            verified_len: 0,
            verified_digest: [0; 32],
            base_version: content.base_version,
            no_rollback,
            config_seq: content.config_seq,
            slot_hash,
            digest: content.digest(|parts| hashv(parts).to_bytes()),
            status: proposed.status.into(),
            created_at: now,
            approved_at: 0,
            eta: 0,
            expires_at: proposed.expires_at,
            closed_at: 0,
            approvals: Vec::new(),
            cancel_votes: Vec::new(),
        };
        proposal.invariant(&proposal_key)?;

        set_authority_checked(
            ctx.accounts.buffer.to_account_info(),
            ctx.accounts.proposer.to_account_info(),
            ctx.accounts.upgrade_authority.to_account_info(),
            &[
                seeds::UPGRADE_AUTHORITY,
                address.as_ref(),
                program.as_ref(),
                &[ctx.accounts.program_state.upgrade_authority_bump],
            ],
        )?;

        let multisig = &mut ctx.accounts.multisig;
        multisig.proposal_count = proposal.id;
        multisig.member_mut(&proposer).ok_or(WindlassError::NotAMember)?.open_proposals =
            proposed.open_proposals;
        let event = multisig.stream.record(address, now, |header| UpgradeProposed {
            header,
            multisig: address,
            program,
            proposal: proposal_key,
            id: proposal.id,
            kind: proposal.kind,
            proposer,
            payer: proposal.payer,
            buffer: proposal.buffer,
            buffer_len,
            code_digest,
            base_version: proposal.base_version,
            no_rollback,
            config_seq: proposal.config_seq,
            slot_hash,
            digest: proposal.digest,
            expires_at: proposal.expires_at,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
