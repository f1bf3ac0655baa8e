"""Seeds that came out wrong once, and what it was; each runs with every test run."""

ONCE_FAILED = {
    38: "the node gave a block without some of its transactions, which none does: the others had wrong indexes",
    85: "the program was asked about late, and the node took that for the moment from which it might list late",
    148: "so it did with the only event that a vault had, which nothing else speaks of",
    477: "once, on a full machine, where PostgreSQL's slowness counted as the indexer's: that may have been why",
    527: "activity was counted from a registration that a fork was about to move",
    530: "a vault that a fork took back for good was taken for one too many",
}
# On a chain without forks, which is another chain.
ONCE_FAILED_WITHOUT_FORKS = {
    2: "activity was counted up to the finalized slot although the node still listed late what was in it",
    41: "a request's time was up in the moment of stopping and took the stop's place: half of the indexer ran on",
}
