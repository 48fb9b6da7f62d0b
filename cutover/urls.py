"""The paths of the cutover, below /api/cutover/."""

from __future__ import annotations

from django.urls import path

from cutover.apis import (
    AnswersView,
    ConsoleView,
    HistoryView,
    MismatchesView,
    SamplesView,
    StagesView,
    StepView,
)
from cutover.steps import STEPS

urlpatterns = [
    path("stages/", StagesView.as_view(), name="stages"),
    path("console/", ConsoleView.as_view(), name="console"),
    path("answers/", AnswersView.as_view(), name="answers"),
    path("mismatches/", MismatchesView.as_view(), name="mismatches"),
    path("samples/", SamplesView.as_view(), name="samples"),
    path("<str:feature>/history/", HistoryView.as_view(), name="history"),
    *(path(f"<str:feature>/{step}/", StepView.as_view(step=step), name=step) for step in STEPS),
]
