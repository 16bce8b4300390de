#!/bin/sh
# What a day wants done once, for machines without cron; a failure is logged and tried the next day.
# With an argument it is done once and the script ends.
end() { kill "$working" 2>/dev/null; exit 0; }
trap end TERM INT
while :; do
  for work in "refresh_analytics --stale-only" "prune_calls" "chat_memory sweep"; do
    # Words of a list of our own: they are meant to be split.
    # shellcheck disable=SC2086
    python manage.py $work & working=$!
    wait "$working" || echo "timers: $work failed" >&2
  done
  [ $# -gt 0 ] && exit 0
  sleep 86400 & working=$!
  wait "$working"
done
