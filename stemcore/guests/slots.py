"""The slots of guests' requests as a metric."""

from django.conf import settings

from stemcore.observing.readings import Reading

SLOTS = Reading(
    "stem_guest_slots",
    "Guests' AI requests by state (taken, waiting, owed), and the limit of those taken.",
    "state",
    f"""
SELECT state, number FROM (
  SELECT count(*) FILTER (WHERE active) AS taken,
    count(*) FILTER (WHERE NOT active AND NOT owed) AS waiting,
    count(*) FILTER (WHERE owed) AS owed
  FROM guest_admissions
) counted CROSS JOIN LATERAL (VALUES
  ('taken', taken), ('waiting', waiting), ('owed', owed),
  ('limit', {settings.GUEST_MAX_CONCURRENT_AI_REQUESTS})
) state (state, number)
""",  # noqa: S608  # a number of the settings
)
