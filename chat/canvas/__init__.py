"""Pictures beside a chat answer: typed specs that the web app draws."""
