"""Rows of the call log."""

from datetime import UTC, datetime, timedelta
from typing import Any

from stemcore.models import ProviderCall


def call(
    ago: timedelta = timedelta(0), latency_ms: int = 100, status: str = "ok", **values: Any
) -> None:
    ProviderCall.objects.create(
        **{
            "created_at": datetime.now(UTC) - ago,
            "purpose": "chat",
            "kind": "generation",
            "provider": "openai",
            "model": "gpt-4o-mini",
            "attempt": 1,
            "status": status,
            "error_kind": "timeout" if status == "failed" else "",
            "latency_ms": latency_ms,
            "prompt_tokens": 1000,
            "completion_tokens": 500,
            "total_tokens": 1500,
            **values,
        }
    )
