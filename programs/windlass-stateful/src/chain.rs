//! The embedded chain: the built program, the loader and the governed programs, without signatures, blockhashes, logs.

use std::collections::BTreeSet;
use std::path::Path;

use anchor_lang::prelude::Pubkey;
use litesvm::types::TransactionResult;
use litesvm::LiteSVM;
use solana_account::{Account, AccountSharedData, ReadableAccount};
use solana_clock::Clock;
use solana_hash::Hash;
use solana_message::{Message, VersionedMessage};
use solana_sdk_ids::{bpf_loader_upgradeable, system_program};
use solana_slot_hashes::SlotHashes;
use solana_transaction::versioned::VersionedTransaction;
use windlass_rules::loader::{BUFFER_HEADER, PROGRAM_DATA_HEADER};

use anchor_lang::solana_program::instruction::Instruction;

use crate::actors::{Places, OWNER};
use crate::code::{Code, Codes, Release};
use crate::world::{rent, FUNDS, START};

#[derive(Clone)]
pub struct Chain {
    svm: LiteSVM,
    slot: u64,
}

/// What a transaction did.
pub struct Sent {
    pub result: TransactionResult,
    /// Its accounts, in the message's order.
    pub keys: Vec<Pubkey>,
    /// Lamports.
    pub fee: u64,
}

impl Chain {
    /// `built`: the folder of `windlass.so`; `tests`: that of the programs that only tests use.
    pub fn new(places: &Places, codes: &Codes, built: &Path, tests: &Path) -> Self {
        let mut svm = LiteSVM::new()
            .with_sigverify(false)
            .with_blockhash_check(false)
            .with_transaction_history(0)
            .with_log_bytes_limit(Some(0));
        svm.add_program_from_file(windlass::ID, built.join("windlass.so")).expect("the built program loads");
        svm.add_program_from_file(places.relay, tests.join("relay.so")).expect("the relay loads");
        let slot = svm.get_sysvar::<Clock>().slot;
        let mut chain = Self { svm, slot };
        for key in places.actors.iter().chain([&places.fee_payer]) {
            chain.set(*key, system_account(FUNDS));
        }
        chain.wait(START, [1; 32]);
        for program in &places.programs {
            let mut data = vec![0; PROGRAM_DATA_HEADER + codes.room()];
            data[..4].copy_from_slice(&3u32.to_le_bytes());
            data[12] = 1;
            data[13..45].copy_from_slice(places.actors[OWNER].as_ref());
            let code = codes.bytes(Code::exact(Release::Number(0)));
            data[PROGRAM_DATA_HEADER..][..code.len()].copy_from_slice(&code);
            chain.set(program.data, loader_account(data, false));
            let data = [&2u32.to_le_bytes()[..], program.data.as_ref()].concat();
            chain.set(program.program, loader_account(data, true));
        }
        chain
    }

    /// A new slot, at this time.
    pub fn wait(&mut self, now: i64, slot_hash: [u8; 32]) {
        self.slot += 1;
        self.svm.set_sysvar(&Clock { slot: self.slot, unix_timestamp: now, ..Clock::default() });
        self.svm.set_sysvar(&SlotHashes::new(&[(self.slot - 1, Hash::new_from_array(slot_hash))]));
    }

    /// The next slot, in no time: what was just deployed can be called and deployed again.
    pub fn next_slot(&mut self) {
        self.slot += 1;
        self.svm.warp_to_slot(self.slot);
    }

    pub fn upload(&mut self, buffer: Pubkey, authority: &Pubkey, code: &[u8]) {
        let mut data = Vec::with_capacity(BUFFER_HEADER + code.len());
        data.extend_from_slice(&1u32.to_le_bytes());
        data.push(1);
        data.extend_from_slice(authority.as_ref());
        data.extend_from_slice(code);
        self.set(buffer, loader_account(data, false));
    }

    pub fn begin(&mut self, account: Pubkey, program: Pubkey, data: Vec<u8>, lamports: u64) {
        self.set(account, Account { lamports, data, owner: program, ..Account::default() });
    }

    pub fn hand_over(&mut self, program_data: Pubkey, authority: &Pubkey) {
        let account = self.account(&program_data).expect("the program is there");
        let mut data = account.data().to_vec();
        data[13..45].copy_from_slice(authority.as_ref());
        self.set(program_data, loader_account(data, false));
    }

    /// Change an account's data behind the program's back.
    pub fn tamper(&mut self, address: Pubkey, change: impl FnOnce(&mut Vec<u8>)) {
        let mut account: Account = self.account(&address).expect("an account that is there").clone().into();
        change(&mut account.data);
        self.set(address, account);
    }

    /// A nonce account whose nonce can be advanced now.
    pub fn refresh_nonce(&mut self, places: &Places) {
        let mut data = vec![0; 80];
        data[0] = 1;
        data[4] = 1;
        data[8..40].copy_from_slice(places.fee_payer.as_ref());
        self.set(
            places.nonce,
            Account { lamports: rent(80), data, owner: system_program::ID, ..Account::default() },
        );
    }

    pub fn account(&self, address: &Pubkey) -> Option<&AccountSharedData> {
        self.svm.accounts_db().get_account_ref(address)
    }

    /// The accounts of these instructions as they are, each once.
    pub fn accounts_of(
        &self,
        fee_payer: &Pubkey,
        instructions: &[Instruction],
    ) -> Vec<(Pubkey, Option<AccountSharedData>)> {
        let named = instructions.iter().flat_map(|call| call.accounts.iter().map(|meta| meta.pubkey));
        let keys: BTreeSet<Pubkey> = named.chain([*fee_payer]).collect();
        keys.into_iter().map(|key| (key, self.account(&key).cloned())).collect()
    }

    pub fn send(&mut self, fee_payer: &Pubkey, instructions: &[Instruction]) -> Sent {
        let message = Message::new(instructions, Some(fee_payer));
        let keys = message.account_keys.clone();
        let signatures = vec![Default::default(); message.header.num_required_signatures.into()];
        let fee = 5_000 * u64::from(message.header.num_required_signatures);
        let transaction = VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) };
        let result = self.svm.send_transaction(transaction);
        Sent { result, keys, fee }
    }

    /// The program's logs of the same transaction, sent to a copy of this chain.
    pub fn logs(&self, fee_payer: &Pubkey, instructions: &[Instruction]) -> Vec<String> {
        let mut copy = self.clone();
        copy.svm = copy.svm.with_log_bytes_limit(None);
        match copy.send(fee_payer, instructions).result {
            Ok(meta) => meta.logs,
            Err(failed) => failed.meta.logs,
        }
    }

    fn set(&mut self, address: Pubkey, account: Account) {
        self.svm.set_account(address, account).expect("an account that may be");
    }
}

fn system_account(lamports: u64) -> Account {
    Account { lamports, ..Account::default() }
}

fn loader_account(data: Vec<u8>, executable: bool) -> Account {
    Account {
        lamports: rent(data.len()),
        data,
        owner: bpf_loader_upgradeable::ID,
        executable,
        rent_epoch: u64::MAX,
    }
}
