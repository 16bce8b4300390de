"""JSON values of two megabytes that are made to be expensive to read."""

MIB = 1024 * 1024
SIZE = 2 * MIB - 2000
NUMBERS = b"[" + b"1," * (SIZE // 2) + b"1]"
OBJECTS = b"[" + b"{}," * (SIZE // 3) + b"{}]"
TEXTS = b"[" + b'"",' * (SIZE // 3) + b'""]'
KEYS = b"{" + b",".join(b'"k%d":1' % number for number in range(170_000)) + b"}"
DEEP = b"[" * SIZE
HALVES = b'"' + rb"\ud800\\" * (SIZE // 8) + b'"'
PAIRS = b'"' + rb"\ud83d\ude00" * (SIZE // 12) + b'"'
DIGITS = b"1" * SIZE
BAD_ESCAPES = b'"' + b"\\q" * (SIZE // 2) + b'"'
QUOTES = b'"' + b'\\"' * (SIZE // 2) + b'"'
