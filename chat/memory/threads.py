"""LangGraph's checkpointer as the graph sees it: each call of it is one unit of our work."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)

from chat.memory.library import PlainSerializer, UnitSaver
from chat.memory.places import Place, remember_place
from stemcore.database import read, write

PLACE: Final = "__place"
"""Under what name a run's configuration holds its Place; names like this are not stored."""

# The saver keeps values that are no single text, number or truth as blobs beside the checkpoint.
_PRUNE: Final = """
    with pruned as (
        delete from checkpoints where thread_id = %(thread)s and checkpoint_id <> %(kept)s
    )
    delete from checkpoint_blobs b where b.thread_id = %(thread)s and not exists (
        select from checkpoints c where c.thread_id = b.thread_id
        and c.checkpoint_ns = b.checkpoint_ns and c.checkpoint_id = %(kept)s
        and c.checkpoint -> 'channel_versions' ->> b.channel = b.version
    )
"""


class Threads(BaseCheckpointSaver[str]):
    """Keeps of each thread the end of its last turn.

    A turn that breaks off is not gone on with, since its request is over: it is not kept, and the
    next one begins at the end of the one before.
    """

    def __init__(self) -> None:
        super().__init__(serde=PlainSerializer())

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await _load(config)

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        if not checkpoint["channel_values"].get("answered"):
            return config
        return await _store(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self,
        config: RunnableConfig,
        writes: Sequence[tuple[str, Any]],
        task_id: str,
        task_path: str = "",
    ) -> None:
        """Nothing: they would serve a turn that is gone on with."""

    def get_next_version(self, current: Any, channel: None) -> str:
        return UnitSaver.get_next_version(self, current, channel)  # type: ignore[arg-type]


@read
def _load(config: RunnableConfig) -> CheckpointTuple | None:
    return UnitSaver().get_tuple(config)


@write
def _store(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    new_versions: ChannelVersions,
) -> RunnableConfig:
    """Keeps the end of a turn and nothing else of its thread."""
    place: Place = config["configurable"][PLACE]
    remember_place(place)
    stored = UnitSaver().put(config, checkpoint, metadata, new_versions)
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE, {"thread": place.key, "kept": checkpoint["id"]})
    return stored
