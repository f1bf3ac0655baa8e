//! A governed program whose accounts can be migrated. An account says in its first field how the program is to behave,
//! so that tests can send every way of getting a migration wrong to the real chain.
//!
//! Both releases are this one program. Offsets of the fields, in the old layout and in the new one:
//!
//!     behaviour  u8        8    40
//!     owner      32 bytes  16   8
//!     balance    u64       48   60   (across the end of the old layout)
//!     limit      u64       -    48
//!
//! The old layout is 64 bytes long; what lies at 9..16 and 56..64 is dropped. Its discriminator says how long the new
//! one is (`LAYOUTS`). Instruction data beginning with `ADD` adds a u64 to the balance of an account in the new layout.

use anchor_lang::prelude::{AccountInfo, AccountMeta, ProgramError, Pubkey};
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke;
use anchor_lang::solana_program::{bpf_loader_upgradeable, system_program};
use windlass_interface::migration::{MigrationAuthority, MIGRATE, REVERT};

type ProgramResult = Result<(), ProgramError>;

const WINDLASS: Pubkey = Pubkey::from_str_const("Wnd9DkGLs26uYGR6WUpHLmkTv2EcTDwSAShudvjjQg5");
/// Whoever puts this program on a chain writes its multisig's address over these bytes.
static MULTISIG: [u8; 32] = *b"the address of ledger's multisig";

const ADD: [u8; 8] = *b"add.....";
const OLD_SIZE: usize = 64;
/// Old and new discriminator, new size: one that grows a little, and one that grows as much as an account can.
const LAYOUTS: [([u8; 8], [u8; 8], usize); 2] =
    [(*b"ledger_1", *b"ledger_2", 96), (*b"archive1", *b"archive2", OLD_SIZE + 10_240)];

/// Set: misbehave in `revert`. Not set: in `migrate`.
const IN_REVERT: u8 = 0x80;
const CALL_BACK: u8 = 1;
const TAKE_LAMPORTS: u8 = 2;
const CHANGE_OWNER: u8 = 3;
const CALL_THE_LOADER: u8 = 4;
const CHANGE_A_MAPPED_BYTE: u8 = 5;
const WRONG_SIZE: u8 = 6;
const TOUCH_NOTHING: u8 = 7;
const CLOSE: u8 = 8;
const KEEP_THE_DISCRIMINATOR: u8 = 9;
const GROW_TOO_MUCH: u8 = 10;
const SPEND_THE_AUTHORITYS_LAMPORTS: u8 = 11;
const CALL_ITSELF: u8 = 12;

/// An account of the old layout: migrate it first.
const MIGRATE_FIRST: u32 = 1;

anchor_lang::solana_program::entrypoint!(process);

