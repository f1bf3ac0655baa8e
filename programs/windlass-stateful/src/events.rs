//! The events of each stream, folded as they are emitted: what a reader who missed nothing knows.

use std::collections::{BTreeMap, BTreeSet};

use anchor_lang::prelude::{AnchorDeserialize, Pubkey};
use anchor_lang::{Discriminator, Event};
use litesvm::types::TransactionMetadata;
use sha2::{Digest, Sha256};
use windlass::events::*;
use windlass_interface::{EventHeader, EventStream};

/// Begins the data of the instruction by which a program calls itself to emit.
const EVENT_TAG: [u8; 8] = [0xe4, 0x45, 0xa5, 0x2e, 0x51, 0xcb, 0x9a, 0x1d];

/// What the events alone tell.
#[derive(Clone, Default)]
pub struct Told {
    pub streams: BTreeMap<Pubkey, EventStream>,
    /// Who approves each proposal.
    pub approvals: BTreeMap<Pubkey, BTreeSet<Pubkey>>,
    pub cancel_votes: BTreeMap<Pubkey, BTreeSet<Pubkey>>,
    /// Each pause: from when until when.
    pub pauses: Vec<(i64, i64)>,
    /// Accounts moved forward and back, by tracker.
    pub moved: BTreeMap<Pubkey, (u64, u64)>,
}

/// The events of a transaction: discriminator and borsh.
pub fn emitted(meta: &TransactionMetadata, keys: &[Pubkey], authority: &Pubkey) -> Vec<Vec<u8>> {
    let inner = meta.inner_instructions.iter().flatten().map(|inner| &inner.instruction);
    let own = inner.filter(|call| {
        let signed = call.accounts.first().is_some_and(|place| keys[usize::from(*place)] == *authority);
        keys[usize::from(call.program_id_index)] == windlass::ID
            && signed
            && call.data.starts_with(&EVENT_TAG)
    });
    own.map(|call| call.data[EVENT_TAG.len()..].to_vec()).collect()
}

/// `E`, if these bytes are one.
fn read<E: Event + AnchorDeserialize + Discriminator>(event: &[u8]) -> Option<E> {
    let body = event.strip_prefix(E::DISCRIMINATOR)?;
    Some(E::try_from_slice(body).expect("an event is what its discriminator says"))
}

impl Told {
    /// Take in the next event. What is wrong with its header, if anything is.
    pub fn hear(&mut self, event: &[u8], now: i64) -> Result<(), String> {
        let header = EventHeader::deserialize(&mut &event[8..]).map_err(|error| error.to_string())?;
        let stream = self.streams.entry(header.stream).or_default();
        if header.seq != stream.seq + 1 || header.unix_timestamp != now {
            return Err(format!("event {header:?} follows {} at {now}", stream.seq));
        }
        stream.seq = header.seq;
        stream.digest = Sha256::new().chain_update(stream.digest).chain_update(event).finalize().into();
        self.tell(event, now);
        Ok(())
    }

    fn tell(&mut self, event: &[u8], now: i64) {
        if let Some(approved) = read::<UpgradeApproved>(event) {
            self.approvals.entry(approved.proposal).or_default().insert(approved.member);
        } else if let Some(revoked) = read::<ApprovalRevoked>(event) {
            self.approvals.entry(revoked.proposal).or_default().remove(&revoked.member);
        } else if let Some(voted) = read::<CancelVoted>(event) {
            self.cancel_votes.entry(voted.proposal).or_default().insert(voted.member);
        } else if let Some(cancelled) = read::<UpgradeCancelled>(event) {
            if !cancelled.withdrawn {
                self.cancel_votes.entry(cancelled.proposal).or_default().insert(cancelled.member);
            }
        } else if let Some(paused) = read::<SystemPaused>(event) {
            self.pauses.push((now, paused.until));
        } else if read::<SystemResumed>(event).is_some() {
            if let Some(pause) = self.pauses.last_mut() {
                pause.1 = pause.1.min(now);
            }
        } else if let Some(moved) = read::<AccountMigrated>(event) {
            self.moved.entry(moved.tracker).or_default().0 += 1;
        } else if let Some(moved) = read::<AccountReverted>(event) {
            self.moved.entry(moved.tracker).or_default().1 += 1;
        }
    }

    /// Seconds that the multisig was paused before `time`.
    pub fn paused(&self, time: i64) -> i64 {
        self.pauses.iter().map(|(from, until)| (time.min(*until) - from).max(0)).sum()
    }

    pub fn stream(&self, address: &Pubkey) -> EventStream {
        self.streams.get(address).copied().unwrap_or_default()
    }
}
