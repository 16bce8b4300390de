"""The worker as a process, as an operator starts it."""

import subprocess
import sys

from stemcore.embedded.platform import LOGIN
from stemcore.embedded.server import ServerHandle
from tests import processes
from tests.service import environment
from tests.stubs.supabase import StorageStub


def worker(
    server: ServerHandle, database: str, bucket: StorageStub, *options: str
) -> "subprocess.Popen[str]":
    """`manage.py process_materials` with these options; it embeds with the offline provider."""
    variables = processes.environment(
        **{
            **environment(server.url(database, LOGIN)),
            "DJANGO_SECRET_KEY": "k" * 50,
            "AI_PROVIDER_DEFAULT": "offline",
            "OPENAI_API_KEY": "",
            "SUPABASE_URL": bucket.server.url,
            "SUPABASE_SERVICE_ROLE_KEY": bucket.key,
        }
    )
    return subprocess.Popen(
        [sys.executable, "manage.py", "process_materials", *options],
        cwd=processes.ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
