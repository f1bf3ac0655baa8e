"""Seeds that came out wrong once, and what it was; each runs with every test run."""

ONCE_FAILED = {
    2: "activity was counted up to the finalized slot although the node still listed late what was in it",
    41: "a request's time was up in the moment of stopping and took the stop's place: half of the indexer ran on",
}
