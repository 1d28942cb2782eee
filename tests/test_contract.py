"""What is committed under openapi/ and docs/ is what the code says, and it is a valid, complete contract."""

from pathlib import Path

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate
from typer.testing import CliRunner

from app.cli import main

ROOT = Path(__file__).resolve().parent.parent
GENERATED = {
    "openapi": "openapi/openapi.json",
    "lifecycles": "openapi/lifecycles.md",
    "policy": "openapi/policy.md",
    "problems": "docs/problems.md",
}


@pytest.mark.parametrize("command", GENERATED)
def test_committed_is_generated(command: str) -> None:
    made = CliRunner().invoke(main, [command])
    assert made.exit_code == 0
    committed = (ROOT / GENERATED[command]).read_text(encoding="utf-8")
    assert committed == made.stdout, f"run: scripts/generate (essaim {command} > {GENERATED[command]})"


def test_document_is_valid(shared_app: FastAPI) -> None:
    validate(shared_app.openapi())


def test_every_operation_is_described(shared_app: FastAPI) -> None:
    document = shared_app.openapi()
    declared = {tag["name"] for tag in document["tags"]}
    names: list[str] = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method.upper()} {path}"
            names.append(operation["operationId"])
            assert operation.get("description"), f"{where} has no docstring"
            assert set(operation["tags"]) <= declared, f"{where} has an undeclared tag"
            if operation["tags"] == ["oauth"]:
                # In OAuth's own format: tests/clients/test_token.py.
                continue
            assert {"401", "403", "404"} <= operation["responses"].keys(), where
            if "requestBody" in operation:
                assert {"400", "413", "415", "422"} <= operation["responses"].keys(), where
    assert len(names) == len(set(names))
