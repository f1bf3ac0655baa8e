"""The generated parts of the documentation, as Markdown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from windlass_programs.byte_layouts import (
    DISCRIMINATOR_BYTES,
    Row,
    defined,
    docs_of,
    fields,
    most_bytes,
    rows,
    type_name,
)
from windlass_programs.idl import Idl
from windlass_programs.rust_rules import Limit, Transition

EVENT_CPI_ACCOUNTS = ["event_authority", "program"]
LAMPORTS_PER_SOL = 1_000_000_000
# Solana's rent: 128 bytes for any account, two years of 3,480 lamports for each byte.
ACCOUNT_OVERHEAD_BYTES, LAMPORTS_PER_BYTE = 128, 6_960
# The program adds the borsh of plan and of config to a proposal's room: a byte each where there is none.
_NO_PAYLOAD = 2


def accounts(idl: Idl) -> str:
    """Each account type with its bytes."""
    return "\n\n".join(
        f"### {name}\n\n{_sentences(defined(idl, name))}{account(idl, name)}" for name in sorted(idl.accounts.values())
    )


def account(idl: Idl, name: str) -> str:
    """The bytes of one account type."""
    (discriminator,) = [begins for begins, known in idl.accounts.items() if known == name]
    return _layout(
        [
            Row("0", "8", "[u8; 8]", "discriminator", f"`{discriminator.hex()}`"),
            *rows(idl, name, start=DISCRIMINATOR_BYTES),
        ]
    )


def types(idl: Idl) -> str:
    """Structs that accounts, arguments and events are made of; offsets count from where the value begins."""
    known = {*idl.accounts.values(), *idl.events.values()}
    structs = [d for name, d in sorted(idl.types.items()) if name not in known and d["type"]["kind"] == "struct"]
    return "\n\n".join(f"### {d['name']}\n\n{_sentences(d)}{_layout(rows(idl, d['name']))}" for d in structs)


def enums(idl: Idl) -> str:
    """Every enum: one byte, then the variant's fields where it has some."""
    lines = [
        (f"`{d['name']}`", str(value), f"`{variant['name']}`", _variant_fields(variant), docs_of(variant))
        for _, d in sorted(idl.types.items())
        if d["type"]["kind"] == "enum"
        for value, variant in enumerate(d["type"]["variants"])
    ]
    return table(["enum", "byte", "value", "then", "meaning"], lines)


def instructions(idl: Idl) -> str:
    """Each instruction with arguments and accounts, in the alphabet's order."""
    return "\n\n".join(_instruction(instruction) for instruction in idl.json["instructions"])


def _instruction(instruction: Mapping[str, Any]) -> str:
    parts = [f"### {instruction['name']}", docs_of(instruction)]
    parts.append(f"Discriminator `{bytes(instruction['discriminator']).hex()}`.")
    if arguments := instruction.get("args"):
        parts.append(table(["argument", "type"], [(f"`{a['name']}`", f"`{type_name(a['type'])}`") for a in arguments]))
    given = instruction["accounts"]
    with_events = [account["name"] for account in given[-2:]] == EVENT_CPI_ACCOUNTS
    lines = [
        (str(place), f"`{account['name']}`", _flags(account), _address(account), docs_of(account))
        for place, account in enumerate(given[:-2] if with_events else given)
    ]
    parts.append(table(["", "account", "", "address", "what it is"], lines))
    if not with_events:
        parts.append("Emits nothing: takes no `event_authority` and `program`.")
    return "\n\n".join(part for part in parts if part)


def _flags(account: Mapping[str, Any]) -> str:
    return ", ".join(flag for flag in ("writable", "signer", "optional") if account.get(flag))


def _address(account: Mapping[str, Any]) -> str:
    if "address" in account:
        return f"`{account['address']}`"
    seeds = (account.get("pda") or {}).get("seeds") or []
    if seeds and seeds[0]["kind"] == "const":
        return f'derived: `"{bytes(seeds[0]["value"]).decode()}"`'
    return ""


def errors(idl: Idl) -> str:
    """Number, name and message of each error."""
    return table(
        ["code", "name", "message"],
        [(str(e["code"]), f"`{e['name']}`", e.get("msg", "")) for e in idl.json.get("errors", [])],
    )


def events(idl: Idl) -> str:
    """Each event with the fields behind its header."""
    return "\n\n".join(
        _event(idl, name, discriminator)
        for discriminator, name in sorted(idl.events.items(), key=lambda entry: entry[1])
    )


def _event(idl: Idl, name: str, discriminator: bytes) -> str:
    definition = defined(idl, name)
    own = [
        (f"`{field}`", f"`{type_name(type_)}`", docs)
        for field, type_, docs in fields(definition["type"])
        if field != "header"
    ]
    return f"### {name}\n\n{_sentences(definition)}Discriminator `{discriminator.hex()}`.\n\n" + table(
        ["field", "type", "meaning"], own
    )


def constants(found: Iterable[Limit]) -> str:
    """The limits of `windlass-rules`."""
    return table(["limit", "value", "why"], [(f"`{limit.name}`", _amount(limit), limit.meaning) for limit in found])


