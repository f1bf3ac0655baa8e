"""Requests that mean harm, made up from a seed: what they cost and what they are told is the server's part."""

import json
import random
from collections.abc import Callable, Iterator

from graphql import GraphQLEnumType, GraphQLSchema, get_named_type, is_required_argument

INJECTIONS = [
    "'; DROP TABLE vaults; --",
    '" } } { __schema { types { name } } } #',
    "\\u0000",
    "\\ud800",
    "\\u202e",
    "$1",
    "%s%n",
    "{0.__class__}",
    "' OR '1'='1",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "\U0001f4a3" * 50,
    "1" * 32 + "'",
    "A" * 5_000,
]
NUMBERS = ["-1", "0", "101", "2147483647", "2147483648", "9223372036854775808", "1e309", "1.5", "-0", "1" * 400]
TIMES = [
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59.999999-23:59",
    "2026-01-01T00:00:00",
    "now",
    "infinity",
    "2026-13-45T99:99:99Z",
    "2026-01-01T00:00:00+24:00",
]


class Attacker:
    """Makes requests up: the same ones for the same seed."""

    def __init__(self, schema: GraphQLSchema, seed: int) -> None:
        self._schema = schema
        self._random = random.Random(seed)
        self._ways: list[Callable[[], bytes]] = [
            self._deep,
            self._wide,
            self._aliased,
            self._circular,
            self._doubling,
            self._pages,
            self._listed,
            self._introspection,
            self._directives,
            self._variables,
            self._injection,
            self._injection,
            self._bytes,
            self._nested_values,
            self._conflicts,
        ]

    def requests(self, number: int) -> Iterator[bytes]:
        """Bodies, each way of attacking in turn."""
        for index in range(number):
            yield self._ways[index % len(self._ways)]()

    def _body(self, query: str, variables: object = None) -> bytes:
        return json.dumps({"query": query, "variables": variables}, ensure_ascii=self._random.random() < 0.5).encode(
            errors="surrogatepass"
        )

    def _deep(self) -> bytes:
        depth = self._random.choice([8, 100, 900, 3000])
        step = self._random.choice(["multisig { ", "proposals { nodes { multisig { ", "... on Proposal { "])
        return self._body("{ proposals { nodes { " + step * depth + "address" + " }" * (step.count("{") * depth + 3))

    def _wide(self) -> bytes:
        field = self._random.choice(["address", "...F", "__typename", "verification { seq }", "multisig { address }"])
        number = self._random.choice([300, 1_000, 8_000])
        return self._body(
            "{ proposals { nodes { " + f"{field} " * number + "} } } fragment F on Proposal { id address buffer }"
        )

    def _aliased(self) -> bytes:
        root = self._random.choice(["proposals(first: 100) { totalCount nodes { id } }", "chainTime", "__typename"])
        number = self._random.choice([15, 21, 400])
        return self._body("{" + " ".join(f"a{index}: {root}" for index in range(number)) + "}")

    def _circular(self) -> bytes:
        number = self._random.randint(1, 40)
        fragments = " ".join(
            f"fragment F{index} on Proposal {{ id ...F{(index + 1) % number} }}" for index in range(number)
        )
        return self._body("{ proposals { nodes { ...F0 } } } " + fragments)

    def _doubling(self) -> bytes:
        levels = self._random.choice([12, 40, 150])
        fragments = " ".join(
            f"fragment F{level} on Multisig {{ ...F{level + 1} ...F{level + 1} }}" for level in range(levels)
        )
        return self._body(
            "{ multisigs { nodes { ...F0 } } } " + fragments + f" fragment F{levels} on Multisig {{ address }}"
        )

    def _pages(self) -> bytes:
        size = self._random.choice([30, 100])
        before = f"programs(first: {size}) {{ nodes {{ proposals(last: {size}) {{ nodes {{ multisig {{ "
        return self._body(f"{{ multisigs(first: {size}) {{ nodes {{ {before * 2} address {'} ' * 13}")

    def _listed(self) -> bytes:
        number = self._random.choice([90, 101, 1_000, 20_000])
        if self._random.random() < 0.5:
            return self._body("{ proposals(state: [%s]) { nodes { id } } }" % ("READY " * number))
        query = "query ($s: [ProposalState!]) { proposals(state: $s) { nodes { id } } }"
        return self._body(query, {"s": ["READY"] * number})

    def _introspection(self) -> bytes:
        depth = self._random.randint(2, 20)
        step = self._random.choice(
            ["fields { type { ", "possibleTypes { fields { type { ", "fields { args { type { ", "ofType { "]
        )
        opened = step * depth
        root = self._random.choice(["__schema { types { ", '__type(name: "Query") { '])
        return self._body("{ " + root + opened + "name" + " }" * (opened.count("{") + root.count("{") + 1))

    def _directives(self) -> bytes:
        number = self._random.choice([5, 50, 2_000])
        directive = self._random.choice(["@skip(if: false) ", "@include(if: $x) ", "@x ", "@deprecated "])
        return self._body("query ($x: Boolean = true) { chainTime " + directive * number + "}")

    def _variables(self) -> bytes:
        number = self._random.choice([1, 200, 900])
        declared = " ".join(f"$v{index}: Int = {index}" for index in range(number))
        values: dict[str, object] = {
            f"v{index}": self._random.choice([None, [], {}, "x", 2**70, True]) for index in range(number)
        }
        return self._body(f"query ({declared}) {{ proposals(first: $v0) {{ nodes {{ id }} }} }}", values)

    def _injection(self) -> bytes:
        assert self._schema.query_type is not None
        field_name, field = self._random.choice(
            [(name, each) for name, each in self._schema.query_type.fields.items() if each.args]
        )
        name = self._random.choice(list(field.args))
        type_ = get_named_type(field.args[name].type)
        bad = self._random.choice(INJECTIONS)
        if type_.name == "DateTime":
            bad = self._random.choice(TIMES)
        given = {name: f'"{bad}"'}
        if type_.name in ("Int", "Int53"):
            given[name] = self._random.choice(NUMBERS)
        elif isinstance(type_, GraphQLEnumType) and self._random.random() < 0.5:
            given[name] = "DROP"
        for other, argument in field.args.items():
            if other not in given and is_required_argument(argument):
                given[other] = '"%s"' % ("1" * 32)
        arguments = ", ".join(f"{key}: {value}" for key, value in given.items())
        if self._random.random() < 0.4 and not given[name].startswith("DROP"):
            text = f"query ($bad: {field.args[name].type}) {{ {field_name}({name}: $bad) {{ __typename }} }}"
            return b'{"query": %s, "variables": {"bad": %s}}' % (json.dumps(text).encode(), given[name].encode())
        return self._body(f"{{ {field_name}({arguments}) {{ __typename }} }}")

    def _bytes(self) -> bytes:
        kind = self._random.randrange(5)
        if kind == 0:
            return self._random.randbytes(self._random.choice([1, 50, 20_000]))
        if kind == 1:
            return b'{"query": "{ chainTime \xff\xfe }"}'
        if kind == 2:
            return self._random.choice([b"[", b'{"query":', b"{", b'[{"a":']) * self._random.choice([500, 50_000])
        if kind == 3:
            return json.dumps({"query": chr(self._random.randrange(0x110000)) * 300}).encode()
        body = bytearray(self._body("{ proposals(first: 5) { nodes { id address } } }"))
        for _ in range(3):
            body[self._random.randrange(len(body))] = self._random.randrange(256)
        return bytes(body)

    def _nested_values(self) -> bytes:
        depth = self._random.choice([20, 500, 20_000])
        kind = self._random.choice(["[]", "{}"])
        value = "[" * depth + "]" * depth if kind == "[]" else "{a:" * depth + "1" + "}" * depth
        return self._body("{ proposals(state: " + value + ") { nodes { id } } }")

    def _conflicts(self) -> bytes:
        """Fields that have to be compared with each other to be found not to conflict."""
        number = self._random.choice([20, 200, 450])
        field = self._random.choice(["multisig { address }", "multisig { address: createKey }", "a: address", "a: id"])
        return self._body("{ proposals { nodes { " + f"x: {field} ".replace("x: a:", "a:") * number + "} } }")
