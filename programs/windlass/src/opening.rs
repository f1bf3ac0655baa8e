//! Making a proposal of any kind: quota, digest and account are the same for all.

use anchor_lang::prelude::*;
use solana_sha256_hasher::{hash, hashv};
use windlass_rules::digest::Content;
use windlass_rules::program::Program;
use windlass_rules::propose::{propose, Request};

use crate::errors::WindlassError;
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
    /// Fill the new account, and count it. `program`: None for a config.
    #[inline(never)]
    pub fn open(
        &self,
        multisig: &mut MultisigConfig,
        program: Option<&Program>,
        account: &mut UpgradeProposal,
        subject: Subject,
    ) -> Result<()> {
        let request = Request {
            kind: subject.kind.into(),
            proposer: self.proposer.to_bytes(),
            open_proposals: multisig.open_proposals_of(&self.proposer)?,
            now: self.now,
        };
        let proposed = propose(&multisig.rules(), program, &request).map_err(WindlassError::from)?;
        let id = multisig.next_proposal_id()?;

        account.bump = self.bump;
        account.multisig = self.multisig;
        account.program = subject.program;
        account.id = id;
        account.kind = subject.kind;
        account.proposer = self.proposer;
        account.payer = self.payer;
        account.buffer = subject.buffer;
        account.buffer_len = subject.buffer_len;
        account.code_digest = subject.code_digest;
        account.base_version = subject.base_version;
        account.no_rollback = subject.no_rollback;
        account.config_seq = multisig.config_seq;
        account.slot_hash = self.slot_hash;
        account.digest = self.digest(id, multisig.config_seq, &subject)?;
        account.status = proposed.status.into();
        account.created_at = self.now;
        account.expires_at = proposed.expires_at;
        account.rolls_back = subject.rolls_back;
        account.new_authority = subject.new_authority;
        account.plan = subject.plan;
        account.new_config = subject.new_config;
        // The copy of a rollback was compared with the running code when it was kept.
        if subject.kind != ProposalKind::Upgrade {
            account.verified_len = subject.buffer_len;
            account.verified_digest = subject.code_digest;
        }
        account.invariant(&self.proposal)?;
        multisig.open_proposal(id, &self.proposer, proposed.open_proposals)
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
pub fn payload_len<T: AnchorSerialize>(payload: &T) -> usize {
    borsh::object_length(payload).unwrap_or(usize::MAX)
}
