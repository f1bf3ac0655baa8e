"""An embedded Solana chain (LiteSVM) behind Solana's own JSON-RPC and websocket."""
