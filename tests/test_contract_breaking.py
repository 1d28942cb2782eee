"""The published contract breaks nobody by surprise.

`openapi/baseline.json` is the contract of the last release. A change of `openapi/openapi.json` that can break a
client of it needs a new major version, or a new minor one while the major is 0. What breaks is for `redocly diff`
to say; the second half of this file makes sure that it does say.
"""

import json
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
BASELINE = ROOT / "openapi" / "baseline.json"
CONTRACT = ROOT / "openapi" / "openapi.json"
NODE = ROOT / ".venv" / "bin" / "node"
REDOCLY = ROOT / "node_modules" / "@redocly" / "cli" / "bin" / "cli.js"

Change = Callable[[dict[str, Any]], object]


def breaks(baseline: Path, contract: Path) -> str:
    """What of `contract` breaks a client of `baseline`, unless its version says so; empty when nothing does."""
    if _diff(baseline, contract, "--fail-on=major").returncode == 0:
        return ""
    report = _diff(baseline, contract, "--fail-on=none", "--check-version")
    return report.stdout + report.stderr if report.returncode else ""


def _diff(baseline: Path, contract: Path, *options: str) -> subprocess.CompletedProcess[str]:
    assert REDOCLY.exists(), "redocly is not installed: run scripts/test once"
    done = subprocess.run(
        [NODE, REDOCLY, "diff", baseline, contract, *options],
        cwd=ROOT,
        env={"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "diff processed" in done.stderr, done.stderr
    return done


def test_the_contract_breaks_no_client_of_the_last_release() -> None:
    assert breaks(BASELINE, CONTRACT) == ""


IRRITANT = {"application/json": {"schema": {"$ref": "#/components/schemas/Irritant"}}}
REPORT = {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}
DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Irritants", "version": "0.3.1"},
    "paths": {
        "/irritants": {
            "get": {
                "operationId": "list_irritants",
                "parameters": [
                    {"name": "state", "in": "query", "schema": {"type": "string", "enum": ["open", "closed"]}}
                ],
                "responses": {
                    "200": {
                        "description": "A page",
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Irritant"}}
                        },
                    }
                },
            },
            "post": {
                "operationId": "report_irritant",
                "requestBody": {"required": True, "content": REPORT},
                "responses": {"201": {"description": "Reported"}},
            },
        },
        "/irritants/{id}/vote": {
            "post": {
                "operationId": "vote",
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "responses": {"204": {"description": "Counted"}},
            }
        },
    },
    "components": {
        "schemas": {
            "Irritant": {
                "type": "object",
                "required": ["id"],
                "properties": {"id": {"type": "string"}, "title": {"type": "string"}},
            },
            "Report": {
                "type": "object",
                "additionalProperties": False,
                "required": ["title"],
                "properties": {
                    "title": {"type": "string", "maxLength": 200},
                    "nature": {"type": "string", "enum": ["tool", "rule", "place"]},
                },
            },
        }
    },
}


def remove_a_path(document: dict[str, Any]) -> None:
    del document["paths"]["/irritants/{id}/vote"]


def remove_a_response_field(document: dict[str, Any]) -> None:
    del document["components"]["schemas"]["Irritant"]["properties"]["title"]


def change_the_type_of_a_response_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Irritant"]["properties"]["title"]["type"] = "integer"


def require_a_new_request_field(document: dict[str, Any]) -> None:
    report = document["components"]["schemas"]["Report"]
    report["properties"]["directorate"] = {"type": "string"}
    report["required"].append("directorate")


def require_a_known_request_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Report"]["required"].append("nature")


def remove_a_value_of_a_request_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Report"]["properties"]["nature"]["enum"].remove("rule")


def remove_a_value_of_a_parameter(document: dict[str, Any]) -> None:
    document["paths"]["/irritants"]["get"]["parameters"][0]["schema"]["enum"].remove("closed")


def require_a_new_parameter(document: dict[str, Any]) -> None:
    parameter = {"name": "page", "in": "query", "required": True, "schema": {"type": "integer"}}
    document["paths"]["/irritants"]["get"]["parameters"].append(parameter)


def shorten_a_request_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Report"]["properties"]["title"]["maxLength"] = 100


def add_a_path(document: dict[str, Any]) -> None:
    document["paths"]["/calls"] = {
        "get": {"operationId": "list_calls", "responses": {"200": {"description": "All"}}}
    }


def add_a_response_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Irritant"]["properties"]["votes"] = {"type": "integer"}


def add_an_optional_request_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Report"]["properties"]["place"] = {"type": "string"}


def reword_a_description(document: dict[str, Any]) -> None:
    document["paths"]["/irritants"]["get"]["responses"]["200"]["description"] = "One page"


BREAKING = [
    remove_a_path,
    remove_a_response_field,
    change_the_type_of_a_response_field,
    require_a_new_request_field,
    require_a_known_request_field,
    remove_a_value_of_a_request_field,
    remove_a_value_of_a_parameter,
    require_a_new_parameter,
    shorten_a_request_field,
]
HARMLESS = [add_a_path, add_a_response_field, add_an_optional_request_field, reword_a_description]

Compare = Callable[..., str]


@pytest.fixture
def compare(tmp_path: Path) -> Compare:
    def compare(change: Change, *, before: str = "0.3.1", after: str = "0.3.1") -> str:
        old, new = deepcopy(DOCUMENT), deepcopy(DOCUMENT)
        old["info"]["version"], new["info"]["version"] = before, after
        change(new)
        baseline, contract = tmp_path / "baseline.json", tmp_path / "openapi.json"
        baseline.write_text(json.dumps(old))
        contract.write_text(json.dumps(new))
        return breaks(baseline, contract)

    return compare


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_found(compare: Compare, change: Change) -> None:
    assert compare(change)


@pytest.mark.parametrize("change", HARMLESS)
def test_a_harmless_change_passes(compare: Compare, change: Change) -> None:
    assert compare(change) == ""


@pytest.mark.parametrize(
    ("before", "after", "enough"),
    [
        ("0.3.1", "0.3.2", False),
        ("0.3.1", "0.4.0", True),
        ("0.3.1", "1.0.0", True),
        ("1.3.1", "1.4.0", False),
        ("1.3.1", "2.0.0", True),
    ],
)
def test_a_breaking_change_needs_a_new_version(
    compare: Compare, before: str, after: str, enough: bool
) -> None:
    assert (compare(remove_a_path, before=before, after=after) == "") is enough
