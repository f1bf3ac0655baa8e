"""`windlass demo`: a governed upgrade as a story in acts, every step real and checked."""
