r"""Cases that no rule was tuned on."""

from tests.stemcore.answers.corpus import Case, says

ITEM = '{"stem": "%s?", "options": ["p", "q"], "correct_answer": "p"}'

CUTS = [
    says("cut", '{"answer": "Use row["speed"], row["time"] and divide.", "level": "low"}', 'Use row["speed"], row["time"] and divide.'),
    says("cut", '{"answer": "In Python: data = {"k": [1, 2]} works.", "level": "low"}', 'In Python: data = {"k": [1, 2]} works.'),
    says("cut", '{"answer": "Newton wrote "Hypotheses non fingo", that is: no guesses.", "level": "low"}', 'Newton wrote "Hypotheses non fingo", that is: no guesses.'),
    says("cut", '{"answer": "The "why": ask for it.", "level": "low"}', 'The "why": ask for it.'),
    says("cut", '{"answer": "Type x[0]["id"]["n"].", "level": "low"}', 'Type x[0]["id"]["n"].'),
    says("cut", '{\n  "answer": "df["a"] = df["b"] / df["c"]",\n  "level": "low"\n}', 'df["a"] = df["b"] / df["c"]'),
    says("cut", '{"level": "low", "answer": "It ends with a "]""}', 'It ends with a "]"', may_refuse=True),
    says("cut", '{"answer": "Both "cat", and "dog", are strings.", "level": "low"} Hope it helps!', 'Both "cat", and "dog", are strings.'),
    says("cut", '{"answer": "if s == "}": break", "level": "low"}', 'if s == "}": break', may_refuse=True),
    says("cut", '```json\n{"answer": "print("hi")", "level": "low"}\n```', 'print("hi")'),
    says("cut", '{"answer": "A 3" by 5" card", "level": "low"}', 'A 3" by 5" card', may_refuse=True),
    Case("cut", '{"level": "low", "answer": "Index it as y["t"] and', None),
    Case("cut", '{"level": "low", "answer": "A term like "mole', None),
]  # fmt: skip

TRUSTED = [
    says("trusted", r'{"answer": "t = 4\ne = 2.7\nu = 1", "level": "low"}', "t = 4\ne = 2.7\nu = 1"),
    says("trusted", r'{"answer": "Name\tan\tto\ttop", "level": "low"}', "Name\tan\tto\ttop"),
    says("trusted", r'{"answer": "A number\nnot a letter\nright", "level": "low"}', "A number\nnot a letter\nright"),
    says("trusted", r'{"answer": "$v = 3$\nu = 2 and $w$", "level": "low"}', "$v = 3$\nu = 2 and $w$"),
    says("trusted", r'{"answer": "C:\\new\\table", "level": "low"}', r"C:\new\table"),
    says("trusted", r'{"answer": "Split at \"\\n\" only.", "level": "low"}', r'Split at "\n" only.'),
    says("trusted", '{"answer": "see http://a.b/#c, then {x}", "level": "low"}', "see http://a.b/#c, then {x}"),
]  # fmt: skip

LATEX = [
    says("latex", r'{"answer": "The wave has $\nu = 5$ and $\tau = 2$.", "level": "low"}', r"The wave has $\nu = 5$ and $\tau = 2$."),
    says("latex", r'{"answer": "Set \bar{x} and \vec{F}; \nu grows.", "level": "low"}', r"Set \bar{x} and \vec{F}; \nu grows."),
    says("latex", r'{"answer": "$$\int_0^1 x \, dx \neq \tfrac{1}{3}$$", "level": "low"}', r"$$\int_0^1 x \, dx \neq \tfrac{1}{3}$$"),
    says("latex", r'{"answer": "\[\begin{bmatrix} a & b \\ c & d \end{bmatrix}\]", "level": "low"}', r"\[\begin{bmatrix} a & b \\ c & d \end{bmatrix}\]"),
    says("latex", r'{"answer": "$f = \\begin{cases} 0 & x < 0 \\ 1 & x \\ge 0 \\end{cases}$", "level": "low"}', r"$f = \begin{cases} 0 & x < 0 \\ 1 & x \ge 0 \end{cases}$"),
    says("latex", r'{"answer": "$\\nu$ is clear\nand so on", "level": "low"}', "$\\nu$ is clear\nand so on"),
]  # fmt: skip

