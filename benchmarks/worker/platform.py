"""A platform for one worker: a database, a storage of files, a provider that embeds at once."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.service import DATABASE
from stemcore.embedded.platform import LOGIN
from tests import database
from tests.service import environment
from tests.stubs.providers import ProviderStub
from tests.stubs.supabase import StorageStub

KEY = "service-role-key-of-the-benchmark"


@contextmanager
def platform() -> Iterator[tuple[StorageStub, dict[str, str]]]:
    """The storage, and the environment of a worker that works there."""
    bucket = StorageStub(KEY)
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="platform"))
        server = stack.enter_context(database.test_server(Path(folder) / "database"))
        stack.enter_context(database.django_database(server, DATABASE))
        stack.enter_context(bucket.server)
        provider = ProviderStub(record=False).start()
        stack.callback(provider.stop)
        provider.openai.always_embeddings(None)
        yield (
            bucket,
            {
                **environment(server.url(DATABASE, LOGIN), provider.port),
                "SUPABASE_URL": bucket.server.url,
                "SUPABASE_SERVICE_ROLE_KEY": KEY,
                "LOG_LEVEL": "error",
            },
        )
