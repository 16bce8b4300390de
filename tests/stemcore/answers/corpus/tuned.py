r"""The cases that the rules were made with."""

from tests.stemcore.answers.corpus import Case, says

LOW = '"level": "low"'
ITEM = '{"question": "%s?", "choices": ["a", "b"], "answer": "a"}'

CUTS = [
    says("cut", '{"answer": "Take the slope with y["t"] first.", "level": "low"}', 'Take the slope with y["t"] first.'),
    says("cut", '{"answer":"Read it with d["mass"] and then divide.","level":"low"}', 'Read it with d["mass"] and then divide.'),
    says("cut", '{"answer": "The set {"a", "b"} has two members.", "level": "low"}', 'The set {"a", "b"} has two members.'),
    says("cut", '{"answer": "Call f("x", "y") twice.", "level": "low"}', 'Call f("x", "y") twice.'),
    says("cut", '{"answer": "A "}" closes the block.", "level": "low"}', 'A "}" closes the block.'),
    says("cut", '{"answer": "Write {"a": "x", "b": "y"} there.", "level": "low"}', 'Write {"a": "x", "b": "y"} there.'),
    says("cut", '{"answer": "He said "yes", "no": both.", "level": "low"}', 'He said "yes", "no": both.'),
    says("cut", '{"level": "low", "answer": "It prints {"n": 3}"}', 'It prints {"n": 3}'),
    says("cut", '{"answer": "a 5" pipe", "level": "low"}', 'a 5" pipe', may_refuse=True),
    says("cut", '{"answer": "on [0, 1) it is "flat".", "level": "low"}', 'on [0, 1) it is "flat".'),
    says("cut", '{"answer": "Sad :( but "true"", "level": "low"}', 'Sad :( but "true"', may_refuse=True),
    says("cut", '{"answer": "Say "answer", "level": "high" and go on.", "level": "low"}', 'Say "answer", "level": "high" and go on.', may_refuse=True),
    says("cut", '{"answer": "Like {"answer": "x", "level": "high"} it is.", "level": "low"}', 'Like {"answer": "x", "level": "high"} it is.', may_refuse=True),
    says("cut", '{"answer": "x", "level": "low", "notes": ["the "A" level", "use "x", "y" or "z"", "b"]}', "x", may_refuse=True, notes=['the "A" level', 'use "x", "y" or "z"', "b"]),
    says("cut", '{"answer": "It is ”so“, “or” not.", "level": "low",}', "It is ”so“, “or” not."),
    Case("cut", '{"level": "low", "answer": "He said "inertia"', None),
    Case("cut", '{"level": "low", "answer": "He said "', None),
    Case("cut", '{"level": "low", "answer": "The force y["t', None),
]  # fmt: skip

TRUSTED = [
    says("trusted", r'{"answer": "v = 20\nu = 5", "level": "low"}', "v = 20\nu = 5"),
    says("trusted", r'{"answer": "a = 1\ni = 2\ne = 3", "level": "low"}', "a = 1\ni = 2\ne = 3"),
    says("trusted", r'{"answer": "more or\nless", "level": "low"}', "more or\nless"),
    says("trusted", r'{"answer": "x\tr\tg", "level": "low"}', "x\tr\tg"),
    says("trusted", r'The rule is $\frac{d}{dx}$: {"answer": "v = 2\nu = 5", "level": "low",}', "v = 2\nu = 5"),
    says("trusted", r'{"answer": "It costs $5\nu is in $m$.", "level": "low"}', "It costs $5\nu is in $m$."),
    says("trusted", r'{"answer": "Use <think> here </think>.", "level": "low"}', "Use <think> here </think>."),
    says("trusted", r'{"answer": "The character \\n ends a line.", "level": "low"}', "The character \\n ends a line."),
    says("trusted", r'{"answer": "`print(\"a.\\n1. b\")` prints two lines", "level": "low"}', '`print("a.\\n1. b")` prints two lines'),
    says("trusted", '{"answer": "a // b # c /* d */", "level": "low"}', "a // b # c /* d */"),
]  # fmt: skip

LATEX = [
    says("latex", r'{"answer": "$h\nu$ and $a \ne b$", "level": "low"}', r"$h\nu$ and $a \ne b$"),
    says("latex", r'{"answer": "E = h\nu, with \lambda = c / f", "level": "low"}', r"E = h\nu, with \lambda = c / f"),
    says("latex", r'{"answer": "\frac{a}{b} of \beta", "level": "low"}', r"\frac{a}{b} of \beta"),
    says("latex", r'{"answer": "The angle \theta, \rho and 2 \times 3", "level": "low"}', r"The angle \theta, \rho and 2 \times 3"),
    says("latex", r'{"answer": "\\(x \to 0\\) and $$\tan x \le \nu$$", "level": "low"}', r"\(x \to 0\) and $$\tan x \le \nu$$"),
    says("latex", r'{"answer": "$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$", "level": "low"}', r"$\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}$"),
    says("latex", r'{"answer": "$\\begin{cases} x \\ 2 \\end{cases}$", "level": "low"}', r"$\begin{cases} x \\ 2 \end{cases}$"),
    says("latex", r'{"answer": "$\\begin{cases} x & a \\\\ y & b \\end{cases}$", "level": "low"}', r"$\begin{cases} x & a \\ y & b \end{cases}$"),
    says("latex", r'{"answer": "$\begin{aligned} a &= b \\c &= d \end{aligned}$", "level": "low"}', r"$\begin{aligned} a &= b \\c &= d \end{aligned}$"),
]  # fmt: skip

