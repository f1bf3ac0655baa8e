use anchor_lang::prelude::*;
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
        let proposal_key = ctx.accounts.proposal.key();

        let member = ctx.accounts.multisig.member(&proposer).ok_or(WindlassError::NotAMember)?;
        let request = Request {
            proposer: proposer.to_bytes(),
            open_proposals: member.open_proposals,
            no_rollback,
            now,
        };
        let config = ctx.accounts.multisig.rules();
        let proposed =
            propose(&config, &ctx.accounts.program_state.rules(), &request).map_err(WindlassError::from)?;

        let content = ctx.accounts.content(code_digest, no_rollback)?;
        let payer = ctx.accounts.payer.key();
        let proposal: &mut UpgradeProposal = &mut ctx.accounts.proposal;
        *proposal = UpgradeProposal::new(&content, &proposed, payer, now, ctx.bumps.proposal);
        proposal.invariant(&proposal_key)?;
        ctx.accounts.take_buffer()?;

        let multisig = &mut ctx.accounts.multisig;
        let proposal = &ctx.accounts.proposal;
        multisig.proposal_count = proposal.id;
        multisig.member_mut(&proposer).ok_or(WindlassError::NotAMember)?.open_proposals =
            proposed.open_proposals;
        let event = multisig.stream.record(address, now, |header| UpgradeProposed {
            header,
            multisig: address,
            program: proposal.program,
            proposal: proposal_key,
            id: proposal.id,
            kind: proposal.kind,
            proposer,
            payer,
            buffer: proposal.buffer,
            buffer_len: proposal.buffer_len,
            code_digest,
            base_version: proposal.base_version,
            no_rollback,
            config_seq: proposal.config_seq,
            slot_hash: proposal.slot_hash,
            digest: proposal.digest,
            expires_at: proposal.expires_at,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }

    /// Everything that is voted on.
    fn content(&self, code_digest: [u8; 32], no_rollback: bool) -> Result<Content> {
        Ok(Content {
            windlass: crate::ID.to_bytes(),
            multisig: self.multisig.key().to_bytes(),
            program: self.program_state.program.to_bytes(),
            id: self.multisig.next_proposal_id()?,
            kind: ProposalKind::Upgrade.tag(),
            proposer: self.proposer.key().to_bytes(),
            buffer: self.buffer.key().to_bytes(),
            // Under the proposer, who signs: one that is under the upgrade authority belongs to another proposal.
            buffer_len: buffer_len(&self.buffer, self.proposer.key)?,
            code_digest,
            base_version: self.program_state.version,
            no_rollback,
            config_seq: self.multisig.config_seq,
            slot_hash: newest_slot_hash(&self.slot_hashes)?,
        })
    }

    /// From here on nobody can write to the buffer.
    fn take_buffer(&self) -> Result<()> {
        set_authority_checked(
            self.buffer.to_account_info(),
            self.proposer.to_account_info(),
            self.upgrade_authority.to_account_info(),
            &[
                seeds::UPGRADE_AUTHORITY,
                self.multisig.key().as_ref(),
                self.program_state.program.as_ref(),
                &[self.program_state.upgrade_authority_bump],
            ],
        )
    }
}
