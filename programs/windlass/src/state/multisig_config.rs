use anchor_lang::prelude::*;
use windlass_interface::EventStream;
use windlass_rules::config::{self, Config, MAX_MEMBERS, MAX_OPEN_PROPOSALS};

use crate::errors::WindlassError;

/// A multisig: who decides, how many of them, and how long everybody can look on. Governance events are its stream.
/// Durations are seconds.
#[account]
#[derive(InitSpace, Debug)]
pub struct MultisigConfig {
    pub stream: EventStream,
    pub bump: u8,
    pub create_key: Pubkey,
    /// Approvals that an upgrade needs.
    pub threshold: u8,
    /// Votes that end a proposal.
    pub cancel_threshold: u8,
    /// Approvals that a rollback needs.
    pub emergency_threshold: u8,
    /// Between the crossing approval and the upgrade.
    pub timelock: i64,
    /// Between the crossing approval and a rollback.
    pub rollback_delay: i64,
    /// In which an approved proposal can be executed.
    pub grace_period: i64,
    /// In which a proposal can be approved.
    pub voting_period: i64,
    /// Changes of this config.
    pub config_seq: u64,
    /// Proposals ever made; the last one's id.
    pub proposal_count: u64,
    /// Last, because of its length.
    #[max_len(MAX_MEMBERS)]
    pub members: Vec<Member>,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub key: Pubkey,
    /// Bits: 1 propose, 2 approve, 4 guard.
    pub roles: u8,
    pub open_proposals: u8,
}

/// A member as a multisig's creator names them.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberParams {
    pub key: Pubkey,
    /// Bits: 1 propose, 2 approve, 4 guard.
    pub roles: u8,
}

/// What a multisig's creator chooses. Durations are seconds.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Debug, PartialEq, Eq)]
pub struct MultisigParams {
    pub members: Vec<MemberParams>,
    pub threshold: u8,
    pub cancel_threshold: u8,
    pub emergency_threshold: u8,
    pub timelock: i64,
    pub rollback_delay: i64,
    pub grace_period: i64,
    pub voting_period: i64,
}

impl MultisigConfig {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn new(params: &MultisigParams, create_key: Pubkey, bump: u8) -> Self {
        let member = |named: &MemberParams| Member { key: named.key, roles: named.roles, open_proposals: 0 };
        Self {
            stream: EventStream::default(),
            bump,
            create_key,
            threshold: params.threshold,
            cancel_threshold: params.cancel_threshold,
            emergency_threshold: params.emergency_threshold,
            timelock: params.timelock,
            rollback_delay: params.rollback_delay,
            grace_period: params.grace_period,
            voting_period: params.voting_period,
            config_seq: 0,
            proposal_count: 0,
            members: params.members.iter().map(member).collect(),
        }
    }

    pub fn rules(&self) -> Config {
        let member = |member: &Member| config::Member { key: member.key.to_bytes(), roles: member.roles };
        Config {
            members: self.members.iter().map(member).collect(),
            threshold: self.threshold,
            cancel_threshold: self.cancel_threshold,
            emergency_threshold: self.emergency_threshold,
            timelock: self.timelock,
            rollback_delay: self.rollback_delay,
            grace_period: self.grace_period,
            voting_period: self.voting_period,
            config_seq: self.config_seq,
        }
    }

    /// The id that the next proposal gets.
    pub fn next_proposal_id(&self) -> Result<u64> {
        Ok(self.proposal_count.checked_add(1).ok_or(WindlassError::Overflow)?)
    }

    pub fn member(&self, key: &Pubkey) -> Option<&Member> {
        self.members.iter().find(|member| member.key == *key)
    }

    pub fn member_mut(&mut self, key: &Pubkey) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.key == *key)
    }

    /// A proposal of `proposer` was closed. One who is no member any more has no quota to give back.
    pub fn close_proposal_of(&mut self, proposer: &Pubkey) -> Result<()> {
        if let Some(member) = self.member_mut(proposer) {
            member.open_proposals =
                member.open_proposals.checked_sub(1).ok_or(WindlassError::InvariantViolated)?;
        }
        Ok(())
    }

    /// The config is one that may be, and nobody has more proposals open than allowed.
    pub fn invariant(&self) -> Result<()> {
        self.rules().validate().map_err(WindlassError::from)?;
        let open = |member: &Member| u64::from(member.open_proposals);
        let within_quota = self.members.iter().all(|member| member.open_proposals <= MAX_OPEN_PROPOSALS);
        let all_made = self.members.iter().map(open).sum::<u64>() <= self.proposal_count;
        require!(within_quota && all_made, WindlassError::InvariantViolated);
        Ok(())
    }
}
