//! Making a proposal of any kind: quota, digest and account are the same for all.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::system_program;
use solana_sha256_hasher::{hash, hashv};
use windlass_rules::digest::Content;
use windlass_rules::program::Program;
use windlass_rules::propose::{propose, Proposed, Request};

use crate::creation::create;
use crate::errors::WindlassError;
use crate::seeds;
use crate::state::{MigrationPlan, MultisigConfig, MultisigParams, ProposalKind, UpgradeProposal};

/// What is voted on.
pub struct Subject {
    pub kind: ProposalKind,
    pub program: Pubkey,
    /// The program's version that it is meant for.
    pub base_version: u64,
    pub buffer: Pubkey,
    pub buffer_len: u32,
    pub code_digest: [u8; 32],
    pub no_rollback: bool,
    pub plan: Option<MigrationPlan>,
    pub new_config: Option<MultisigParams>,
    pub new_authority: Option<Pubkey>,
    pub rolls_back: Option<Pubkey>,
}

impl Subject {
    /// Nothing yet but what it is about.
    pub fn new(kind: ProposalKind, program: Pubkey, base_version: u64) -> Self {
        Self {
            kind,
            program,
            base_version,
            buffer: Pubkey::default(),
            buffer_len: 0,
            code_digest: [0; 32],
            no_rollback: false,
            plan: None,
            new_config: None,
            new_authority: None,
            rolls_back: None,
        }
    }

    fn payload(&self) -> Result<[u8; 32]> {
        let fields = (&self.plan, &self.new_config, &self.new_authority, &self.rolls_back);
        Ok(hash(&borsh::to_vec(&fields)?).to_bytes())
    }
}

/// Who proposes, where and when.
pub struct Opening {
    pub multisig: Pubkey,
    pub proposal: Pubkey,
    pub bump: u8,
    pub proposer: Pubkey,
    pub payer: Pubkey,
    pub slot_hash: [u8; 32],
    pub now: i64,
}

impl Opening {
    /// Make the proposal's account, and count it. `program`: None for a config.
    ///
    /// # Errors
    /// The rules', and `PayerInvalid`: a buffer that signed as the payer could never be paid by its own upgrade.
    #[inline(never)]
    pub fn open<'info>(
        &self,
        multisig: &mut MultisigConfig,
        program: Option<&Program>,
        account: &AccountInfo<'info>,
        payer: &AccountInfo<'info>,
        subject: Subject,
    ) -> Result<Box<UpgradeProposal>> {
        require_keys_eq!(*payer.owner, system_program::ID, WindlassError::PayerInvalid);
        let request = Request {
            kind: subject.kind.into(),
            proposer: self.proposer.to_bytes(),
            open_proposals: multisig.open_proposals_of(&self.proposer)?,
            now: self.now,
        };
        let proposed = propose(&multisig.rules(), program, &request).map_err(WindlassError::from)?;
        let payload = payload_len(&subject.plan).saturating_add(payload_len(&subject.new_config));
        let space = UpgradeProposal::space(multisig.members.len(), payload);
        let proposal = self.proposal(multisig, &proposed, subject)?;
        proposal.invariant(&self.proposal)?;

        let id = proposal.id.to_le_bytes();
        let seeds: [&[u8]; 4] = [seeds::PROPOSAL, self.multisig.as_ref(), &id, &[self.bump]];
        create(account, payer, space, &seeds)?;
        proposal.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;
        multisig.open_proposal(proposal.id, &self.proposer, proposed.open_proposals)?;
        Ok(proposal)
    }

    #[inline(never)]
    fn proposal(
        &self,
        multisig: &MultisigConfig,
        proposed: &Proposed,
        subject: Subject,
    ) -> Result<Box<UpgradeProposal>> {
        let id = multisig.next_proposal_id()?;
        // The copy of a rollback was compared with the running code when it was kept.
        let (verified_len, verified_digest) = match subject.kind {
            ProposalKind::Upgrade => (0, [0; 32]),
            _ => (subject.buffer_len, subject.code_digest),
        };
        Ok(Box::new(UpgradeProposal {
            bump: self.bump,
            multisig: self.multisig,
            program: subject.program,
            id,
            kind: subject.kind,
            proposer: self.proposer,
            payer: self.payer,
            buffer: subject.buffer,
            buffer_len: subject.buffer_len,
            code_digest: subject.code_digest,
            verified_len,
            verified_digest,
            base_version: subject.base_version,
            no_rollback: subject.no_rollback,
            config_seq: multisig.config_seq,
            slot_hash: self.slot_hash,
            digest: self.digest(id, multisig.config_seq, &subject)?,
            status: proposed.status.into(),
            created_at: self.now,
            approved_at: 0,
            eta: 0,
            expires_at: proposed.expires_at,
            closed_at: 0,
            pause_mark: 0,
            buffer_reclaimed: false,
            rollback_buffer: None,
            rolls_back: subject.rolls_back,
            new_authority: subject.new_authority,
            plan: subject.plan,
            new_config: subject.new_config,
            approvals: Vec::new(),
            cancel_votes: Vec::new(),
        }))
    }

    #[inline(never)]
    fn digest(&self, id: u64, config_seq: u64, subject: &Subject) -> Result<[u8; 32]> {
        let content = Content {
            windlass: crate::ID.to_bytes(),
            multisig: self.multisig.to_bytes(),
            program: subject.program.to_bytes(),
            id,
            kind: subject.kind.tag(),
            proposer: self.proposer.to_bytes(),
            buffer: subject.buffer.to_bytes(),
            buffer_len: subject.buffer_len,
            code_digest: subject.code_digest,
            base_version: subject.base_version,
            no_rollback: subject.no_rollback,
            config_seq,
            slot_hash: self.slot_hash,
            payload: subject.payload()?,
        };
        Ok(content.digest(|parts| hashv(parts).to_bytes()))
    }
}

/// Bytes of a plan or a config as borsh lays it.
fn payload_len<T: AnchorSerialize>(payload: &T) -> usize {
    borsh::object_length(payload).unwrap_or(usize::MAX)
}
