"""The OpenAPI document of the routes, made from the actions' own parameters: `/commands/openapi.json`."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import Any

from windlass_commands.service.actions import ACTIONS, Action
from windlass_commands.service.parameters import ADDRESS_SCHEMA, MOST_VALUES, Parameter

REFUSALS = {
    "400": "The request is not as it has to be; the message says what was expected.",
    "404": "There is nothing at an address that the request names.",
    "413": "The body is too large.",
    "422": "The rules or the chain's state do not allow it; the message says why and what to do.",
    "429": "This client asked too often; `retry-after` says in how many seconds it may ask again.",
    "500": "Something went wrong here; it has been logged.",
    "502": "The chain's node cannot be reached, or refused.",
    "503": "The request cannot be noted in the command log, so nothing is handed out.",
    "504": "The chain's node took too long.",
}
OF_GET = ("429", "500")


def openapi() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Windlass: command service",
            "version": version("windlass"),
            "description": "Unsigned transactions in the shape of Solana Actions, each simulated before it is handed "
            "out. Nothing is signed or sent here.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {
            path: {"get": _get(action, number), "post": _post(action, path, number)}
            for action in ACTIONS
            for number, path in enumerate(action.paths)
        },
        "components": {"schemas": _SCHEMAS, "responses": {status: _refusal(status) for status in REFUSALS}},
    }


def _id(verb: str, action: Action, number: int) -> str:
    words = [verb, *action.name.split("-"), *(["upgrade"] if number else [])]
    return words[0] + "".join(word.capitalize() for word in words[1:])


def _get(action: Action, number: int) -> dict[str, Any]:
    return {
        "operationId": _id("describe", action, number),
        "summary": f"{action.title}: what it takes",
        "parameters": [_parameter(each, "path") for each in action.parameters if each.name == "id"],
        "responses": {"200": _answer("As Solana Actions describe themselves.", "Action"), **_refusals(OF_GET)},
    }


def _post(action: Action, path: str, number: int) -> dict[str, Any]:
    of_path = [each for each in action.parameters if f"{{{each.name}}}" in path]
    others = [each for each in action.parameters if each not in of_path]
    required = [each.name for each in others if each.required]
    data = {
        "type": "object",
        "additionalProperties": False,
        "properties": {each.name: {**_schema(each), "description": each.label} for each in others},
        **({"required": required} if required else {}),
    }
    body = {
        "type": "object",
        "required": ["account", *(["data"] if required else [])],
        "additionalProperties": False,
        "properties": {
            "account": {**ADDRESS_SCHEMA, "description": "Who acts, signs and pays."},
            "data": {**data, "description": "Parameters; the address may have them instead, after its question mark."},
        },
    }
    return {
        "operationId": _id("", action, number),
        "summary": action.title,
        "description": action.description,
        "parameters": [_parameter(each, "path") for each in of_path],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": _answer("The transaction to sign.", "Transaction"), **_refusals(tuple(REFUSALS))},
    }


def _parameter(parameter: Parameter, where: str) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "in": where,
        "required": True,
        "description": parameter.label,
        "schema": _schema(parameter),
    }


def _schema(parameter: Parameter) -> dict[str, Any]:
    one = dict(parameter.kind.schema)
    return {"type": "array", "items": one, "minItems": 1, "maxItems": MOST_VALUES} if parameter.many else one


def _answer(said: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": said, "content": content}


def _refusal(status: str) -> dict[str, Any]:
    retry_after = {"retry-after": {"required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}}
    return {**_answer(REFUSALS[status], "Refusal"), **({"headers": retry_after} if status == "429" else {})}


def _refusals(statuses: tuple[str, ...]) -> dict[str, Any]:
    return {status: {"$ref": f"#/components/responses/{status}"} for status in statuses}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "additionalProperties": False, "properties": properties}


_TEXT = {"type": "string", "minLength": 1}
_SCHEMAS = {
    "Refusal": _object(message={**_TEXT, "description": "A sentence for people."}),
    "Transaction": _object(
        type={"const": "transaction"},
        transaction={**_TEXT, "contentEncoding": "base64", "description": "A zero signature stands for each signer."},
        message={**_TEXT, "description": "What it will do, in plain words."},
        command={**_TEXT, "description": "The verb of the command line that does the same."},
        signers={"type": "array", "items": ADDRESS_SCHEMA, "minItems": 1, "description": "Whose signatures it needs."},
        lastValidBlockHeight={"type": "integer", "minimum": 0, "description": "After it the transaction cannot land."},
        result={"type": "object", "description": "Addresses and numbers of what it is about, as `--json` has them."},
    ),
    "Action": _object(
        type={"const": "action"},
        icon=_TEXT,
        title=_TEXT,
        description=_TEXT,
        label=_TEXT,
        links=_object(
            actions={
                "type": "array",
                "items": _object(
                    type={"const": "transaction"},
                    href=_TEXT,
                    label=_TEXT,
                    parameters={
                        "type": "array",
                        "items": {"type": "object", "required": ["type", "name", "label", "required"]},
                    },
                ),
            }
        ),
    ),
}


if __name__ == "__main__":
    print(json.dumps(openapi(), indent=2))
