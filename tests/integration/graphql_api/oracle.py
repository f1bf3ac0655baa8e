"""Queries made up from the schema, and the answer that the resolvers give to each."""

import random
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)

DEEPEST = 6


@dataclass
class Known:
    """Values that make sense as arguments, by the argument's name; cursors by the type and order of the list."""

    values: dict[str, list[Any]]
    cursors: dict[tuple[str, str], list[str]] = field(default_factory=dict)


@dataclass
class Query:
    """A document, its variables."""

    text: str
    variables: dict[str, Any]


class Inventor:
    """Makes queries up: the same ones for the same seed."""

    def __init__(self, schema: GraphQLSchema, known: Known, seed: int) -> None:
        self._schema = schema
        self._known = known
        self._random = random.Random(seed)
        self._variables: dict[str, tuple[str, Any]] = {}
        self._fragments: list[str] = []

    def query(self) -> Query:
        """One of a few root fields."""
        root = self._schema.query_type
        assert root is not None
        body = self._selections(root, DEEPEST, most=3)
        declared = ", ".join(f"${name}: {type_}" for name, (type_, _) in self._variables.items())
        head = f"query Asked{f'({declared})' if declared else ''} "
        return Query(
            "\n".join([head + body, *self._fragments]), {name: value for name, (_, value) in self._variables.items()}
        )

    def _selections(self, type_: GraphQLObjectType, depth: int, most: int = 6) -> str:
        usable = [
            (name, each)
            for name, each in type_.fields.items()
            if depth > 1 or not isinstance(get_named_type(each.type), GraphQLObjectType)
        ]
        chosen = self._random.sample(usable, min(len(usable), self._random.randint(1, most)))
        parts = [self._field(name, each, depth) for name, each in chosen]
        if self._chance(0.2) or not parts:
            parts.append("__typename")
        if parts and self._chance(0.15) and "(" not in parts[0] and ":" not in parts[0].split("{")[0]:
            parts.append(parts[0])  # the same field twice is merged
        body = "{ " + " ".join(parts) + " }"
        if self._chance(0.12):
            name = f"F{len(self._fragments)}"
            self._fragments.append("")
            self._fragments[int(name[1:])] = f"fragment {name} on {type_.name} {body}"
            return f"{{ ...{name}{self._directive()} __typename }}"
        if self._chance(0.12):
            return f"{{ ... on {type_.name}{self._directive()} {body} __typename }}"
        return body

    def _field(self, name: str, each: GraphQLField, depth: int) -> str:
        alias = f"a{self._random.randrange(10**6)}: " if self._chance(0.2) or each.args else ""
        type_ = get_named_type(each.type)
        below = f" {self._selections(type_, depth - 1)}" if isinstance(type_, GraphQLObjectType) else ""
        return f"{alias}{name}{self._arguments(name, each)}{self._directive()}{below}"

    def _directive(self) -> str:
        if not self._chance(0.1):
            return ""
        value = self._chance(0.5)
        condition = self._variable("Boolean!", value) if self._chance(0.5) else str(value).lower()
        return f" @{self._random.choice(['skip', 'include'])}(if: {condition})"

    def _arguments(self, name: str, each: GraphQLField) -> str:
        if not each.args:
            return ""
        given: dict[str, Any] = {}
        if name in ("proposal", "vault"):
            sets = {
                "proposal": [["address"], ["multisig", "id"], ["signature"]],
                "vault": [["address"], ["owner"]],
            }[name]
            wanted = self._random.choice(sets)
        else:
            wanted = [a for a, arg in each.args.items() if isinstance(arg.type, GraphQLNonNull) or self._chance(0.15)]
            wanted = [a for a in wanted if a not in ("first", "last", "after", "before")]
            if "first" in each.args:
                wanted += self._random.choice([["first"], ["last"], []])
                wanted += self._random.choice([[], [], ["after"], ["before"], ["after", "before"]])
        order = self._order(each) if "order" in wanted else "NEWEST_FIRST"
        for argument in wanted:
            value = order if argument == "order" else self._value(name, each, argument, order)
            if value is not None or self._chance(0.3):
                given[argument] = value
        required = {a for a, arg in each.args.items() if isinstance(arg.type, GraphQLNonNull) and a != "order"}
        given = {a: v for a, v in given.items() if v is not None or a not in required | {"order"}}
        texts = [f"{a}: {self._argument(str(each.args[a].type), each.args[a].type, v)}" for a, v in given.items()]
        return f"({', '.join(texts)})" if texts else ""

    def _order(self, each: GraphQLField) -> str:
        enum = get_named_type(each.args["order"].type)
        assert isinstance(enum, GraphQLEnumType)
        order: str = self._random.choice(list(enum.values))
        return order

    def _value(self, name: str, each: GraphQLField, argument: str, order: str) -> Any:
        if f"{name}.{argument}" in self._known.values:
            return self._random.choice(self._known.values[f"{name}.{argument}"])
        if argument in ("first", "last"):
            return self._random.choice([1, 2, 3, 5, 20])
        if argument in ("after", "before"):
            cursors = self._known.cursors.get((get_named_type(each.type).name, order))
            return self._random.choice(cursors) if cursors else None
        type_ = each.args[argument].type
        enum = get_named_type(type_)
        if isinstance(enum, GraphQLEnumType):
            names = list(enum.values)
            inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
            if isinstance(inner, GraphQLList):
                return self._random.sample(names, self._random.randint(0, min(4, len(names))))
            return self._random.choice(names)
        return self._random.choice(self._known.values[argument])

    def _argument(self, type_name: str, type_: Any, value: Any) -> str:
        if self._chance(0.5):
            return self._variable(type_name, value)
        return self._literal(get_named_type(type_), value)

    def _literal(self, type_: Any, value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(value, list):
            return "[" + ", ".join(self._literal(type_, each) for each in value) + "]"
        if isinstance(type_, GraphQLEnumType) or isinstance(value, int):
            return str(value)
        return f'"{value}"'

    def _variable(self, type_name: str, value: Any) -> str:
        name = f"v{len(self._variables)}"
        self._variables[name] = (type_name, value)
        return f"${name}"

    def _chance(self, likely: float) -> bool:
        return self._random.random() < likely
