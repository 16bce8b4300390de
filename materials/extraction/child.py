"""The child process that parses one file: bytes on stdin, an `Answer` as JSON on stdout.

It runs as a script, in an empty folder, with an empty environment. It loads the parser it needs,
lets itself be confined, and only then looks at the file. Parsers fail on hostile files in ways of
their own choosing; what becomes of the process then, the parent knows how to read.
"""

import codecs
import gc
import json
import os
import sys
from errno import EDQUOT, EFBIG, ENOSPC
from typing import Any

TOO_LARGE_EXIT = 3
"""Out of the memory or the output that the bounds allow."""
NO_ROOM_EXIT = 4
"""The disk under stdout is full."""

# What parsers look up by name when they meet it; nothing can be loaded any more by then.
_CODECS = ("ascii", "latin-1", "cp437", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le")


def main(order: dict[str, Any]) -> None:
    """`order` holds `path`, `kind`, `page_limit` and `bounds`, as the parent gives them."""
    sys.path[:] = order["path"]
    from materials.extraction.model import Bounds, Kind
    from materials.extraction.reading import answer_to, reader_of
    from materials.extraction.sandbox import confine, limit_process

    bounds = Bounds(**order["bounds"])
    read = reader_of(Kind(order["kind"]))
    # What a file leaves behind ends with the process, and looking for it takes a sixth of the time.
    gc.disable()
    for name in _CODECS:
        codecs.lookup(name)
    content = sys.stdin.buffer.read()
    limit_process(bounds.memory_bytes, bounds.cpu_seconds, bounds.output_bytes + 4096)
    unconfined = confine()
    answer = answer_to(lambda: read(content, order["page_limit"], bounds), bounds, unconfined)
    _say(answer)


def _say(answer: bytes) -> None:
    while answer:
        answer = answer[os.write(1, answer) :]


def _run() -> int:
    try:
        main(json.loads(sys.argv[1]))
    except MemoryError:
        return TOO_LARGE_EXIT
    except OSError as error:
        if error.errno in (ENOSPC, EDQUOT):
            return NO_ROOM_EXIT
        return TOO_LARGE_EXIT if error.errno == EFBIG else 1
    return 0


if __name__ == "__main__":
    # Without the interpreter's tidying up, which costs time and might need what is refused.
    os._exit(_run())
