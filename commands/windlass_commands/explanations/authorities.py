"""Whose signature a buffer or a program asks for instead."""

from __future__ import annotations

from windlass_programs.addresses import upgrade_authority_address

from windlass_commands.explanation import Explainer, explains


@explains("BufferAuthorityMismatch")
async def _buffer_authority(about: Explainer) -> str:
    if about.subject.buffer is None:
        return about.message
    buffer = await about.accounts.buffer(about.subject.buffer)
    return (
        f"The buffer's authority should be the proposer {about.subject.member}, but it is {buffer.authority}; "
        "only whoever can write to a buffer may propose it. Propose with that key, or upload the code again."
    )


@explains("UpgradeAuthorityMismatch")
async def _upgrade_authority(about: Explainer) -> str:
    subject = about.subject
    if subject.program is None or subject.multisig is None:
        return about.message
    data = await about.accounts.program_data(subject.program)
    pda = upgrade_authority_address(subject.multisig, subject.program, about.accounts.program_id)
    return (
        f"The upgrade authority of {subject.program} is {data.upgrade_authority}, and the command signed as "
        f"{subject.member}; sign with that key (the authority will be {pda})."
    )