fn process<'a>(program: &Pubkey, accounts: &[AccountInfo<'a>], data: &[u8]) -> ProgramResult {
    let (name, arguments) = data.split_first_chunk().ok_or(ProgramError::InvalidInstructionData)?;
    match (*name, accounts) {
        (MIGRATE, [account, authority]) => move_account(program, account, authority, Side::New),
        (REVERT, [account, authority]) => move_account(program, account, authority, Side::Old),
        (ADD, [account]) => add(account, arguments),
        _ => Err(ProgramError::InvalidInstructionData),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

fn add(account: &AccountInfo, arguments: &[u8]) -> ProgramResult {
    let amount =
        arguments.try_into().map(u64::from_le_bytes).map_err(|_| ProgramError::InvalidInstructionData)?;
    let mut data = account.try_borrow_mut_data()?;
    if !LAYOUTS.iter().any(|(_, new, _)| data.starts_with(new)) {
        return Err(ProgramError::Custom(MIGRATE_FIRST));
    }
    let balance = data.get_mut(60..68).ok_or(ProgramError::InvalidAccountData)?;
    let sum = u64::from_le_bytes((&*balance).try_into().unwrap_or_default()).checked_add(amount);
    balance.copy_from_slice(&sum.ok_or(ProgramError::ArithmeticOverflow)?.to_le_bytes());
    Ok(())
}

fn move_account<'a>(
    program: &Pubkey,
    account: &AccountInfo<'a>,
    authority: &AccountInfo<'a>,
    to: Side,
) -> ProgramResult {
    let multisig = Pubkey::new_from_array(*core::hint::black_box(&MULTISIG));
    MigrationAuthority { windlass: WINDLASS, multisig, program: *program }.require_signed_by(authority)?;
    let (old, new, new_size) = layout_of(account, to)?;

    let behaviour = account.try_borrow_data()?[if to == Side::New { 8 } else { 40 }];
    let now = (behaviour & IN_REVERT != 0) == (to == Side::Old);
    let behaviour = if now { behaviour & !IN_REVERT } else { 0 };
    before(behaviour, program, account, authority, to)?;
    if matches!(behaviour, TOUCH_NOTHING | CLOSE | CHANGE_OWNER) {
        return Ok(());
    }

    let size = if to == Side::New { new_size } else { OLD_SIZE };
    if to == Side::New {
        account.resize(size)?;
        forward(&mut account.try_borrow_mut_data()?, &new);
    } else {
        backward(&mut account.try_borrow_mut_data()?, &old);
        account.resize(size)?;
    }
    after(behaviour, account, if to == Side::New { &old } else { &new }, size)
}

/// The layout whose other side the account is in.
fn layout_of(account: &AccountInfo, to: Side) -> Result<([u8; 8], [u8; 8], usize), ProgramError> {
    let data = account.try_borrow_data()?;
    let is_in = |(old, new, new_size): &&([u8; 8], [u8; 8], usize)| match to {
        Side::New => data.starts_with(old) && data.len() == OLD_SIZE,
        Side::Old => data.starts_with(new) && data.len() == *new_size,
    };
    LAYOUTS.iter().find(is_in).copied().ok_or(ProgramError::InvalidAccountData)
}

fn forward(data: &mut [u8], discriminator: &[u8; 8]) {
    let behaviour = data[8];
    data.copy_within(48..56, 60);
    data.copy_within(16..48, 8);
    data[40..48].fill(0);
    data[40] = behaviour;
    data[48..56].copy_from_slice(&u64::MAX.to_le_bytes());
    data[56..60].fill(0);
    data[..8].copy_from_slice(discriminator);
}

fn backward(data: &mut [u8], discriminator: &[u8; 8]) {
    let behaviour = data[40];
    data.copy_within(8..40, 16);
    data.copy_within(60..68, 48);
    data[8..16].fill(0);
    data[8] = behaviour;
    data[56..64].fill(0);
    data[..8].copy_from_slice(discriminator);
}

/// What goes wrong before the account is moved, or instead of it.
fn before<'a>(
    behaviour: u8,
    program: &Pubkey,
    account: &AccountInfo<'a>,
    authority: &AccountInfo<'a>,
    to: Side,
) -> ProgramResult {
    match behaviour {
        CALL_BACK => call(WINDLASS, account, authority, &[0; 8]),
        CALL_ITSELF => {
            let (behaviour, name) = if to == Side::New { (8, MIGRATE) } else { (40, REVERT) };
            account.try_borrow_mut_data()?[behaviour] = 0; // once
            let size = account.data_len();
            call(*program, account, authority, &name)?;
            account.resize(size)
        }
        CALL_THE_LOADER => call(bpf_loader_upgradeable::ID, account, authority, &4u32.to_le_bytes()),
        SPEND_THE_AUTHORITYS_LAMPORTS => {
            let transfer = [&2u32.to_le_bytes()[..], &1u64.to_le_bytes()].concat();
            let accounts =
                vec![AccountMeta::new(*authority.key, true), AccountMeta::new(*account.key, false)];
            let instruction = Instruction { program_id: system_program::ID, accounts, data: transfer };
            invoke(&instruction, &[authority.clone(), account.clone()])
        }
        TAKE_LAMPORTS => {
            take(account, 1)?;
            give(authority, 1)
        }
        CHANGE_OWNER => {
            account.try_borrow_mut_data()?.fill(0);
            account.assign(&system_program::ID);
            Ok(())
        }
        CLOSE => {
            let all = account.lamports();
            take(account, all)?;
            give(authority, all)?;
            account.resize(0)?;
            account.assign(&system_program::ID);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What goes wrong once the account is moved.
fn after(behaviour: u8, account: &AccountInfo, former: &[u8; 8], size: usize) -> ProgramResult {
    match behaviour {
        CHANGE_A_MAPPED_BYTE => account.try_borrow_mut_data()?[20] ^= 1,
        WRONG_SIZE => account.resize(size + 1)?,
        GROW_TOO_MUCH => account.resize(OLD_SIZE + 10_241)?,
        KEEP_THE_DISCRIMINATOR => account.try_borrow_mut_data()?[..8].copy_from_slice(former),
        _ => (),
    }
    Ok(())
}

fn call<'a>(
    program_id: Pubkey,
    account: &AccountInfo<'a>,
    authority: &AccountInfo<'a>,
    data: &[u8],
) -> ProgramResult {
    let accounts =
        vec![AccountMeta::new(*account.key, false), AccountMeta::new_readonly(*authority.key, true)];
    invoke(&Instruction { program_id, accounts, data: data.to_vec() }, &[account.clone(), authority.clone()])
}

fn take(account: &AccountInfo, lamports: u64) -> ProgramResult {
    let mut balance = account.try_borrow_mut_lamports()?;
    **balance = balance.checked_sub(lamports).ok_or(ProgramError::InsufficientFunds)?;
    Ok(())
}

fn give(account: &AccountInfo, lamports: u64) -> ProgramResult {
    let mut balance = account.try_borrow_mut_lamports()?;
    **balance = balance.checked_add(lamports).ok_or(ProgramError::ArithmeticOverflow)?;
    Ok(())
}
