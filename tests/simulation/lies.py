"""A node that tells another history than its accounts come from: left out, or with another amount, throughout."""

import random
from dataclasses import replace

from simulation.ledger import Block, Intent, Run, Script, Stream


def chain_of(script: Script, run: Run) -> list[Block]:
    """All that the script ends with."""
    blocks: list[Block] = []
    for move in script.moves:
        del blocks[len(blocks) - move.taken_back :]
        for planned in move.blocks:
            blocks.append(run.block(planned, blocks[-1] if blocks else None))
    return blocks


def lie(script: Script) -> dict[str, Intent | None]:
    """One deposit or withdrawal that did not happen, or was another; nothing where the script has none."""
    chance = random.Random(f"lie {script.seed}")
    emitted = {
        transaction.signature
        for block in chain_of(script, Run(script))
        for transaction in block.transactions
        if transaction.events
    }
    told = [
        intent
        for move in script.moves
        for planned in move.blocks
        for intent in planned.intents
        if intent.signature in emitted and any(step.kind == "vault" and step.amount > 0 for step in intent.steps)
    ]
    if not told:
        return {}
    chosen = chance.choice(told)
    if chance.random() < 0.5:
        return {chosen.signature: None}
    steps = tuple(
        replace(step, amount=step.amount + 1) if step.kind == "vault" and step.amount > 0 else step
        for step in chosen.steps
    )
    return {chosen.signature: replace(chosen, steps=steps)}


def touched(script: Script, altered: dict[str, Intent | None]) -> set[str]:
    """The streams of which the lie says something that their accounts do not."""
    truth: dict[str, Stream] = chain_of(script, Run(script))[-1].streams
    told = chain_of(script, Run(script, altered))[-1].streams
    return {name for name, stream in truth.items() if told.get(name) != stream}
