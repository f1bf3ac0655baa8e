"""One function for each refusal that depends on what the chain holds, by what it is about."""
