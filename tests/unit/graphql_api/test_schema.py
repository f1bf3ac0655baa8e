"""The schema is the one that docs/ shows, and explains itself."""

from pathlib import Path

from graphql import GraphQLEnumType, GraphQLInterfaceType, GraphQLObjectType, build_schema
from windlass_graphql.schema import schema

SDL = Path(__file__).parents[3] / "docs" / "schema.graphql"


def test_the_documented_schema_is_the_served_one() -> None:
    assert SDL.read_text() == schema.as_str() + "\n", (
        "print it anew: python -c 'from windlass_graphql.schema import schema; print(schema.as_str())' "
        "> docs/schema.graphql"
    )


def test_every_type_field_argument_and_value_is_described() -> None:
    silent = []
    for name, type_ in build_schema(schema.as_str()).type_map.items():
        if name.startswith("__") or name in ("Boolean", "String", "Int", "ID", "Float"):
            continue
        if not type_.description:
            silent.append(name)
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                if not field.description:
                    silent.append(f"{name}.{field_name}")
                silent += [f"{name}.{field_name}({arg})" for arg, a in field.args.items() if not a.description]
        if isinstance(type_, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, v in type_.values.items() if not v.description]
    assert silent == []
