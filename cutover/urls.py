"""The paths of the cutover, below /api/cutover/."""

from __future__ import annotations

from django.urls import path

from cutover.apis import StagesView

urlpatterns = [path("stages/", StagesView.as_view(), name="stages")]
