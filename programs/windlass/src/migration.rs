//! Moving one account between the layouts of a voted plan: the governed program does it, and what it did is checked.
//!
//! The governed program gets the account and the migration authority, and no other account: one that was handed the
//! payer could spend its lamports. Account data is never copied: the heap has 32 KiB and is never freed.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::{invoke, invoke_signed};
use anchor_lang::solana_program::system_instruction;
use solana_sha256_hasher::hashv;
use windlass_interface::migration::{MIGRATE, REVERT};
use windlass_rules::migration_plan::{Found, Layout, Plan, Side, MAX_MAPPED};

use crate::errors::WindlassError;

/// What moves accounts, made once for all accounts of an instruction.
pub struct Mover<'a, 'info> {
    plan: &'a Plan,
    to: Side,
    rent: Rent,
    /// Pays what an account lacks to be rent-exempt at its new size.
    payer: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    authority_seeds: &'a [&'a [u8]],
    /// The call of the governed program; the account changes.
    call: Instruction,
}

/// An account that was moved.
pub struct Moved {
    /// Its layout's place in the plan.
    pub layout: u8,
    /// sha256 of all of its data.
    pub before: [u8; 32],
    pub after: [u8; 32],
}

impl<'a, 'info> Mover<'a, 'info> {
    pub fn new(
        plan: &'a Plan,
        to: Side,
        program: Pubkey,
        payer: AccountInfo<'info>,
        authority: AccountInfo<'info>,
        authority_seeds: &'a [&'a [u8]],
    ) -> Result<Self> {
        let name = match to {
            Side::New => MIGRATE,
            Side::Old => REVERT,
        };
        let accounts = vec![
            AccountMeta::new(Pubkey::default(), false),
            AccountMeta::new_readonly(authority.key(), true),
        ];
        let call = Instruction { program_id: program, accounts, data: name.to_vec() };
        Ok(Self { plan, to, rent: Rent::get()?, payer, authority, authority_seeds, call })
    }

    /// Move `account`; None where it is on that side already.
    ///
    /// # Errors
    /// `AccountNotGoverned`, `UnknownLayout`, and where the governed program did not do what was voted
    /// `MigrationChangedOwner`, `MigrationWrongLayout`, `MigrationTookLamports`, `MigrationChangedField`.
    pub fn run(&mut self, account: &AccountInfo<'info>) -> Result<Option<Moved>> {
        let governed = account.owner == &self.call.program_id && account.is_writable && !account.executable;
        require!(governed, WindlassError::AccountNotGoverned);
        let (from, place) = match (self.plan.find(&account.try_borrow_data()?), self.to) {
            (Some(Found::Old(place)), Side::New) => (Side::Old, place),
            (Some(Found::New(place)), Side::Old) => (Side::New, place),
            (Some(_), _) => return Ok(None),
            (None, _) => return err!(WindlassError::UnknownLayout),
        };
        let layout = self.plan.layouts.get(place).ok_or(WindlassError::UnknownLayout)?;

        self.top_up(account, layout)?;
        let lamports = account.lamports();
        let seam = account.data_len();
        let (before, mapped) = digests(layout, from, account, seam)?;

        let meta = self.call.accounts.first_mut().ok_or(WindlassError::InvariantViolated)?;
        meta.pubkey = account.key();
        invoke_signed(&self.call, &[account.clone(), self.authority.clone()], &[self.authority_seeds])?;

        let governed = account.owner == &self.call.program_id && !account.executable;
        require!(governed, WindlassError::MigrationChangedOwner);
        let moved = layout.fits(self.to, &account.try_borrow_data()?);
        require!(moved, WindlassError::MigrationWrongLayout);
        require!(account.lamports() >= lamports, WindlassError::MigrationTookLamports);
        let (after, kept) = digests(layout, self.to, account, seam)?;
        require!(kept == mapped, WindlassError::MigrationChangedField);
        let layout = u8::try_from(place).map_err(|_| WindlassError::Overflow)?;
        Ok(Some(Moved { layout, before, after }))
    }

    fn top_up(&self, account: &AccountInfo<'info>, layout: &Layout) -> Result<()> {
        let needed = self.rent.minimum_balance(layout.size(self.to) as usize);
        let lacking = needed.saturating_sub(account.lamports());
        if lacking == 0 {
            return Ok(());
        }
        let transfer = system_instruction::transfer(self.payer.key, account.key, lacking);
        Ok(invoke(&transfer, &[self.payer.clone(), account.clone()])?)
    }
}

/// sha256 of all of the account's data, and of its mapped bytes in the plan's order. `seam`: the account's length when
/// this instruction began. A runtime may keep what it grew by in another place (SIMD-0219 before its redesign), and then
/// refuses to hash a slice that lies in both: no slice crosses the seam.
#[inline(never)]
fn digests(layout: &Layout, side: Side, account: &AccountInfo, seam: usize) -> Result<([u8; 32], [u8; 32])> {
    let data = account.try_borrow_data()?;
    // On the stack: a vector for each account would use up the heap. Ranges do not meet, so only one crosses the seam.
    let mut slices: [&[u8]; MAX_MAPPED + 1] = [&[]; MAX_MAPPED + 1];
    let mut used = 0usize;
    for range in layout.mapped_ranges(side) {
        let (start, end) = (range.start as usize, range.end as usize);
        let cut = seam.clamp(start, end);
        for piece in [start..cut, cut..end].into_iter().filter(|piece| !piece.is_empty()) {
            let slot = slices.get_mut(used).ok_or(WindlassError::InvariantViolated)?;
            *slot = data.get(piece).ok_or(WindlassError::MigrationWrongLayout)?;
            used = used.saturating_add(1);
        }
    }
    let (head, tail) = data.split_at(seam.min(data.len()));
    let mapped = slices.get(..used).ok_or(WindlassError::InvariantViolated)?;
    Ok((hashv(&[head, tail]).to_bytes(), hashv(mapped).to_bytes()))
}
