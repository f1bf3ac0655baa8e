"""The OpenAPI document of the routes, made from their documents and the schema: `/openapi.json`."""

import json
from importlib.metadata import version
from typing import Any

from graphql import (
    FieldNode,
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    SelectionSetNode,
    get_named_type,
)

from windlass_graphql.limits import LARGEST_LIST
from windlass_graphql.pages import LARGEST_PAGE
from windlass_graphql.rest.stored import Parameter, Stored, stored
from windlass_graphql.scalars import LARGEST_INT53

ADDRESS = {"type": "string", "pattern": "^[1-9A-HJ-NP-Za-km-z]{32,44}$"}

_SCALARS: dict[str, dict[str, Any]] = {
    "Boolean": {"type": "boolean"},
    "String": {"type": "string"},
    "ID": ADDRESS,
    "Int": {"type": "integer", "minimum": -(2**31), "maximum": 2**31 - 1},
    "Int53": {"type": "integer", "minimum": 0, "maximum": LARGEST_INT53},
    "U64": {"type": "string", "pattern": "^[0-9]{1,20}$"},
    "Hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "DateTime": {"type": "string", "format": "date-time"},
    "JSON": {},
}
_PAGE_SIZE = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE}
_REFUSALS = {
    "400": "A parameter is not as it has to be; the message says what was expected.",
    "404": "There is nothing at the address.",
    "429": "This client asked too often; `retry-after` says in how many seconds it may ask again.",
    "500": "Something went wrong here; it has been logged.",
    "503": "The database cannot be reached at the moment.",
    "504": "The database took too long.",
}


def openapi(schema: GraphQLSchema) -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Windlass: read API",
            "version": version("windlass"),
            "description": "Proposals and migrations as the read model has them. Each route is a stored query of the "
            "GraphQL API at /graphql, which answers everything else.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {each.path: {"get": _operation(each, schema)} for each in stored(schema)},
        "components": {
            "schemas": {
                "Errors": {
                    "type": "object",
                    "required": ["errors"],
                    "additionalProperties": False,
                    "properties": {"errors": {"type": "array", "minItems": 1, "items": _ERROR}},
                }
            },
            "responses": {
                status: {
                    "description": said,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Errors"}}},
                    **({"headers": {"retry-after": _RETRY_AFTER}} if status == "429" else {}),
                }
                for status, said in _REFUSALS.items()
            },
        },
    }


_ERROR = {
    "type": "object",
    "required": ["message", "extensions"],
    "additionalProperties": False,
    "properties": {
        "message": {"type": "string", "description": "A sentence for people."},
        "extensions": {
            "type": "object",
            "required": ["code"],
            "properties": {"code": {"type": "string", "description": "What programs go by, e.g. BAD_ADDRESS."}},
        },
    },
}
_RETRY_AFTER = {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}


def _operation(read: Stored, schema: GraphQLSchema) -> dict[str, Any]:
    assert schema.query_type is not None
    field = schema.query_type.fields[read.root.name.value]
    assert read.root.selection_set is not None
    is_one = not isinstance(field.type, GraphQLNonNull)
    found = _object(get_named_type(field.type), read.root.selection_set)
    refusals = {
        status: {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS if status != "404" or is_one
    }
    return {
        "operationId": read.name,
        "summary": read.summary,
        "parameters": [_parameter(each) for each in read.parameters.values()],
        "responses": {
            "200": {"description": "As asked.", "content": {"application/json": {"schema": found}}},
            **refusals,
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema = _input(parameter)
    if parameter.default is not None:
        schema = {**schema, "default": getattr(parameter.default, "name", parameter.default)}
    return {
        "name": parameter.name,
        "in": "path" if parameter.is_in_path else "query",
        "required": parameter.is_in_path,
        "description": parameter.description,
        "schema": schema,
    }


def _input(parameter: Parameter) -> dict[str, Any]:
    type_ = get_named_type(parameter.type)
    schema = _PAGE_SIZE if parameter.name in ("first", "last") else _leaf(type_)
    return {"type": "array", "items": schema, "maxItems": LARGEST_LIST} if parameter.is_list else schema


def _leaf(type_: GraphQLType) -> dict[str, Any]:
    if isinstance(type_, GraphQLEnumType):
        return {"type": "string", "enum": list(type_.values)}
    return _SCALARS[type_.name]  # type: ignore[attr-defined]


def _output(type_: GraphQLType, selections: SelectionSetNode | None) -> dict[str, Any]:
    if isinstance(type_, GraphQLNonNull):
        return _not_null(type_.of_type, selections)
    inner = _not_null(type_, selections)
    return {"anyOf": [inner, {"type": "null"}]} if inner else {}


def _not_null(type_: GraphQLType, selections: SelectionSetNode | None) -> dict[str, Any]:
    if isinstance(type_, GraphQLList):
        return {"type": "array", "items": _output(type_.of_type, selections)}
    return _leaf(type_) if selections is None else _object(type_, selections)


def _object(type_: GraphQLType, selections: SelectionSetNode) -> dict[str, Any]:
    assert isinstance(type_, GraphQLObjectType)
    properties = {}
    for node in selections.selections:
        assert isinstance(node, FieldNode), "stored documents have no fragments"
        field = type_.fields[node.name.value]
        properties[node.name.value] = {
            **_output(field.type, node.selection_set),
            "description": field.description or "",
        }
    return {
        "type": "object",
        "required": list(properties),
        "additionalProperties": False,
        "properties": properties,
    }


if __name__ == "__main__":
    from windlass_graphql.schema import graphql_schema

    print(json.dumps(openapi(graphql_schema), indent=2))
