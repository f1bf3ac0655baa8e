"""Seeds that came out wrong once, and what it was; each runs with every test run."""

ONCE_FAILED = {
    2: "activity was counted up to the finalized slot although the node still listed late what was in it",
}
