//! What Windlass and the programs it governs share: event streams, and the calls by which accounts are migrated.
#![forbid(unsafe_code)]

pub mod migration;

use anchor_lang::{prelude::*, Event};

/// The history of an account, as the account itself remembers it: how many events it emitted, and a digest of them all.
/// Whoever holds every event can recompute the digest and so knows that none is missing, doubled or out of order.
///
/// It comes first in every account that has one: `seq` at bytes 8..16 of the account, `digest` at 16..48.
#[derive(AnchorSerialize, AnchorDeserialize, InitSpace, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventStream {
    /// The last event's number; 0 before the first.
    pub seq: u64,
    /// sha256(former digest || event bytes); 32 zero bytes before the first.
    pub digest: [u8; 32],
}

/// Begins every event.
#[derive(AnchorSerialize, AnchorDeserialize, Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventHeader {
    /// The account whose history this belongs to.
    pub stream: Pubkey,
    /// Its place there: 1, 2, 3, ...
    pub seq: u64,
    /// The chain's clock, in seconds.
    pub unix_timestamp: i64,
}

impl EventStream {
    /// Make the next event of this stream, and take it into the digest. The caller emits what is returned, as it is.
    ///
    /// # Errors
    /// `ArithmeticOverflow` after 2^64 - 1 events.
    pub fn record<E: Event>(
        &mut self,
        stream: Pubkey,
        unix_timestamp: i64,
        event: impl FnOnce(EventHeader) -> E,
    ) -> Result<E> {
        let seq = self.seq.checked_add(1).ok_or(ProgramError::ArithmeticOverflow)?;
        let event = event(EventHeader { stream, seq, unix_timestamp });
        self.seq = seq;
        self.digest = solana_sha256_hasher::hashv(&[&self.digest, &event.data()]).to_bytes();
        Ok(event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[event]
    struct Spoken {
        header: EventHeader,
    }

    fn spoken(header: EventHeader) -> Spoken {
        Spoken { header }
    }

    #[test]
    fn the_digest_covers_every_event_in_order() {
        let key = Pubkey::new_from_array([9; 32]);
        let mut stream = EventStream::default();
        let mut expected = [0; 32];
        for seq in 1..=3 {
            let event = stream.record(key, 1_700_000_000, spoken).unwrap();
            expected = solana_sha256_hasher::hashv(&[&expected, &event.data()]).to_bytes();
            assert_eq!(event.header, EventHeader { stream: key, seq, unix_timestamp: 1_700_000_000 });
            assert_eq!(stream, EventStream { seq, digest: expected });
        }
    }

    #[test]
    fn a_full_stream_takes_no_more_events() {
        let mut stream = EventStream { seq: u64::MAX, digest: [1; 32] };
        assert!(stream.record(Pubkey::default(), 0, spoken).is_err());
        assert_eq!(stream, EventStream { seq: u64::MAX, digest: [1; 32] });
    }
}