BREAKS = [
    says("breaks", r'{"answer": "Plan:\\n- read\\n- solve\\n\\nThen check.", "level": "low"}', "Plan:\n- read\n- solve\n\nThen check."),
    says("breaks", r'{"answer": "## Idea\\n\\nUse $\\nabla f$.\\n\\n## Check", "level": "low"}', "## Idea\n\nUse $\\nabla f$.\n\n## Check"),
    says("breaks", r'{"answer": "It holds.\\nNow you!", "level": "low"}', "It holds.\nNow you!"),
]  # fmt: skip

NUMBERS = [
    says("number", f'{{"value": {text}, "answer": "x", "level": "low"}}', "x", value=value)
    for text, value in [
        ("12,345,678", 12345678), ("−0.25", -0.25), ("15 °C", 15), ("9.81 m/s²", 9.81),
        ("≈ 4", 4), ('"3,5 V"', 3.5), ("1e3 Hz", 1000),
    ]
]  # fmt: skip

THOUGHTS = [
    says("thought", 'Okay.\n<think>\nA {brace and "quote": \n</think>\n\nHere:\n{"answer": "x", "level": "low"}', "x"),
    says("thought", '<reasoning>{"answer": "y", "level": "low"}</reasoning>{"answer": "x", "level": "low",}', "x"),
    says("thought", "<think></think>\n" * 2 + '{"answer": "x", "level": "low"}', "x"),
    says("thought", '◁think▷{"answer": "y", "level": "low"}◁/think▷{"answer": "x", "level": "low"}', "x"),
    Case("thought", '{"answer": "y", "level": "low"} is my draft</think>I cannot decide.', None),
]  # fmt: skip

FORMS = [
    says("comment", '{"answer": "x" /* why */, // because "level": "high"\n"level": "low"}', "x"),
    says("comment", '# result\n{"answer": "x", # "quoted", \'too\'\n"level": "low"}', "x"),
    says("brace", 'Sure:\n"answer": "x",\n"level": "low"\n}', "x", may_refuse=True),
    says("escaped", r'Here: {\"answer\":\"Two\\nlines\",\"level\":\"low\"}', "Two\nlines"),
    says("escaped", '```json\n"' + r'{\"answer\": \"x\", \"level\": \"low\"}' + '"\n```', "x"),
    says("keys", '{"ANSWER": "x", "Level:": "LOW"}', "x"),
    says("keys", '{answer: "x", Level: low}', "x"),
]  # fmt: skip

ITEMS = [
    Case("items", '{"q1": ' + ITEM % "A" + ', "q2": ' + ITEM % "B" + ', "q3": ' + ITEM % "C" + "}", ["A?", "B?", "C?"]),
    Case("items", '{"Quiz": [{"Section": "Heat", "Items": [' + ITEM % "A" + ']}, {"Section": "Light", "Items": [' + ITEM % "B" + "]}]}", ["A?", "B?"]),
    Case("items", "### 1\n```json\n" + ITEM % "A" + "\n```\n### 2\n```\n" + ITEM % "B" + "\n```", ["A?", "B?"]),
    Case("items", '{"quiz": {"heat": [' + ITEM % "A" + ", " + ITEM % "B" + "]}}", ["A?", "B?"]),
    Case("items", '[{"1": ' + ITEM % "A" + '}, {"2": ' + ITEM % "B" + "}]", ["A?", "B?"]),
    Case("items", '{"questions": [' + ITEM % "A" + ", " + ITEM % "B" + ', {"stem": "C', ["A?", "B?"]),
]  # fmt: skip

CASES = [*CUTS, *TRUSTED, *LATEX, *BREAKS, *NUMBERS, *THOUGHTS, *FORMS, *ITEMS]