def _amount(limit: Limit) -> str:
    ends = [limit.least] if limit.most is None else [limit.least, limit.most]
    if not limit.is_seconds:
        return " to ".join(f"{end:,}" for end in ends)
    return " to ".join(f"{end:,}" for end in ends) + f" s ({' to '.join(_duration(end) for end in ends)})"


def _duration(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds % length == 0 and seconds:
            count = seconds // length
            return f"{count} {unit}{'s' if count != 1 else ''}"
    return f"{seconds} seconds"


def derived_addresses(seeds: Iterable[tuple[str, str, str]]) -> str:
    """The seeds of each derived address."""
    return table(["first seed", "what follows"], [(f'`"{text}"`', docs) for _, text, docs in seeds])


def state_diagram(table_: Sequence[Transition]) -> str:
    """Mermaid: one arrow for each pair of states, named by all that leads along it."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for transition in table_:
        arrows.setdefault((transition.before or "[*]", transition.after), []).append(words(transition.action))
    begun = {before for before, _ in arrows}
    ends = dict.fromkeys(after for _, after in arrows if after not in begun)
    lines = [f"    {before} --> {after}: {', '.join(actions)}" for (before, after), actions in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, *(f"    {end} --> [*]" for end in ends), "```"])


def actions(table_: Sequence[Transition], docs: Mapping[str, str]) -> str:
    """What each action means and between which states it leads."""
    lines = [
        (
            words(action),
            "; ".join(f"{t.before or 'nothing'} → {t.after}" for t in table_ if t.action == action),
            meaning,
        )
        for action, meaning in docs.items()
    ]
    return table(["what happens", "from → to", "which means"], lines)


def rents(idl: Idl, limits: Mapping[str, int]) -> str:
    """What Windlass's own accounts lock up, and a buffer. `limits`: the constants of `windlass-rules` by name."""
    most_members = limits["MAX_MEMBERS"]
    plan = limits["MAX_PLAN_LEN"] - most_bytes(idl, {"defined": {"name": "MigrationPlan"}})
    sizes = {
        f"`MultisigConfig` (always with room for {most_members} members)": _space(idl, "MultisigConfig", most_members),
        "`ProgramUpgradeState`, once a program": _space(idl, "ProgramUpgradeState"),
        "`UpgradeProposal` of a multisig of 5, without plan": proposal_space(idl, 5),
        f"`UpgradeProposal` of a multisig of {most_members}, without plan": proposal_space(idl, most_members),
        "`MigrationTracker` with the longest plan": _space(idl, "MigrationTracker") + plan,
        "`AccountVersion`, for each migrated account where the plan asks for receipts": _space(idl, "AccountVersion"),
        "a buffer with 200,000 bytes of code": limits["BUFFER_HEADER"] + 200_000,
        "a buffer with 1,000,000 bytes of code": limits["BUFFER_HEADER"] + 1_000_000,
    }
    return table(
        ["account", "bytes", "SOL"],
        [(name, f"{size:,}", f"{rent(size) / LAMPORTS_PER_SOL:.6f}") for name, size in sizes.items()],
    )


def proposal_space(idl: Idl, members: int) -> int:
    """Bytes of a proposal's account without plan and config; room for each member to approve and to vote to cancel."""
    return _space(idl, "UpgradeProposal") + _NO_PAYLOAD + members * 2 * most_bytes(idl, {"defined": {"name": "Vote"}})


def rent(size: int) -> int:
    """Lamports that an account of `size` bytes has to hold."""
    return (ACCOUNT_OVERHEAD_BYTES + size) * LAMPORTS_PER_BYTE


def _space(idl: Idl, name: str, items: int = 0) -> int:
    return DISCRIMINATOR_BYTES + most_bytes(idl, {"defined": {"name": name}}, items)


def compute_units(measured: Mapping[str, int] | None) -> str:
    """Most units seen of each instruction; `measured` is None where nothing was recorded."""
    if measured is None:
        return "Not recorded yet: there is no `benchmarks/compute_units.json`."
    return table(
        ["instruction", "compute units"], [(f"`{name}`", f"{units:,}") for name, units in sorted(measured.items())]
    )


def words(name: str) -> str:
    """`FallBelowThreshold` as `fall below threshold`."""
    return "".join(" " + c.lower() if c.isupper() and i else c.lower() for i, c in enumerate(name))


def table(header: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """Markdown; columns that nothing is in are left out."""
    body = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    used = [place for place in range(len(header)) if not body or any(line[place] for line in body)]
    show = [[line[place] for place in used] for line in [list(header), ["---"] * len(header), *body]]
    return "\n".join("| " + " | ".join(line) + " |" for line in show)


def _layout(found: Iterable[Row]) -> str:
    return table(
        ["offset", "length", "type", "field", "meaning"],
        [(row.offset, row.length, f"`{row.type}`", f"`{row.field}`", row.meaning) for row in found],
    )


def _variant_fields(variant: Mapping[str, Any]) -> str:
    return ", ".join(f"`{name}: {type_name(type_)}`" for name, type_, _ in fields(variant))


def _sentences(node: Mapping[str, Any]) -> str:
    docs = docs_of(node)
    return f"{docs}\n\n" if docs else ""
