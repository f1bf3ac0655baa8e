//! How a governed program is migrated by Windlass.
//!
//! Windlass calls the program's `migrate` once for each account, and its `revert` where an approved rollback takes the
//! accounts back first. Both get the same two accounts and no arguments:
//!
//! | | account | |
//! | --- | --- | --- |
//! | 0 | the account to migrate | writable |
//! | 1 | the migration authority | signer |
//!
//! Windlass has topped up the account's rent for the larger size already. Afterwards it checks what the members voted
//! on, and the whole transaction fails if anything is otherwise: the program still owns the account; discriminator and
//! size are the new layout's; the account has no fewer lamports; every mapped byte is what it was. `revert` is the
//! mirror image: the *current* mapped bytes go back, not those from before the migration.
//!
//! What the program has to do:
//! - Check the authority, by [`MigrationAuthority::require_signed_by`]. Without it anyone could migrate, and `revert`
//!   would be open to anyone at any time.
//! - Emit nothing. It has no account to emit through, and Windlass emits `AccountMigrated` with the hashes of the
//!   account before and after. The fields of a stream of its own ([`crate::EventStream`]) are mapped like any others.
//! - Work on the account's bytes. An Anchor `Account<T>` would read the old layout and write it back at the end.
//! - Answer every other instruction on an account of the old layout with an error that says to migrate first: clients
//!   put Windlass's `migrate_account` before their own instruction. A program cannot call it itself, because a program
//!   called by Windlass cannot call back, and nothing needs it to.
//!
//! # Example
//! Release 1 of a counter had a `u64` count. Release 2 puts an owner before it and adds a limit: 16 bytes become 56.
//!
//! ```
//! use anchor_lang::prelude::*;
//! use windlass_interface::migration::MigrationAuthority;
//!
//! declare_id!("Cntr111111111111111111111111111111111111111");
//!
//! /// Who may migrate: this Windlass, for the multisig that governs this program.
//! const AUTHORITY: MigrationAuthority = MigrationAuthority {
//!     windlass: pubkey!("Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5"),
//!     multisig: pubkey!("MuLtisig11111111111111111111111111111111111"),
//!     program: ID,
//! };
//!
//! const OLD: [u8; 8] = *b"counter1";
//! const NEW: [u8; 8] = *b"counter2";
//! const OLD_SIZE: usize = 16;
//! const NEW_SIZE: usize = 56;
//!
//! #[program]
//! pub mod counter {
//!     use super::*;
//!
//!     pub fn migrate(ctx: Context<Migrate>) -> Result<()> {
//!         let account = ctx.accounts.open(&OLD, OLD_SIZE)?;
//!         account.resize(NEW_SIZE)?;
//!         let mut data = account.try_borrow_mut_data()?;
//!         data.copy_within(8..16, 40); // the count: mapped, from 8 to 40, 8 bytes
//!         data[8..40].fill(0); // the owner: nobody yet
//!         data[48..56].copy_from_slice(&u64::MAX.to_le_bytes()); // the limit
//!         data[..8].copy_from_slice(&NEW);
//!         Ok(())
//!     }
//!
//!     pub fn revert(ctx: Context<Migrate>) -> Result<()> {
//!         let account = ctx.accounts.open(&NEW, NEW_SIZE)?;
//!         let mut data = account.try_borrow_mut_data()?;
//!         data.copy_within(40..48, 8);
//!         data[..8].copy_from_slice(&OLD);
//!         drop(data);
//!         account.resize(OLD_SIZE)?;
//!         Ok(())
//!     }
//! }
//!
//! #[derive(Accounts)]
//! pub struct Migrate<'info> {
//!     /// CHECK: owner, size and discriminator are checked in `open`.
//!     #[account(mut)]
//!     pub account: UncheckedAccount<'info>,
//!     /// CHECK: checked in `open`.
//!     pub migration_authority: UncheckedAccount<'info>,
//! }
//!
//! impl<'info> Migrate<'info> {
//!     fn open(&self, discriminator: &[u8], size: usize) -> Result<AccountInfo<'info>> {
//!         AUTHORITY.require_signed_by(&self.migration_authority)?;
//!         let account = self.account.to_account_info();
//!         require_keys_eq!(*account.owner, ID);
//!         require_eq!(account.data_len(), size);
//!         require!(account.try_borrow_data()?.starts_with(discriminator), ErrorCode::AccountDiscriminatorMismatch);
//!         Ok(account)
//!     }
//! }
//! # fn main() {
//! #     assert_eq!(instruction::Migrate::DISCRIMINATOR, windlass_interface::migration::MIGRATE);
//! #     assert_eq!(instruction::Revert::DISCRIMINATOR, windlass_interface::migration::REVERT);
//! # }
//! ```
//!
//! The plan that goes with it: `old_discriminator` and `new_discriminator` as above, `old_size` 16, `new_size` 56,
//! `mapped` one range from 8 to 40 of 8 bytes, `dropped` nothing.

