"""Supabase's storage and worker function for the tests of materials."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.stubs.supabase import StorageStub, WorkerFunctionStub

SERVICE_ROLE_KEY = "service-role-key-of-the-tests"
WORKER_TOKEN = "worker-token-of-the-tests"


@pytest.fixture
def bucket(settings: Any) -> Iterator[StorageStub]:
    """The bucket of uploaded files."""
    stub = StorageStub(SERVICE_ROLE_KEY)
    with stub.server:
        settings.SUPABASE_URL = stub.server.url
        settings.SUPABASE_SERVICE_ROLE_KEY = SERVICE_ROLE_KEY
        yield stub


@pytest.fixture
def worker_function(settings: Any) -> Iterator[WorkerFunctionStub]:
    """The platform's worker, which the settings lead to."""
    stub = WorkerFunctionStub(WORKER_TOKEN)
    with stub.server:
        settings.MATERIAL_WORKER_MODE = "edge"
        settings.MATERIAL_WORKER_TOKEN = WORKER_TOKEN
        settings.MATERIAL_WORKER_FUNCTION_URL = f"{stub.server.url}/functions/v1/material-worker"
        yield stub
