"""Whatever is asked of REST: no answer is a fault of ours, and none is outside of what the API's description says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.openapi import from_dict
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.acceptance.personae import Cast, cast_of
from tests.acceptance.test_security_matrix import REST
from tests.desk import Desk, eventually

CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PARAMETER = re.compile("<[a-z]+:([a-z]+)>")
ENDS_ITS_CALLER = {"DELETE /api/session/"}
EACH = settings(
    max_examples=15,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # what fails is told as it is: shrinking asks hundreds of times more
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    with Desk(tmp_path_factory.mktemp("desk"), FEED_SEED="13", REQUESTS_PER_MINUTE="100000") as desk:
        with desk.signed_in() as client:
            eventually(lambda: client.get("/api/vwap/?symbol=SPY").status_code == 200, "the jobs have recorded")
        yield desk


@pytest.fixture(scope="module")
def cast(desk) -> Cast:
    return cast_of(desk)


@pytest.fixture(scope="module")
def operations(desk) -> list[APIOperation]:
    with desk.client() as client:
        described = client.get("/api/schema/", headers={"Accept": "application/vnd.oai.openapi+json"}).json()
    return [found.ok() for found in from_dict(described).get_all_operations()]


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize("name", ["operator", "stranger"])
def test_no_answer_is_a_fault_or_a_surprise(desk, cast, operations, name, mode):
    with cast.people[name].client(desk) as client:
        faults = [
            fault for one in operations if one.label not in ENDS_ITS_CALLER for fault in faults_of(one, client, mode)
        ]
    assert not faults, "\n".join(sorted(set(faults))[:20])


def test_what_is_read_is_as_described(desk, cast, operations):
    """What chance does not find: the paths with what this desk has."""
    by_label = {operation.label: operation for operation in operations}
    compared = []
    with cast.people["operator"].client(desk) as client:
        for route, row in REST.items():
            operation = by_label.get(described_as(route))
            if operation is not None and route.startswith("GET "):
                answer = client.get(row.path or f"/{route.removeprefix('GET ')}")
                assert answer.status_code == 200, route
                operation.validate_response(answer)
                compared.append(operation.label)
    assert sorted(compared) == sorted(label for label in by_label if label.startswith("GET "))


def described_as(route: str) -> str:
    """A row of the matrix as the description names it: `GET /api/accounts/{account}/balance/`."""
    method, path = route.split(" ", 1)
    named = PARAMETER.sub(r"{\1}", path)
    return f"{method} /{named}"


def faults_of(operation: APIOperation, client: httpx.Client, mode: GenerationMode) -> list[str]:
    """What is wrong with the answers to requests as the description allows them (positive), or as it does not (negative)."""
    faults: list[str] = []

    @EACH
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(
            base_url=str(client.base_url),
            headers={
                name: client.headers[name]
                for name in ("Authorization", "Origin", "X-CSRFToken")
                if name in client.headers
            },
            cookies=dict(client.cookies),
        )
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            faults.extend(f"{operation.label} {answer.request.url}: {one}" for one in group.exceptions)

    ask()
    return faults
