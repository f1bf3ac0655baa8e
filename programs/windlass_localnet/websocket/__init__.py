"""Solana's websocket: subscriptions and their notifications."""
