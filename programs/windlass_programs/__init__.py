"""What the parts share about the programs on chain: built code, IDLs, codecs made from them, addresses, digests."""
