"""What a job logs, however deep down, leads to the row of its run."""

from __future__ import annotations

import pytest
from structlog.contextvars import get_contextvars

from jobs.loop import run_once
from jobs.models import JobRun
from jobs.tests.makers import NOON, make_declaration, make_job, make_registry


@pytest.mark.django_db(transaction=True)
def test_lines_of_a_job_name_it_and_its_run():
    bound = []
    work = make_job(lambda now: bound.append(get_contextvars()))
    run_once(NOON, make_registry(make_declaration("quotes", work=work)))
    assert bound == [{"job": "quotes", "run_id": JobRun.objects.get().pk}]
    assert get_contextvars() == {}
