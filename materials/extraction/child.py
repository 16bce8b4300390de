"""The child process that parses one file: bytes on stdin, an `Answer` as JSON on stdout.

It runs as a script, in an empty folder, with an empty environment. It loads the parsers, lets
itself be confined, waits for its order, and only then looks at the file. Parsers fail on hostile
files in ways of their own choosing; what becomes of the process then, the parent knows how to read.
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


def main(start: dict[str, Any]) -> None:
    """`start` holds `path`, `bounds`, and the open file from which the `order` will come."""
    sys.path[:] = start["path"]
    from materials.extraction.model import Bounds, Kind
    from materials.extraction.reading import answer_to, readers
    from materials.extraction.sandbox import confine, limit_process

    bounds = Bounds(**start["bounds"])
    read = readers()
    # What a file leaves behind ends with the process, and looking for it takes a sixth of the time.
    gc.disable()
    for name in _CODECS:
        codecs.lookup(name)
    limit_process(bounds.memory_bytes, bounds.cpu_seconds, bounds.output_bytes + 4096)
    unconfined = confine()
    order = json.loads(_heard(start["order"]))
    content = sys.stdin.buffer.read()
    reader, pages = read[Kind(order["kind"])], order["page_limit"]
    _say(answer_to(lambda: reader(content, pages, bounds), bounds, unconfined))


def _heard(order: int) -> bytes:
    """All that the parent has to say; it ends with the parent too, and then with this process."""
    said = b""
    while part := os.read(order, 4096):
        said += part
    return said or sys.exit(0)


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
