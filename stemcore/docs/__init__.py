"""The page at `/docs`: the API's document to read and to try, where `API_DOCS` is on."""