BREAKS = [
    says("breaks", r'{"answer": "Two steps:\\n\\n1. Glycolysis\\n2. Krebs", "level": "low"}', "Two steps:\n\n1. Glycolysis\n2. Krebs"),
    says("breaks", r'{"answer": "First.\\nThen $\\nu$ and \\neq.\\nLast.", "level": "low"}', "First.\nThen $\\nu$ and \\neq.\nLast."),
    says("breaks", r'{"answer": "Run it:\\n```python\\nprint(1)\\n```\\nDone.", "level": "low"}', "Run it:\n```python\nprint(1)\n```\nDone."),
    says("breaks", r'{"answer": "One.\\r\\nTwo.", "level": "low"}', "One.\nTwo."),
]  # fmt: skip

NUMBERS = [
    says("number", f'{{"answer": "x", {LOW}, "value": {text}}}', "x", value=value)
    for text, value in [
        ("1,500", 1500), ("1 500", 1500), ("−5", -5), ("5 %", 5), ("30°", 30), ("6 m/s", 6),
        ('"1,500 kg"', 1500), ("+3", 3), (".5", 0.5), ("6.02 × 10^23", 6.02e23),
    ]
]  # fmt: skip

THOUGHTS = [
    says("thought", '<think>Maybe {"answer": "draft", "level": "high"}?</think>{"answer": "x", "level": "low"}', "x"),
    says("thought", "<thinking>" + 'So {"answer": "draft", "level": "low"} is long. ' * 50 + '</thinking>\n```json\n{"answer": "x", "level": "low"}\n```', "x"),
    says("thought", 'I begin {"answer": "draft", "level": "low"}\n</think>\n{"answer": "x", "level": "low"}', "x"),
    says("thought", '{"answer": "x", "level": "low"}\n<think>or {"answer": "y", "level": "low"}</think>', "x"),
    says("thought", '<|channel|>analysis<|message|>{"answer": "y", "level": "low"}<|end|><|start|>assistant<|channel|>final<|message|>{"answer": "x", "level": "low"}<|return|>', "x"),
    says("thought", '[THINK]{"answer": "y", "level": "low"}[/THINK]{"answer": "x", "level": "low"}', "x"),
    Case("thought", '<think>Perhaps {"answer": "draft", "level": "low"} but', None),
]  # fmt: skip

FORMS = [
    says("comment", '{\n  "answer": "x", // said\n  /* a\n b */ "level": "low" # known\n}', "x"),
    says("comment", '{<!-- c --> "answer": "x", -- c\n "level": "low"}', "x", may_refuse=True),
    says("brace", '"answer": "x", "level": "low"}', "x"),
    says("brace", '```json\n  "answer": "x",\n  "level": "low"\n}\n```', "x"),
    says("escaped", r'{\"answer\": \"say \\\"so\\\"\", \"level\": \"low\"}', 'say "so"'),
    says("escaped", "```json\n" + r'{\n  \"answer\": \"x\",\n  \"level\": \"low\"\n}' + "\n```", "x"),
    says("keys", '{"Answer ": "x", " LEVEL": "Low"}', "x"),
    says("keys", '{"Response": "x", "level": "low"', "x"),
]  # fmt: skip

ITEMS = [
    Case("items", '{"question_1": ' + ITEM % "A" + ', "question_2": ' + ITEM % "B" + "}", ["A?", "B?"]),
    Case("items", '{"questions": {"1": ' + ITEM % "A" + ', "2": ' + ITEM % "B" + "}}", ["A?", "B?"]),
    Case("items", '{"question1": "A?", "options1": ["a", "b"], "answer1": "a", "question2": "B?", "options2": ["c", "d"], "answer2": "c"}', ["A?", "B?"]),
    Case("items", '{"Waves": [' + ITEM % "A" + '], "Optics": [' + ITEM % "B" + ", " + ITEM % "C" + "]}", ["A?", "B?", "C?"]),
    Case("items", '{"topics": [{"topic": "Waves", "questions": [' + ITEM % "A" + ']}, {"topic": "Optics", "questions": [' + ITEM % "B" + "]}]}", ["A?", "B?"]),
    Case("items", "".join(f"**{s}**\n```json\n" + ITEM % s + "\n```\n" for s in "ABC"), ["A?", "B?", "C?"]),
    Case("items", "".join('```json\n{"questions": [' + ITEM % s + "]}\n```\n" for s in "AB"), ["A?", "B?"]),
    Case("items", '{"questions": [' + ITEM % "A" + '], "x": 1}\nBetter:\n{"questions": [' + ITEM % "A" + ", " + ITEM % "B" + "]}", ["A?", "B?"]),
    Case("items", '{"data": {"quiz": {"Waves": [' + ITEM % "A" + '], "Optics": {"1": ' + ITEM % "B" + "}}}}", ["A?", "B?"]),
]  # fmt: skip

CASES = [*CUTS, *TRUSTED, *LATEX, *BREAKS, *NUMBERS, *THOUGHTS, *FORMS, *ITEMS]
