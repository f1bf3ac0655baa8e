"""The documentation's tables say what the programs are, and the tests that it names are there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from stack.council import Council
from windlass_programs import rust_rules
from windlass_programs.byte_layouts import DISCRIMINATOR_BYTES, length, most_bytes, rows
from windlass_programs.idl import Idl, IdlError
from windlass_programs.reference import DOCUMENTS, RULES, DocumentError, asked_for, blocks, filled
from windlass_programs.reference_tables import instructions, proposal_space, rent, state_diagram, table
from windlass_programs.rust_rules import RuleSourceError, Transition

REPOSITORY = Path(__file__).parents[3]
NAMED_TEST = re.compile(r"`(\w+)\.(py|rs)::(\w+)`")


def text_of(document: str) -> str:
    return (REPOSITORY / document).read_text()


def files_of(file: str, kind: str) -> Iterator[Path]:
    """Every test file of this name."""
    if kind == "py":
        return (REPOSITORY / "tests").rglob(f"{file}.py")
    return (REPOSITORY / "programs").glob(f"windlass-*/tests/{file}.rs")


def an_idl(*types: dict[str, Any], **more: Any) -> Idl:
    return Idl(
        Idl.load("windlass").address, "sample", {}, {}, {t["name"]: t for t in types}, {"instructions": [], **more}
    )


def struct(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": {"kind": "struct", "fields": [{"name": n, "type": t} for n, t in fields.items()]}}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_the_tables_are_up_to_date(document: str) -> None:
    assert filled(text_of(document), blocks()) == text_of(document)


def test_every_table_is_shown_somewhere() -> None:
    assert {name for document in DOCUMENTS for name in asked_for(text_of(document))} == set(blocks())


def test_every_account_instruction_event_and_error_is_in_the_reference() -> None:
    idl, text = Idl.load("windlass"), text_of("docs/SMART_CONTRACT.md")
    headings = set(re.findall(r"^### (\w+)$", text, re.MULTILINE))
    assert headings >= {*idl.accounts.values(), *idl.events.values()}
    assert headings >= {instruction["name"] for instruction in idl.json["instructions"]}
    assert all(f"| {error['code']} | `{error['name']}` |" in text for error in idl.json["errors"])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_each_test_that_a_document_names_exists(document: str) -> None:
    missing = [
        f"{file}.{kind}::{name}"
        for file, kind, name in NAMED_TEST.findall(text_of(document))
        if not any(re.search(rf"\b(def|fn) {name}\(", path.read_text()) for path in files_of(file, kind))
    ]
    assert not missing


@pytest.mark.parametrize("document", [*DOCUMENTS, "docs/ALERTS.md", "README.md"])
def test_each_make_target_that_a_document_names_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", text_of(document))) <= targets


def test_every_attack_names_a_test() -> None:
    threats = text_of("docs/GOVERNANCE.md").partition("## Threat model")[2]
    attacks = [line for line in threats.splitlines() if line.startswith("| ") and not line.startswith("| **")]
    unshown = [line for line in attacks[2:-1] if not NAMED_TEST.search(line)]
    assert len(attacks) > 40
    assert not unshown


def test_the_times_that_members_are_told_are_those_of_the_rules() -> None:
    limits = {limit.name: limit for limit in rust_rules.limits((REPOSITORY / RULES / "config.rs").read_text())}
    seconds = {"minute": 60, "hour": 3_600, "day": 86_400}
    told = re.findall(
        r"^\| (\S.+?) \| (\d+) (\w+?)s? \| (\d+) (\w+?)s? \|", text_of("docs/GOVERNANCE.md"), re.MULTILINE
    )
    names = {"voting period": "VOTING_PERIOD", "timelock": "TIMELOCK", "grace": "GRACE_PERIOD"}
    names["rollback delay"] = "ROLLBACK_DELAY"
    assert {names[what]: (int(a) * seconds[b], int(c) * seconds[d]) for what, a, b, c, d in told} == {
        name: (limits[name].least, limits[name].most) for name in names.values()
    }


def test_each_account_lies_on_chain_as_the_reference_says() -> None:
    council, idl = Council(), Idl.load("windlass")
    council.initialize()
    council.register()
    proposal = council.proposal_address(council.propose())
    expected = {
        council.multisig: DISCRIMINATOR_BYTES + most_bytes(idl, {"defined": {"name": "MultisigConfig"}}, 16),
        council.program_state: DISCRIMINATOR_BYTES + most_bytes(idl, {"defined": {"name": "ProgramUpgradeState"}}),
        proposal: proposal_space(idl, members=5),
    }
    accounts = {address: council.chain.account(address) for address in expected}
    assert {address: len(account.data) for address, account in accounts.items()} == expected
    assert all(account.lamports == rent(len(account.data)) for account in accounts.values())

    offsets = {row.field: row.offset for row in rows(idl, "UpgradeProposal", start=DISCRIMINATOR_BYTES)}
    digest, eta = int(offsets["digest"]), int(offsets["eta"])
    assert accounts[proposal].data[digest : digest + 32] == council.proposal(1).digest
    assert accounts[proposal].data[eta : eta + 8] == bytes(8)


def test_fields_behind_one_of_variable_length_count_from_its_end() -> None:
    inner = struct("Inner", a="u16", b={"vec": "pubkey"})
    idl = an_idl(
        inner, struct("Outer", x="u8", inner={"defined": {"name": "Inner"}}, y="u32", z={"option": "bool"}, w="u8")
    )
    assert [(row.offset, row.length, row.type, row.field) for row in rows(idl, "Outer", start=8)] == [
        ("8", "1", "u8", "x"),
        ("9", "2", "u16", "inner.a"),
        ("11", "4 + 32 * n", "Vec<Pubkey>", "inner.b"),
        ("end of `inner.b`", "4", "u32", "y"),
        ("end of `inner.b` + 4", "1 or 2", "Option<bool>", "z"),
        ("end of `z`", "1", "u8", "w"),
    ]


def test_an_enum_with_fields_has_no_fixed_length() -> None:
    plain = {"name": "Plain", "type": {"kind": "enum", "variants": [{"name": "A"}, {"name": "B"}]}}
    variants = [{"name": "A"}, {"name": "B", "fields": ["u8", {"array": ["i64", 3]}]}]
    rich = {"name": "Rich", "type": {"kind": "enum", "variants": variants}}
    idl = an_idl(plain, rich, struct("Both", plain={"defined": {"name": "Plain"}}, rich={"defined": {"name": "Rich"}}))
    assert [row.length for row in rows(idl, "Both")] == ["1", "1 + the variant's fields"]
    assert length(idl, {"array": [{"defined": {"name": "Plain"}}, 7]}) == "7"


def test_a_type_that_nothing_describes_is_named() -> None:
    idl = an_idl(struct("Odd", what={"generic": "T"}))
    with pytest.raises(IdlError, match="generic"):
        rows(idl, "Odd")
    with pytest.raises(IdlError, match="names the type Missing"):
        rows(an_idl(struct("Odd", what={"defined": {"name": "Missing"}})), "Odd")


def test_an_instruction_without_events_says_so() -> None:
    account = {"name": "payer", "signer": True, "writable": True, "docs": ["CHECK: pays | signs."]}
    instruction = {"name": "go", "discriminator": [1] * 8, "accounts": [account], "args": [{"name": "n", "type": "u8"}]}
    text = instructions(an_idl(instructions=[instruction]))
    assert "| 0 | `payer` | writable, signer | pays \\| signs. |" in text
    assert "| `n` | `u8` |" in text
    assert "Emits nothing" in text


def test_columns_that_nothing_is_in_are_left_out() -> None:
    assert (
        table(["a", "b", "c"], [("1", "", "x|y"), ("2", "", "")]) == "| a | c |\n| --- | --- |\n| 1 | x\\|y |\n| 2 |  |"
    )


def test_arrows_between_the_same_states_are_one() -> None:
    moves = [Transition(None, "Propose", "Open"), Transition("Open", "Vote", "Open")]
    moves += [Transition("Open", "GoDown", "Over"), Transition("Open", "Expire", "Over")]
    assert state_diagram(moves).splitlines() == [
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> Open: propose",
        "    Open --> Open: vote",
        "    Open --> Over: go down, expire",
        "    Over --> [*]",
        "```",
    ]


def test_the_whole_table_of_transitions_is_read() -> None:
    source = (REPOSITORY / RULES / "transitions.rs").read_text()
    moves = rust_rules.transitions(source)
    assert {move.action for move in moves} == set(rust_rules.variants(source, "Action"))
    statuses = {move.after for move in moves} | {move.before for move in moves if move.before}
    assert statuses == set(rust_rules.variants(source, "Status"))
    with pytest.raises(RuleSourceError, match="were read"):
        rust_rules.transitions(source.replace("Action::RollBack,           ", "roll_back(), "))


def test_a_limit_may_use_others_wherever_they_stand() -> None:
    source = "/// Why.\npub const A: i64 = (B + 2) * 3;\nconst B: i64 = 1 << 4;\n"
    source += "pub const C: Bounds = Bounds { least: B, most: A };\n"
    found = [(limit.name, limit.least, limit.most, limit.meaning) for limit in rust_rules.limits(source)]
    assert found == [("A", 54, None, "Why."), ("C", 16, 54, "")]
    with pytest.raises(RuleSourceError, match="more than sums"):
        rust_rules.limits("pub const A: u8 = b();")


def test_a_marker_that_is_not_closed_or_not_known_is_refused() -> None:
    with pytest.raises(DocumentError, match="has no `<!-- end of NAME -->`"):
        filled("<!-- generated: limits -->\n", {"limits": ""})
    with pytest.raises(DocumentError, match="nothing generates `limit`"):
        filled("<!-- generated: limit -->\n<!-- end of limit -->", {"limits": ""})


def test_what_is_written_by_hand_stays() -> None:
    document = "by hand\n<!-- generated: a -->\nold\n<!-- end of a -->\nmore\n"
    new = filled(document, {"a": r"\1 new"})
    assert new == "by hand\n<!-- generated: a -->\n\n\\1 new\n\n<!-- end of a -->\nmore\n"
    assert filled(new, {"a": r"\1 new"}) == new
