"""The operator's side of Windlass: builds, simulates, signs and sends transactions, or hands them out unsigned."""
