"""Where the fixtures come from; each module documents its own."""

pytest_plugins = ["tests.database_fixtures", "tests.api_fixtures", "tests.provider_fixtures"]
