"""Colours as models write them, and those of points that came without one."""

import re

PALETTE = (
    *("#2563eb", "#dc2626", "#059669", "#d97706", "#7c3aed", "#0891b2"),
    *("#db2777", "#65a30d", "#475569", "#ea580c", "#4f46e5", "#0d9488"),
)
"""As many as there can be points."""

_HEX = re.compile(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB = re.compile(r"rgba?\((\d{1,3})[,\s]+(\d{1,3})[,\s]+(\d{1,3})(?:[,\s/]+[\d.]+%?)?\)")
_CSS = """
red #ff0000, blue #0000ff, green #008000, yellow #ffff00, orange #ffa500, purple #800080,
violet #ee82ee, pink #ffc0cb, brown #a52a2a, black #000000, gray #808080, grey #808080,
cyan #00ffff, magenta #ff00ff, teal #008080, navy #000080, lime #00ff00, maroon #800000,
olive #808000, gold #ffd700, silver #c0c0c0, indigo #4b0082, turquoise #40e0d0, crimson #dc143c,
coral #ff7f50, salmon #fa8072, skyblue #87ceeb, steelblue #4682b4, royalblue #4169e1,
dodgerblue #1e90ff, darkblue #00008b, lightblue #add8e6, darkred #8b0000, darkgreen #006400,
lightgreen #90ee90, forestgreen #228b22, darkorange #ff8c00, tomato #ff6347
"""
_NAMED = dict(re.findall(r"(\w+) (#\w{6})", _CSS))


def hex_color(value: object) -> str | None:
    """`#rrggbb` for a colour in hex, rgb() or by its name in CSS; None for anything else."""
    text = value.strip().lower() if isinstance(value, str) else ""
    if found := _HEX.fullmatch(text):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        return f"#{digits[:6]}"
    if found := _RGB.fullmatch(text):
        return "#" + "".join(f"{min(int(part), 255):02x}" for part in found.groups())
    return _NAMED.get(re.sub(r"[\s_-]", "", text))
