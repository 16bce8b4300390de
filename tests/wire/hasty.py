"""The real server as a process, with time limits short enough for a test.

python -m tests.wire.hasty PORT
"""

import os
import sys

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

from stemcore import server
from stemcore.api import request

# Not shorter: on a busy machine an honest request, too, may take a tenth of this.
server.HEADER_SECONDS, server.LINGER_SECONDS, request.BODY_SECONDS = 1.5, 1.0, 3.0

if __name__ == "__main__":
    server.serve("127.0.0.1", int(sys.argv[1]), grace_s=1)
