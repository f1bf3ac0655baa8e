//! Does what its instruction data says, so that tests can make any tree of calls and any logs on the real chain.
//!
//! The data is a list of steps, integers little-endian:
//!
//!     0  u16 n, n bytes                    logs them as `Program data:`
//!     1  u8 times, u16 n, n bytes of UTF-8 logs them as `Program log:`, as often as told
//!     2  u8 program, u8 m, m × (u8 account, u8 flags: 1 signer, 2 writable), u16 n, n bytes
//!                                          calls a program; numbers are places in this instruction's accounts
//!     3                                    fails with Custom(1)
//!
//! Data that begins with Anchor's event tag is taken in silence, as an Anchor program takes its own events.

use solana_account_info::AccountInfo;
use solana_cpi::invoke;
use solana_instruction::{AccountMeta, Instruction};
use solana_program_entrypoint::ProgramResult;
use solana_program_error::ProgramError;
use solana_pubkey::Pubkey;

const EVENT_TAG: [u8; 8] = [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d];

solana_program_entrypoint::entrypoint!(process);

fn process(_program: &Pubkey, accounts: &[AccountInfo], data: &[u8]) -> ProgramResult {
    if data.starts_with(&EVENT_TAG) {
        return Ok(());
    }
    let mut steps = Steps(data);
    while !steps.0.is_empty() {
        match steps.byte()? {
            0 => log_data(steps.bytes()?),
            1 => {
                let times = steps.byte()?;
                let text = core::str::from_utf8(steps.bytes()?).map_err(|_| ProgramError::InvalidInstructionData)?;
                for _ in 0..times {
                    solana_msg::sol_log(text);
                }
            }
            2 => call(&mut steps, accounts)?,
            3 => return Err(ProgramError::Custom(1)),
            _ => return Err(ProgramError::InvalidInstructionData),
        }
    }
    Ok(())
}

fn call(steps: &mut Steps, accounts: &[AccountInfo]) -> ProgramResult {
    let account = |place: u8| accounts.get(usize::from(place)).ok_or(ProgramError::NotEnoughAccountKeys);
    let program = account(steps.byte()?)?;
    let mut metas = Vec::new();
    let mut infos = vec![program.clone()];
    for _ in 0..steps.byte()? {
        let info = account(steps.byte()?)?;
        let flags = steps.byte()?;
        metas.push(AccountMeta {
            pubkey: *info.key,
            is_signer: flags & 1 != 0,
            is_writable: flags & 2 != 0,
        });
        infos.push(info.clone());
    }
    let data = steps.bytes()?.to_vec();
    invoke(&Instruction { program_id: *program.key, accounts: metas, data }, &infos)
}

struct Steps<'a>(&'a [u8]);

impl<'a> Steps<'a> {
    fn byte(&mut self) -> Result<u8, ProgramError> {
        let (first, rest) = self.0.split_first().ok_or(ProgramError::InvalidInstructionData)?;
        self.0 = rest;
        Ok(*first)
    }

    fn bytes(&mut self) -> Result<&'a [u8], ProgramError> {
        let length = usize::from(u16::from_le_bytes([self.byte()?, self.byte()?]));
        if self.0.len() < length {
            return Err(ProgramError::InvalidInstructionData);
        }
        let (bytes, rest) = self.0.split_at(length);
        self.0 = rest;
        Ok(bytes)
    }
}

#[cfg(target_os = "solana")]
fn log_data(bytes: &[u8]) {
    let fields = [bytes];
    // SAFETY: the syscall reads as many slices as it is told from this array.
    unsafe { solana_define_syscall::definitions::sol_log_data(fields.as_ptr().cast(), 1) }
}

#[cfg(not(target_os = "solana"))]
fn log_data(_bytes: &[u8]) {}
