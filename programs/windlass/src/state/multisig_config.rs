use anchor_lang::prelude::*;
use windlass_interface::EventStream;
use windlass_rules::config::{self, Config, MAX_MEMBERS, MAX_OPEN_PROPOSALS};
use windlass_rules::pause::{Pause, MAX_PAUSES};

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
    /// 0: no pause, or none that is not settled.
    pub pause_started_at: i64,
    /// When the pause runs out by itself.
    pub paused_until: i64,
    /// The guard who paused.
    pub paused_by: Pubkey,
    /// Of all settled pauses.
    pub accumulated_pause: i64,
    /// When the last pauses started, the oldest first; 0: not that many yet.
    pub recent_pauses: [i64; MAX_PAUSES],
    /// Last, because of its length.
    #[max_len(MAX_MEMBERS)]
    pub members: Vec<Member>,
}

#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub key: Pubkey,
    /// Bits: 1 propose, 2 approve, 4 guard.
    pub roles: u8,
    /// Made under this config: those made under another are stale and count no more.
    pub open_proposals: u8,
}

/// A member as a multisig's creator names them, or a proposal for another config.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberParams {
    pub key: Pubkey,
    /// Bits: 1 propose, 2 approve, 4 guard.
    pub roles: u8,
}

/// What a multisig's creator chooses, and what a proposal for another config changes. Durations are seconds.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Debug, PartialEq, Eq)]
pub struct MultisigParams {
    /// A proposal is sized by the members that it names.
    #[max_len(0)]
    pub members: Vec<MemberParams>,
    pub threshold: u8,
    pub cancel_threshold: u8,
    pub emergency_threshold: u8,
    pub timelock: i64,
    pub rollback_delay: i64,
    pub grace_period: i64,
    pub voting_period: i64,
}

impl Member {
    fn new(named: &MemberParams) -> Self {
        Self { key: named.key, roles: named.roles, open_proposals: 0 }
    }
}

impl MultisigParams {
    /// The config that this would make.
    pub fn rules(&self, config_seq: u64, pause: Pause) -> Config {
        let member =
            |member: &MemberParams| config::Member { key: member.key.to_bytes(), roles: member.roles };
        Config {
            members: self.members.iter().map(member).collect(),
            threshold: self.threshold,
            cancel_threshold: self.cancel_threshold,
            emergency_threshold: self.emergency_threshold,
            timelock: self.timelock,
            rollback_delay: self.rollback_delay,
            grace_period: self.grace_period,
            voting_period: self.voting_period,
            config_seq,
            pause,
        }
    }
}

impl MultisigConfig {
    pub const SPACE: usize = Self::DISCRIMINATOR.len() + Self::INIT_SPACE;

    pub fn new(params: &MultisigParams, create_key: Pubkey, bump: u8) -> Self {
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
            pause_started_at: 0,
            paused_until: 0,
            paused_by: Pubkey::default(),
            accumulated_pause: 0,
            recent_pauses: [0; MAX_PAUSES],
            members: params.members.iter().map(Member::new).collect(),
        }
    }

    /// What may be changed by a proposal, as it is.
    pub fn params(&self) -> MultisigParams {
        let named = |member: &Member| MemberParams { key: member.key, roles: member.roles };
        MultisigParams {
            members: self.members.iter().map(named).collect(),
            threshold: self.threshold,
            cancel_threshold: self.cancel_threshold,
            emergency_threshold: self.emergency_threshold,
            timelock: self.timelock,
            rollback_delay: self.rollback_delay,
            grace_period: self.grace_period,
            voting_period: self.voting_period,
        }
    }

    /// Take over what was voted. Every open proposal is stale from now on, so nobody has one that counts.
    pub fn change(&mut self, params: &MultisigParams, config_seq: u64) {
        self.members = params.members.iter().map(Member::new).collect();
        self.threshold = params.threshold;
        self.cancel_threshold = params.cancel_threshold;
        self.emergency_threshold = params.emergency_threshold;
        self.timelock = params.timelock;
        self.rollback_delay = params.rollback_delay;
        self.grace_period = params.grace_period;
        self.voting_period = params.voting_period;
        self.config_seq = config_seq;
    }

    pub fn pause(&self) -> Pause {
        Pause {
            started_at: self.pause_started_at,
            until: self.paused_until,
            by: self.paused_by.to_bytes(),
            accumulated: self.accumulated_pause,
            recent: self.recent_pauses,
        }
    }

    pub fn set_pause(&mut self, pause: &Pause) {
        self.pause_started_at = pause.started_at;
        self.paused_until = pause.until;
        self.paused_by = Pubkey::new_from_array(pause.by);
        self.accumulated_pause = pause.accumulated;
        self.recent_pauses = pause.recent;
    }

    pub fn rules(&self) -> Config {
        self.params().rules(self.config_seq, self.pause())
    }

    /// The id that the next proposal gets.
    pub fn next_proposal_id(&self) -> Result<u64> {
        Ok(self.proposal_count.checked_add(1).ok_or(WindlassError::Overflow)?)
    }

    pub fn member_mut(&mut self, key: &Pubkey) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.key == *key)
    }

    /// How many proposals `proposer` has open; `NotAMember` for a stranger.
    pub fn open_proposals_of(&self, proposer: &Pubkey) -> Result<u8> {
        let member = self.members.iter().find(|member| member.key == *proposer);
        Ok(member.ok_or(WindlassError::NotAMember)?.open_proposals)
    }

    /// `proposer` made the proposal `id`, and has so many open now.
    pub fn open_proposal(&mut self, id: u64, proposer: &Pubkey, open_proposals: u8) -> Result<()> {
        self.proposal_count = id;
        self.member_mut(proposer).ok_or(WindlassError::NotAMember)?.open_proposals = open_proposals;
        Ok(())
    }

    /// A proposal of `proposer` was closed. One made under a former config counts against no quota.
    pub fn close_proposal_of(&mut self, proposer: &Pubkey, config_seq: u64) -> Result<()> {
        if config_seq == self.config_seq {
            let member = self.member_mut(proposer).ok_or(WindlassError::InvariantViolated)?;
            member.open_proposals =
                member.open_proposals.checked_sub(1).ok_or(WindlassError::InvariantViolated)?;
        }
        Ok(())
    }

    /// The config and the pause are ones that may be, and nobody has more proposals open than allowed.
    pub fn invariant(&self) -> Result<()> {
        self.rules().validate().map_err(WindlassError::from)?;
        self.pause().invariant().map_err(WindlassError::from)?;
        let open = |member: &Member| u64::from(member.open_proposals);
        let within_quota = self.members.iter().all(|member| member.open_proposals <= MAX_OPEN_PROPOSALS);
        let all_made = self.members.iter().map(open).sum::<u64>() <= self.proposal_count;
        require!(within_quota && all_made, WindlassError::InvariantViolated);
        Ok(())
    }
}
