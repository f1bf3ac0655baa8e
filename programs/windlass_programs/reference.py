"""Writes the tables of the documentation: `python -m windlass_programs.reference [--check]`.

They are made from the IDL and from the source of `windlass-rules`, and stand between `<!-- generated: NAME -->` and
`<!-- end of NAME -->`; everything else in those files is written by hand and left as it is.
"""

import re
import sys
from collections.abc import Mapping
from pathlib import Path

import orjson

from windlass_programs import reference_tables as tables
from windlass_programs import rust_rules
from windlass_programs.idl import Idl, IdlError
from windlass_programs.rust_rules import RuleSourceError

REPOSITORY = Path(__file__).parents[2]
DOCUMENTS = ("docs/SMART_CONTRACT.md", "docs/GOVERNANCE.md", "docs/COLLATERAL_VAULT.md")
RULES = "programs/windlass-rules/src"
FILES_WITH_LIMITS = ("config.rs", "pause.rs", "code.rs", "migration.rs", "migration_plan.rs", "loader.rs")

_BLOCK = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end of \2 -->)", re.DOTALL)


class DocumentError(ValueError):
    """A document's markers and the generated tables do not fit: the message says which."""


def blocks(repository: Path = REPOSITORY) -> dict[str, str]:
    """The generated text for each name that a document may ask for.

    Raises IdlError or RuleSourceError where the sources are not as they are read here.
    """
    idl, vault = Idl.load("windlass"), Idl.load("collateral_vault_v2")
    rules = repository / RULES
    transitions_source = rust_rules.read(rules / "transitions.rs")
    transitions = rust_rules.transitions(transitions_source)
    limits = [limit for name in FILES_WITH_LIMITS for limit in rust_rules.limits(rust_rules.read(rules / name))]
    seeds = rust_rules.seeds(
        rust_rules.read(repository / "programs/windlass/src/seeds.rs"),
        rust_rules.read(repository / "programs/windlass-interface/src/migration.rs"),
    )
    return {
        "accounts": tables.accounts(idl),
        "types": tables.types(idl),
        "enums": tables.enums(idl),
        "instructions": tables.instructions(idl),
        "errors": tables.errors(idl),
        "events": tables.events(idl),
        "limits": tables.constants(limits),
        "addresses": tables.derived_addresses(seeds),
        "states": tables.state_diagram(transitions),
        "actions": tables.actions(transitions, rust_rules.variants(transitions_source, "Action")),
        "rents": tables.rents(idl, {limit.name: limit.least for limit in limits}),
        "compute_units": tables.compute_units(_measured(repository / "benchmarks/compute_units.json")),
        "vault_accounts": tables.accounts(vault),
        "vault_release_1": tables.account(Idl.load("collateral_vault_v1"), "CollateralVault"),
        "vault_types": tables.types(vault),
        "vault_instructions": tables.instructions(vault),
        "vault_events": tables.events(vault),
        "vault_errors": tables.errors(vault),
    }


def filled(document: str, generated: Mapping[str, str]) -> str:
    """The document with its generated parts as they have to be now. Raises DocumentError for a name nobody knows."""

    def block(match: re.Match[str]) -> str:
        begin, name, end = match.groups()
        if name not in generated:
            raise DocumentError(f"nothing generates `{name}`; there are {', '.join(sorted(generated))}")
        return f"{begin}\n{generated[name]}\n\n{end}"

    text, count = _BLOCK.subn(block, document)
    if count != document.count("<!-- generated: "):
        raise DocumentError("a `<!-- generated: NAME -->` has no `<!-- end of NAME -->` behind it")
    return text


def asked_for(document: str) -> set[str]:
    """The names of the generated parts in a document."""
    return {name for _, name, _ in _BLOCK.findall(document)}


def _measured(path: Path) -> dict[str, int] | None:
    """The recorded compute units: an object of instruction names and units."""
    return {str(name): int(units) for name, units in orjson.loads(path.read_bytes()).items()} if path.exists() else None


def main() -> int:
    """0: the documents are up to date, or were brought so."""
    check = sys.argv[1:] == ["--check"]
    try:
        generated = blocks()
        texts = {path: (REPOSITORY / path).read_text() for path in DOCUMENTS}
        new = {path: filled(text, generated) for path, text in texts.items()}
        if unused := sorted(set(generated) - {name for text in texts.values() for name in asked_for(text)}):
            raise DocumentError(f"no document shows {', '.join(unused)}")
    except (IdlError, RuleSourceError, DocumentError) as error:
        print(error)
        return 1
    outdated = [path for path in DOCUMENTS if new[path] != texts[path]]
    if check and outdated:
        print(f"not what IDL and rules say: {', '.join(outdated)}; run python -m windlass_programs.reference")
        return 1
    for path in outdated:
        (REPOSITORY / path).write_text(new[path])
    return 0


if __name__ == "__main__":
    sys.exit(main())
