"""The service's own system checks; importing this registers them.

`manage.py check --deploy --database default` runs them all.
"""

from stemcore.checks import database, deployment  # noqa: F401 - registers them
