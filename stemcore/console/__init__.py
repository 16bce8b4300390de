"""The staff console: the admin site, what its pages are made of, and its first page.

Each app says in its `admin.py` how its rows are shown, and registers its panels of the first page
(`stemcore.console.panels`). Nothing here is imported by the API.
"""
