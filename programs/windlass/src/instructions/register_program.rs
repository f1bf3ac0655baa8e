use anchor_lang::prelude::*;
use windlass_rules::roles;

use crate::creation::create;
use crate::errors::WindlassError;
use crate::events::ProgramRegistered;
use crate::loader::{authority_of_program, program_len, set_authority_checked, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState};

#[event_cpi]
#[derive(Accounts)]
pub struct RegisterProgram<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    /// CHECK: made in `run`, at this address and no other.
    #[account(
        mut,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump,
    )]
    pub program_state: UncheckedAccount<'info>,
    /// CHECK: the loader's executable program, checked with its ProgramData in `run`.
    pub governed_program: UncheckedAccount<'info>,
    /// CHECK: checked in `run` to be the governed program's.
    #[account(mut)]
    pub program_data: UncheckedAccount<'info>,
    /// CHECK: an address that only this program signs for; there is no account.
    #[account(
        seeds = [seeds::UPGRADE_AUTHORITY, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump,
    )]
    pub upgrade_authority: UncheckedAccount<'info>,
    /// The current upgrade authority; where `upgrade_authority` is that already, a member who may propose.
    pub authority: Signer<'info>,
    #[account(mut)]
    pub payer: Signer<'info>,
    pub loader: Program<'info, UpgradeableLoader>,
    pub system_program: Program<'info, System>,
}

impl RegisterProgram<'_> {
    pub fn run(ctx: Context<Self>, timelock: i64) -> Result<()> {
        let bumps = (ctx.bumps.program_state, ctx.bumps.upgrade_authority);
        let accounts = &ctx.accounts;
        let registration = Registration {
            multisig: accounts.multisig.key(),
            governed_program: accounts.governed_program.to_account_info(),
            program_data: accounts.program_data.to_account_info(),
            upgrade_authority: accounts.upgrade_authority.to_account_info(),
            upgrade_authority_bump: bumps.1,
            authority: accounts.authority.to_account_info(),
        };
        let previous_authority = registration.take_authority(&accounts.multisig)?;

        let program_state = registration.state(bumps.0, timelock)?;
        program_state.invariant()?;
        let program = registration.governed_program.key();
        let seeds: [&[u8]; 4] =
            [seeds::PROGRAM_STATE, registration.multisig.as_ref(), program.as_ref(), &[bumps.0]];
        let account = &ctx.accounts.program_state;
        create(account, &ctx.accounts.payer, ProgramUpgradeState::SPACE, &seeds)?;
        program_state.try_serialize(&mut &mut account.try_borrow_mut_data()?[..])?;

        let event = registration.record(&mut ctx.accounts.multisig, &program_state, previous_authority)?;
        emit_cpi!(event);
        Ok(())
    }
}

/// A program's way under the multisig, whether for the first time or again.
pub struct Registration<'info> {
    pub multisig: Pubkey,
    pub governed_program: AccountInfo<'info>,
    pub program_data: AccountInfo<'info>,
    pub upgrade_authority: AccountInfo<'info>,
    pub upgrade_authority_bump: u8,
    pub authority: AccountInfo<'info>,
}

impl Registration<'_> {
    /// Move the program under the upgrade authority, by its present authority's signature; where it is there already, a
    /// member who may propose signs. The authority before.
    pub fn take_authority(&self, multisig: &MultisigConfig) -> Result<Pubkey> {
        let previous_authority = authority_of_program(&self.governed_program, &self.program_data)?
            .ok_or(WindlassError::UpgradeAuthorityMismatch)?;
        if previous_authority == self.upgrade_authority.key() {
            let config = multisig.rules();
            config.require(&self.authority.key().to_bytes(), roles::PROPOSE).map_err(WindlassError::from)?;
            return Ok(previous_authority);
        }
        require_keys_eq!(self.authority.key(), previous_authority, WindlassError::UpgradeAuthorityMismatch);
        let program = self.governed_program.key();
        set_authority_checked(
            self.program_data.clone(),
            self.authority.clone(),
            self.upgrade_authority.clone(),
            &[
                seeds::UPGRADE_AUTHORITY,
                self.multisig.as_ref(),
                program.as_ref(),
                &[self.upgrade_authority_bump],
            ],
        )?;
        Ok(previous_authority)
    }

    #[inline(never)]
    fn state(&self, bump: u8, timelock: i64) -> Result<Box<ProgramUpgradeState>> {
        Ok(Box::new(ProgramUpgradeState {
            bump,
            upgrade_authority_bump: self.upgrade_authority_bump,
            multisig: self.multisig,
            program: self.governed_program.key(),
            program_data: self.program_data.key(),
            version: 0,
            code_digest: [0; 32],
            code_len: program_len(&self.program_data)?,
            timelock,
            last_upgrade_at: 0,
            approved_proposal: None,
            approved_rollback: None,
            released: false,
            rollback: None,
            last_upgrade_proposal: None,
            migration: None,
            migration_open: false,
        }))
    }

    pub fn record(
        &self,
        multisig: &mut MultisigConfig,
        program_state: &ProgramUpgradeState,
        previous_authority: Pubkey,
    ) -> Result<ProgramRegistered> {
        let now = Clock::get()?.unix_timestamp;
        let event = multisig.stream.record(self.multisig, now, |header| ProgramRegistered {
            header,
            multisig: self.multisig,
            program: program_state.program,
            program_data: program_state.program_data,
            upgrade_authority: self.upgrade_authority.key(),
            previous_authority,
            timelock: program_state.timelock,
            version: program_state.version,
        })?;
        multisig.invariant()?;
        Ok(event)
    }
}
