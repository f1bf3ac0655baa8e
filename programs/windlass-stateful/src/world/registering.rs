//! Multisigs, and programs that come under them.

use anchor_lang::error::ErrorCode;
use windlass::errors::WindlassError;
use windlass::state::{MultisigConfig, ProgramUpgradeState};
use windlass_rules::config::{Config, Member};
use windlass_rules::pause::Pause;
use windlass_rules::program::{validate_timelock, Program};
use windlass_rules::roles;

use super::{rent, Council, Setting, State, World};
use crate::actors::{Actor, Places};
use crate::refusal::{require, Answer};
use crate::step::Params;

/// The config that these params make.
pub fn config_of(places: &Places, params: &Params, config_seq: u64, pause: Pause) -> Config {
    let member =
        |(actor, roles): &(Actor, u8)| Member { key: places.actors[*actor].to_bytes(), roles: *roles };
    Config {
        members: params.members.iter().map(member).collect(),
        threshold: params.threshold,
        cancel_threshold: params.cancel_threshold,
        emergency_threshold: params.emergency_threshold,
        timelock: params.timelock,
        rollback_delay: params.rollback_delay,
        grace_period: params.grace_period,
        voting_period: params.voting_period,
        config_seq,
        pause,
    }
}

impl World {
    pub(super) fn initialize(
        &mut self,
        setting: &Setting,
        number: u8,
        payer: Actor,
        params: &Params,
    ) -> Answer<()> {
        let config = config_of(setting.places, params, 0, Pause::default());
        config.validate()?;
        let is_there = if number == 0 { self.council.is_some() } else { self.others.contains(&number) };
        require(!is_there, ErrorCode::AccountOwnedByWrongProgram)?;
        self.pay(payer, rent(MultisigConfig::SPACE));
        if number == 0 {
            let open = vec![0; config.members.len()];
            self.council = Some(Council { config, open, proposal_count: 0 });
        } else {
            self.others.push(number);
        }
        Ok(())
    }

    pub(super) fn register(
        &mut self,
        setting: &Setting,
        program: usize,
        authority: Actor,
        payer: Actor,
        timelock: i64,
    ) -> Answer<()> {
        self.take_authority(setting, program, authority)?;
        validate_timelock(timelock)?;
        let governed = &mut self.programs[program];
        require(governed.state.is_none(), ErrorCode::AccountOwnedByWrongProgram)?;
        governed.state = Some(State {
            rules: Program {
                version: 0,
                timelock,
                slot: None,
                rollback_slot: None,
                kept: None,
                last_upgrade: None,
                last_upgrade_at: 0,
                migration_open: false,
                released: false,
            },
            code_digest: [0; 32],
            code_len: u32::try_from(setting.codes.room()).expect("a small program"),
            kept: None,
            migration: None,
        });
        self.pay(payer, rent(ProgramUpgradeState::SPACE));
        Ok(())
    }

    pub(super) fn register_released(
        &mut self,
        setting: &Setting,
        program: usize,
        authority: Actor,
        timelock: i64,
    ) -> Answer<()> {
        let state = self.programs[program].state.as_ref().ok_or(ErrorCode::AccountNotInitialized)?;
        require(state.rules.released, WindlassError::NotReleased)?;
        self.take_authority(setting, program, authority)?;
        validate_timelock(timelock)?;
        let state = self.state_mut(program);
        state.rules = Program {
            version: state.rules.version + 1,
            timelock,
            kept: None,
            last_upgrade: None,
            released: false,
            ..state.rules
        };
        state.code_digest = [0; 32];
        state.code_len = u32::try_from(setting.codes.room()).expect("a small program");
        (state.kept, state.migration) = (None, None);
        Ok(())
    }

    fn take_authority(&mut self, setting: &Setting, program: usize, authority: Actor) -> Answer<()> {
        let upgrade_authority = setting.places.programs[program].upgrade_authority.address;
        let signer = setting.places.actors[authority];
        let previous = self.programs[program].authority;
        if previous == upgrade_authority {
            self.council().config.require(&signer.to_bytes(), roles::PROPOSE)?;
            return Ok(());
        }
        require(signer == previous, WindlassError::UpgradeAuthorityMismatch)?;
        self.programs[program].authority = upgrade_authority;
        Ok(())
    }
}