use anchor_lang::prelude::*;

/// Begins the data of the governed program's `migrate`, and is all of it: sha256("global:migrate"), the first 8 bytes.
/// An Anchor program gets it by naming its instruction `migrate`.
pub const MIGRATE: [u8; 8] = [155, 234, 231, 146, 236, 158, 162, 30];
/// The same for `revert`.
pub const REVERT: [u8; 8] = [34, 63, 104, 86, 5, 121, 130, 66];

/// Of the migration authority, with multisig and program.
pub const MIGRATION_AUTHORITY_SEED: &[u8] = b"migration_authority";

/// The address that signs `migrate` and `revert`, and nothing else. A governed program names the three as constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MigrationAuthority {
    /// The program id of the Windlass that governs.
    pub windlass: Pubkey,
    /// The multisig that governs the program.
    pub multisig: Pubkey,
    /// The governed program itself.
    pub program: Pubkey,
}

impl MigrationAuthority {
    /// The address and its bump: 1,500 compute units for each bump that it tries.
    pub fn find(&self) -> (Pubkey, u8) {
        Pubkey::find_program_address(&self.seeds(), &self.windlass)
    }

    /// # Errors
    /// `MissingRequiredSignature` where `account` is the migration authority and did not sign, `InvalidSeeds` where it is
    /// any other account.
    pub fn require_signed_by(&self, account: &AccountInfo) -> core::result::Result<(), ProgramError> {
        if *account.key != self.find().0 {
            return Err(ProgramError::InvalidSeeds);
        }
        if !account.is_signer {
            return Err(ProgramError::MissingRequiredSignature);
        }
        Ok(())
    }

    fn seeds(&self) -> [&[u8]; 3] {
        [MIGRATION_AUTHORITY_SEED, self.multisig.as_ref(), self.program.as_ref()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authority() -> MigrationAuthority {
        let key = |byte| Pubkey::new_from_array([byte; 32]);
        MigrationAuthority { windlass: key(1), multisig: key(2), program: key(3) }
    }

    fn verdict(key: Pubkey, signs: bool) -> core::result::Result<(), ProgramError> {
        let (mut lamports, owner) = (0, Pubkey::default());
        let account = AccountInfo::new(&key, signs, false, &mut lamports, &mut [], &owner, false);
        authority().require_signed_by(&account)
    }

    #[test]
    fn the_discriminators_are_anchors() {
        let discriminator = |name: &str| solana_sha256_hasher::hash(name.as_bytes()).to_bytes()[..8].to_vec();
        assert_eq!(discriminator("global:migrate"), MIGRATE);
        assert_eq!(discriminator("global:revert"), REVERT);
    }

    #[test]
    fn only_the_migration_authority_may_migrate_and_only_by_its_signature() {
        let (address, _) = authority().find();
        assert_eq!(verdict(address, true), Ok(()));
        assert_eq!(verdict(address, false), Err(ProgramError::MissingRequiredSignature));
        assert_eq!(verdict(Pubkey::new_from_array([9; 32]), true), Err(ProgramError::InvalidSeeds));
    }

    #[test]
    fn each_of_the_three_makes_another_authority() {
        let other = Pubkey::new_from_array([9; 32]);
        let theirs = [
            MigrationAuthority { windlass: other, ..authority() },
            MigrationAuthority { multisig: other, ..authority() },
            MigrationAuthority { program: other, ..authority() },
        ];
        for their in theirs {
            assert_eq!(verdict(their.find().0, true), Err(ProgramError::InvalidSeeds));
        }
    }
}
