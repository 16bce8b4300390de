"""The second factor of the staff: a code of an app beside the password (`STAFF_SECOND_FACTOR`)."""
