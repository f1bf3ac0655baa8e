//! Proposals of every kind.

use anchor_lang::error::ErrorCode;
use anchor_lang::prelude::*;
use anchor_lang::AnchorSerialize;
use sha2::{Digest, Sha256};
use windlass::errors::WindlassError;
use windlass::state::{
    AccountLayout, DroppedRange, MappedRange, MemberParams, MigrationPlan, MultisigParams, UpgradeProposal,
};
use windlass_rules::digest::Content;
use windlass_rules::proposal::{Kind, Proposal};
use windlass_rules::propose::{propose, Request};
use windlass_rules::transfer::check_new_authority;

use super::registering::config_of;
use super::{rent, Motion, Setting, State, World};
use crate::actors::{Actor, Places};
use crate::refusal::{require, Answer};
use crate::step::{Params, Plan};

pub struct Upgrade {
    pub program: usize,
    pub buffer: usize,
    pub honest: bool,
    pub no_rollback: bool,
    pub plan: Option<Plan>,
}

/// What is voted on.
struct Subject {
    kind: Kind,
    program: Option<usize>,
    buffer: Option<usize>,
    buffer_len: u32,
    code_digest: [u8; 32],
    no_rollback: bool,
    plan: Option<Plan>,
    new_config: Option<Params>,
    new_authority: Option<Actor>,
    rolls_back: Option<u64>,
}

impl Subject {
    fn new(kind: Kind, program: Option<usize>) -> Self {
        Self {
            kind,
            program,
            buffer: None,
            buffer_len: 0,
            code_digest: [0; 32],
            no_rollback: false,
            plan: None,
            new_config: None,
            new_authority: None,
            rolls_back: None,
        }
    }
}

/// The plan as it is sent and stored.
pub fn plan_of(plan: Plan) -> MigrationPlan {
    let mapped = |from, to, len| MappedRange { from, to, len };
    let dropped = |from, len| DroppedRange { from, len };
    let layout = |dropped| AccountLayout {
        old_discriminator: *b"ledger_1",
        new_discriminator: *b"ledger_2",
        old_size: 64,
        new_size: 96,
        mapped: vec![mapped(8, 40, 1), mapped(16, 8, 32), mapped(48, 60, 8)],
        dropped,
    };
    match plan {
        Plan::Good { may_strand, receipts } => {
            MigrationPlan { layouts: vec![layout(vec![dropped(9, 7), dropped(56, 8)])], may_strand, receipts }
        }
        Plan::Leaky => MigrationPlan {
            layouts: vec![layout(vec![dropped(9, 6), dropped(56, 8)])],
            may_strand: 0,
            receipts: false,
        },
        Plan::Empty => MigrationPlan { layouts: Vec::new(), may_strand: 0, receipts: false },
    }
}

/// The params as they are sent and stored.
pub fn params_of(places: &Places, params: &Params) -> MultisigParams {
    let member = |(actor, roles): &(Actor, u8)| MemberParams { key: places.actors[*actor], roles: *roles };
    MultisigParams {
        members: params.members.iter().map(member).collect(),
        threshold: params.threshold,
        cancel_threshold: params.cancel_threshold,
        emergency_threshold: params.emergency_threshold,
        timelock: params.timelock,
        rollback_delay: params.rollback_delay,
        grace_period: params.grace_period,
        voting_period: params.voting_period,
    }
}

pub fn borsh(value: &impl AnchorSerialize) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.serialize(&mut bytes).expect("a vector takes everything");
    bytes
}

impl World {
    pub(super) fn propose_upgrade(
        &mut self,
        setting: &Setting,
        upgrade: &Upgrade,
        proposer: Actor,
        payer: Actor,
    ) -> Answer<()> {
        let program = upgrade.program;
        self.governed(program)?;
        let holder = setting.places.actors[proposer];
        let buffer_len = self.buffer_len(setting, upgrade.buffer, &holder)?;
        if let Some(plan) = upgrade.plan {
            plan_of(plan).rules().validate()?;
        }
        let code = self.buffers[&upgrade.buffer].code;
        let code_digest = if upgrade.honest { setting.codes.digest(code) } else { [5; 32] };
        let subject = Subject {
            buffer: Some(upgrade.buffer),
            buffer_len,
            code_digest,
            no_rollback: upgrade.no_rollback,
            plan: upgrade.plan,
            ..Subject::new(Kind::Upgrade, Some(program))
        };
        self.open(setting, subject, proposer, payer)?;
        let lock = setting.places.programs[program].upgrade_authority.address;
        self.buffers.get_mut(&upgrade.buffer).expect("it has a length").authority = lock;
        Ok(())
    }

    pub(super) fn propose_rollback(
        &mut self,
        setting: &Setting,
        program: usize,
        proposer: Actor,
        payer: Actor,
    ) -> Answer<()> {
        let state = self.governed(program)?;
        let kept = state.kept.ok_or(WindlassError::NothingToRollBack)?;
        let upgrade = state.rules.last_upgrade.ok_or(WindlassError::NothingToRollBack)?;
        let subject = Subject {
            buffer: Some(kept.buffer),
            buffer_len: kept.len,
            code_digest: kept.code_digest,
            rolls_back: self.motions.iter().find(|motion| motion.rules.address == upgrade).map(|it| it.id),
            ..Subject::new(Kind::Rollback, Some(program))
        };
        self.open(setting, subject, proposer, payer)
    }

