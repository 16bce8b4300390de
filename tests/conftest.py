"""Where the fixtures come from; each module documents its own."""

pytest_plugins = [
    "tests.properties",
    "tests.guard_fixtures",
    "tests.database_fixtures",
    "tests.api_fixtures",
    "tests.provider_fixtures",
]
