"""Rust source in which every check of an account can be taken out: `held(N, condition)` in the place of the condition.

What is rewritten: `require!`, `require_keys_eq!`, `require_keys_neq!`; of the accounts' attributes `address`,
`constraint`, `seeds` with a given `bump`; and `Signer`. Each becomes one numbered check.
"""

import re
from dataclasses import dataclass, field

MARKER = b"check taken out:"
MOST = 255

# A check that does not hold says so, and stops the transaction unless it is the one that was taken out.
SUPPORT = f"""
static TAKEN_OUT: [u8; {len(MARKER) + 1}] = *b"{MARKER.decode()}\\0";

#[inline(never)]
pub fn held(number: u8, holds: bool) -> bool {{
    if holds {{
        return true;
    }}
    msg!("unheld {{}}", number);
    unsafe {{ core::ptr::read_volatile(&TAKEN_OUT[{len(MARKER)}]) == number }}
}}

#[inline(never)]
pub fn is_at(address: Pubkey, seeds: &[&[u8]]) -> bool {{
    Pubkey::create_program_address(seeds, &crate::ID) == Ok(address)
}}
"""


@dataclass(frozen=True)
class Check:
    """One check: its number in the built program, and where it stands in the source."""

    number: int
    file: str
    line: int
    text: str


@dataclass
class Instrument:
    """Rewrites files, and remembers the checks."""

    checks: list[Check] = field(default_factory=list)

    def rewrite(self, file: str, source: str) -> str:
        """The file with its checks numbered."""
        self._file, self._source = file, source
        accounts = re.compile(
            r"(?P<attribute>#\[account\((?P<inside>(?:[^\[\]]|\[[^\[\]]*\])*?)\)\]\s*)?"
            r"pub (?P<name>\w+): (?P<type>[^;{}\n]+),\n"
        )
        whole = re.sub(
            r"#\[derive\(Accounts\)\].*?\n}\n",
            lambda struct: accounts.sub(lambda found: self._account(found, struct.start()), struct[0]),
            source,
            flags=re.DOTALL,
        )
        return self._statements(whole)

    def _number(self, text: str, at: int) -> int:
        number = len(self.checks) + 1
        if number > MOST:
            raise ValueError(f"more than {MOST} checks do not fit into the byte that chooses one")
        line = self._source.count("\n", 0, at) + 1
        self.checks.append(Check(number, self._file, line, " ".join(text.split())))
        return number

    def _account(self, found: re.Match[str], offset: int) -> str:
        name, type_, inside = found["name"], found["type"], found["inside"] or ""
        at = offset + found.start("name")
        written = dict(part.split(" = ", 1) for part in split(inside) if " = " in part)
        kept = []
        for part in split(inside):
            key, _, value = part.partition(" = ")
            condition, _, error = value.rpartition(" @ ") if " @ " in value else (value, "", "")
            if key == "address":
                kept.append(self._constraint(f"{name}: {part}", at, f"{name}.key() == {condition}", error))
            elif key == "constraint":
                kept.append(self._constraint(f"{name}: {part}", at, condition, error))
            elif key == "seeds" and "bump" in written:
                seeds = split(value.strip()[1:-1])
                there = f"crate::is_at({name}.key(), &[{', '.join(seeds)}, &[{written['bump']}]])"
                kept.append(self._constraint(f"{name}: {part}", at, there, "ErrorCode::ConstraintSeeds"))
            elif key != "bump" or not value:
                kept.append(part)
        if type_ == "Signer<'info>":
            signs = self._constraint(f"{name}: Signer", at, f"{name}.is_signer", "ErrorCode::AccountNotSigner")
            kept, type_ = [*kept, signs], "UncheckedAccount<'info>"
        attribute = f"#[account({', '.join(kept)})]\n    " if kept else ""
        return f"{attribute}pub {name}: {type_},\n"

    def _constraint(self, text: str, at: int, condition: str, error: str) -> str:
        return f"constraint = crate::held({self._number(text, at)}, {condition}) @ {error}"

    def _statements(self, source: str) -> str:
        parts, done = [], 0
        for found in re.finditer(r"require(?P<keys>_keys_eq|_keys_neq)?!\(", source):
            end = closing(source, found.end())
            *values, error = split(source[found.end() : end])
            operator = {"_keys_eq": " == ", "_keys_neq": " != "}.get(found["keys"] or "", "")
            condition = operator.join(values)
            at = self._source.find(source[found.start() : end])
            number = self._number(source[found.start() : end + 1], at)
            parts += [source[done : found.start()], f"require!(crate::held({number}, {condition}), {error})"]
            done = end + 1
        return "".join([*parts, source[done:]])


def closing(text: str, start: int) -> int:
    """Where the bracket that was opened before `start` is closed."""
    depth = 1
    for place in range(start, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place
    raise ValueError(f"a bracket is never closed: {text[start : start + 40]}")


def split(text: str) -> list[str]:
    """What stands between the commas that are in no bracket."""
    parts, depth, part = [], 0, ""
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += letter
    return [stripped for one in [*parts, part] if (stripped := one.strip())]