    pub(super) fn propose_config(
        &mut self,
        setting: &Setting,
        proposer: Actor,
        payer: Actor,
        params: &Params,
    ) -> Answer<()> {
        let config = &self.council().config;
        config_of(setting.places, params, config.config_seq, config.pause).validate()?;
        let subject = Subject { new_config: Some(params.clone()), ..Subject::new(Kind::Config, None) };
        self.open(setting, subject, proposer, payer)
    }

    pub(super) fn propose_transfer(
        &mut self,
        setting: &Setting,
        program: usize,
        proposer: Actor,
        payer: Actor,
        new_authority: Option<Actor>,
    ) -> Answer<()> {
        self.governed(program)?;
        let upgrade_authority = setting.places.programs[program].upgrade_authority.address;
        let new = new_authority.map_or(upgrade_authority, |actor| setting.places.actors[actor]);
        check_new_authority(&new.to_bytes(), &upgrade_authority.to_bytes())?;
        let subject = Subject { new_authority, ..Subject::new(Kind::Transfer, Some(program)) };
        self.open(setting, subject, proposer, payer)
    }

    fn governed(&self, program: usize) -> Answer<&State> {
        Ok(self.programs[program].state.as_ref().ok_or(ErrorCode::AccountNotInitialized)?)
    }

    fn open(&mut self, setting: &Setting, subject: Subject, proposer: Actor, payer: Actor) -> Answer<()> {
        let key = setting.places.actors[proposer].to_bytes();
        let council = self.council();
        let config = &council.config;
        let seat = config.members.iter().position(|member| member.key == key);
        let seat = seat.ok_or(WindlassError::NotAMember)?;
        let rules = subject.program.map(|program| self.state(program).rules);
        let request =
            Request { kind: subject.kind, proposer: key, open_proposals: council.open[seat], now: self.now };
        let proposed = propose(config, rules.as_ref(), &request)?;

        let id = council.proposal_count + 1;
        let plan = subject.plan.map(plan_of);
        let new_config = subject.new_config.as_ref().map(|params| params_of(setting.places, params));
        let payload = borsh(&plan).len() + borsh(&new_config).len();
        let space = UpgradeProposal::space(config.members.len(), payload);
        let base_version = rules.map_or(0, |program| program.version);
        let new_authority = subject.new_authority.map(|actor| setting.places.actors[actor]);
        let rolls_back = subject.rolls_back.map(|id| setting.places.proposal(id).address);
        let program = subject.program.map(|program| setting.places.programs[program].program);
        let content = Content {
            windlass: windlass::ID.to_bytes(),
            multisig: setting.places.multisig.address.to_bytes(),
            program: program.unwrap_or_default().to_bytes(),
            id,
            kind: tag(subject.kind),
            proposer: key,
            buffer: subject.buffer.map_or([0; 32], |buffer| setting.places.buffers[buffer].to_bytes()),
            buffer_len: subject.buffer_len,
            code_digest: subject.code_digest,
            base_version,
            no_rollback: subject.no_rollback,
            config_seq: config.config_seq,
            slot_hash: self.slot_hash,
            payload: Sha256::digest(borsh(&(plan, new_config, new_authority, rolls_back))).into(),
        };
        let digest = content.digest(|parts| Sha256::digest(parts.concat()).into());
        let verified_len = if subject.kind == Kind::Upgrade { 0 } else { subject.buffer_len };
        let motion = Motion {
            id,
            rules: Proposal {
                address: setting.places.proposal(id).address.to_bytes(),
                kind: subject.kind,
                proposer: key,
                status: proposed.status,
                digest,
                base_version,
                config_seq: config.config_seq,
                buffer_len: subject.buffer_len,
                verified_len,
                verified_digest: if subject.kind == Kind::Upgrade { [0; 32] } else { subject.code_digest },
                code_digest: subject.code_digest,
                created_at: self.now,
                approved_at: 0,
                eta: 0,
                pause_mark: 0,
                no_rollback: subject.no_rollback,
                kept_version: None,
                expires_at: proposed.expires_at,
                closed_at: 0,
                approvals: Vec::new(),
                cancel_votes: Vec::new(),
            },
            program: subject.program,
            payer,
            seats: config.members.len(),
            buffer: subject.buffer,
            slot_hash: self.slot_hash,
            reclaimed: false,
            kept: None,
            rolls_back: subject.rolls_back,
            new_authority: subject.new_authority,
            plan: subject.plan,
            new_config: subject.new_config,
            approved_at: Vec::new(),
            cancel_voted_at: Vec::new(),
        };
        require(motion.rules.invariant().is_ok(), WindlassError::InvariantViolated)?;
        self.pay(payer, rent(space));
        let council = self.council_mut();
        council.proposal_count = id;
        council.open[seat] = proposed.open_proposals;
        self.motions.push(motion.into());
        Ok(())
    }
}

fn tag(kind: Kind) -> u8 {
    match kind {
        Kind::Upgrade => 0,
        Kind::Rollback => 1,
        Kind::Config => 2,
        Kind::Transfer => 3,
    }
}
