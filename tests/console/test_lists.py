"""Every list and every page of a row: they open, and ask the database no more for more rows."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.cast import Cast
from tests.queries import count_queries

MOST = 12
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
NAMES = [model._meta.label_lower for model in MODELS]


def _list(model: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


@pytest.mark.parametrize("model", MODELS, ids=NAMES)
def test_it_opens_every_list(staff: Callable[..., Client], cast: Cast, model: Any) -> None:
    answer = staff().get(_list(model))
    assert answer.status_code == 200
