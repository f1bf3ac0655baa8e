//! The upgradeable loader (loader-v3): reading its accounts, calling its instructions.

use anchor_lang::prelude::*;
use anchor_lang::solana_program::instruction::Instruction;
use anchor_lang::solana_program::program::invoke_signed;
use solana_sdk_ids::bpf_loader_upgradeable;
use windlass_rules::loader::{
    buffer_of, is_padded, program_data_of, upgrade_authority_of, PROGRAM_DATA_HEADER,
};

use crate::errors::WindlassError;

/// The loader's program account.
#[derive(Clone)]
pub struct UpgradeableLoader;

impl Id for UpgradeableLoader {
    fn id() -> Pubkey {
        bpf_loader_upgradeable::ID
    }
}

/// `UpgradeableLoaderInstruction`, a u32 little-endian.
const UPGRADE: [u8; 4] = 3u32.to_le_bytes();
const CLOSE: [u8; 4] = 5u32.to_le_bytes();
const SET_AUTHORITY_CHECKED: [u8; 4] = 7u32.to_le_bytes();

/// Check that `program` is an upgradeable program and `program_data` its code; the upgrade authority in it.
pub fn authority_of_program(program: &AccountInfo, program_data: &AccountInfo) -> Result<Option<Pubkey>> {
    let is_program = program.owner == &bpf_loader_upgradeable::ID && program.executable;
    require!(is_program, WindlassError::ProgramMismatch);
    let named = program_data_of(&program.try_borrow_data()?).map_err(WindlassError::from)?;

    let (derived, _) = Pubkey::find_program_address(&[program.key.as_ref()], &bpf_loader_upgradeable::ID);
    let is_its_data = program_data.key == &derived
        && named == derived.to_bytes()
        && program_data.owner == &bpf_loader_upgradeable::ID;
    require!(is_its_data, WindlassError::ProgramDataInvalid);
    let authority = upgrade_authority_of(&program_data.try_borrow_data()?).map_err(WindlassError::from)?;
    Ok(authority.map(Pubkey::new_from_array))
}

/// Check that `buffer` is a buffer under `authority`, and read the program in it.
pub fn read_buffer<T>(buffer: &AccountInfo, authority: &Pubkey, read: impl FnOnce(&[u8]) -> T) -> Result<T> {
    require!(buffer.owner == &bpf_loader_upgradeable::ID, WindlassError::BufferInvalid);
    let data = buffer.try_borrow_data()?;
    let (actual, program) = buffer_of(&data).map_err(WindlassError::from)?;
    require!(actual == Some(authority.to_bytes()), WindlassError::BufferAuthorityMismatch);
    Ok(read(program))
}

/// Bytes of the program in a buffer under `authority`.
pub fn buffer_len(buffer: &AccountInfo, authority: &Pubkey) -> Result<u32> {
    let len = read_buffer(buffer, authority, |program| program.len())?;
    Ok(u32::try_from(len).map_err(|_| WindlassError::BufferInvalid)?)
}

/// Bytes that a ProgramData has for the program, padding included.
pub fn program_len(program_data: &AccountInfo) -> Result<u32> {
    let len = program_data.data_len().checked_sub(PROGRAM_DATA_HEADER);
    let len = len.and_then(|len| u32::try_from(len).ok());
    Ok(len.ok_or(WindlassError::ProgramDataInvalid)?)
}

/// Is the program in `buffer`, which is under `authority`, what `program_data` runs? ProgramData may be longer: what lies
/// behind the program must be zero, or else it would not be the whole of it.
pub fn is_copy_of_program(
    buffer: &AccountInfo,
    authority: &Pubkey,
    program_data: &AccountInfo,
) -> Result<bool> {
    let running = program_data.try_borrow_data()?;
    let running = running.get(PROGRAM_DATA_HEADER..).ok_or(WindlassError::ProgramDataInvalid)?;
    read_buffer(buffer, authority, |copy| is_padded(running, copy))
}

/// Who gets a buffer's lamports: `payer`, or the multisig's account where the payer has become a program. The runtime
/// takes nothing back from a call for an executable account, and fails one that changed its lamports: anyone whose copy
/// was kept could keep a rollback from ever being executed, by deploying a program at their own address.
pub fn payee<'info>(payer: &AccountInfo<'info>, multisig: AccountInfo<'info>) -> AccountInfo<'info> {
    if payer.executable {
        multisig
    } else {
        payer.clone()
    }
}

/// Close a buffer; its lamports go to `recipient`.
pub fn close_buffer<'info>(
    buffer: AccountInfo<'info>,
    recipient: AccountInfo<'info>,
    authority: AccountInfo<'info>,
    authority_seeds: &[&[u8]],
) -> Result<()> {
    read_buffer(&buffer, authority.key, |_| ())?;
    let instruction = Instruction {
        program_id: bpf_loader_upgradeable::ID,
        accounts: vec![
            AccountMeta::new(buffer.key(), false),
            AccountMeta::new(recipient.key(), false),
            AccountMeta::new_readonly(authority.key(), true),
        ],
        data: CLOSE.to_vec(),
    };
    Ok(invoke_signed(&instruction, &[buffer, recipient, authority], &[authority_seeds])?)
}

/// Move a buffer or a ProgramData from `current` to `new`, which signs too: no key can get an authority that nobody
/// can sign for.
pub fn set_authority_checked<'info>(
    account: AccountInfo<'info>,
    current: AccountInfo<'info>,
    new: AccountInfo<'info>,
    new_seeds: &[&[u8]],
) -> Result<()> {
    let instruction = Instruction {
        program_id: bpf_loader_upgradeable::ID,
        accounts: vec![
            AccountMeta::new(account.key(), false),
            AccountMeta::new_readonly(current.key(), true),
            AccountMeta::new_readonly(new.key(), true),
        ],
        data: SET_AUTHORITY_CHECKED.to_vec(),
    };
    Ok(invoke_signed(&instruction, &[account, current, new], &[new_seeds])?)
}

/// The accounts of the loader's Upgrade, in its order.
pub struct Upgrade<'info> {
    pub program_data: AccountInfo<'info>,
    pub program: AccountInfo<'info>,
    pub buffer: AccountInfo<'info>,
    /// Gets the lamports that the buffer held, and those that ProgramData does not need.
    pub spill: AccountInfo<'info>,
    pub rent: AccountInfo<'info>,
    pub clock: AccountInfo<'info>,
    pub authority: AccountInfo<'info>,
}

impl Upgrade<'_> {
    pub fn invoke_signed(self, authority_seeds: &[&[u8]]) -> Result<()> {
        let instruction = Instruction {
            program_id: bpf_loader_upgradeable::ID,
            accounts: vec![
                AccountMeta::new(self.program_data.key(), false),
                AccountMeta::new(self.program.key(), false),
                AccountMeta::new(self.buffer.key(), false),
                AccountMeta::new(self.spill.key(), false),
                AccountMeta::new_readonly(self.rent.key(), false),
                AccountMeta::new_readonly(self.clock.key(), false),
                AccountMeta::new_readonly(self.authority.key(), true),
            ],
            data: UPGRADE.to_vec(),
        };
        let accounts =
            [self.program_data, self.program, self.buffer, self.spill, self.rent, self.clock, self.authority];
        Ok(invoke_signed(&instruction, &accounts, &[authority_seeds])?)
    }
}
