use anchor_lang::prelude::*;
use windlass_rules::roles;

use crate::errors::WindlassError;
use crate::events::ProgramRegistered;
use crate::loader::{authority_of_program, set_authority_checked, UpgradeableLoader};
use crate::seeds;
use crate::state::{MultisigConfig, ProgramUpgradeState};

#[event_cpi]
#[derive(Accounts)]
pub struct RegisterProgram<'info> {
    #[account(mut, seeds = [seeds::MULTISIG, multisig.create_key.as_ref()], bump = multisig.bump)]
    pub multisig: Box<Account<'info, MultisigConfig>>,
    #[account(
        init,
        payer = payer,
        space = ProgramUpgradeState::SPACE,
        seeds = [seeds::PROGRAM_STATE, multisig.key().as_ref(), governed_program.key().as_ref()],
        bump,
    )]
    pub program_state: Box<Account<'info, ProgramUpgradeState>>,
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
        let accounts = &ctx.accounts;
        let address = accounts.multisig.key();
        let program = accounts.governed_program.key();
        let program_data = accounts.program_data.key();
        let upgrade_authority = accounts.upgrade_authority.key();
        let authority = accounts.authority.key();

        let previous_authority = authority_of_program(&accounts.governed_program, &accounts.program_data)?
            .ok_or(WindlassError::UpgradeAuthorityMismatch)?;
        if previous_authority == upgrade_authority {
            let config = accounts.multisig.rules();
            config.require(&authority.to_bytes(), roles::PROPOSE).map_err(WindlassError::from)?;
        } else {
            require_keys_eq!(authority, previous_authority, WindlassError::UpgradeAuthorityMismatch);
            set_authority_checked(
                accounts.program_data.to_account_info(),
                accounts.authority.to_account_info(),
                accounts.upgrade_authority.to_account_info(),
                &[
                    seeds::UPGRADE_AUTHORITY,
                    address.as_ref(),
                    program.as_ref(),
                    &[ctx.bumps.upgrade_authority],
                ],
            )?;
        }

        let program_state: &mut ProgramUpgradeState = &mut ctx.accounts.program_state;
        *program_state = ProgramUpgradeState {
            bump: ctx.bumps.program_state,
            upgrade_authority_bump: ctx.bumps.upgrade_authority,
            multisig: address,
            program,
            program_data,
            version: 0,
            code_digest: [0; 32],
            timelock,
            last_upgrade_at: 0,
            approved_proposal: None,
            released: false,
        };
        program_state.invariant()?;

        let now = Clock::get()?.unix_timestamp;
        let multisig = &mut ctx.accounts.multisig;
        let event = multisig.stream.record(address, now, |header| ProgramRegistered {
            header,
            multisig: address,
            program,
            program_data,
            upgrade_authority,
            previous_authority,
            timelock,
        })?;
        multisig.invariant()?;
        emit_cpi!(event);
        Ok(())
    }
}
