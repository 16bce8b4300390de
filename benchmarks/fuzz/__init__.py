"""The API's document against a running demo: cases made by schemathesis, with all its checks."""
