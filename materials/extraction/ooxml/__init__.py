"""What Word and PowerPoint files have in common (Office Open XML, ISO/IEC 29500).

Read through the files' own relationships with zipfile and lxml, so that what a reader does not
need (pictures, headers, thumbnails, content types) may be wrong or missing.
"""
