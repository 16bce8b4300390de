"""What a chat prompt may hold, in estimated tokens: the one place for these numbers."""

CONVERSATION_TOKENS = 12_000 - 1_400
"""Instructions, memory, transcript and message: a window less what is reserved for the answer."""

MATERIAL_TOKENS = 24_000
BLUEPRINT_TOKENS = 6_000
ASSIGNMENT_TOKENS = 2_000

PROMPT_TOKENS = CONVERSATION_TOKENS + MATERIAL_TOKENS + BLUEPRINT_TOKENS + ASSIGNMENT_TOKENS
"""A whole prompt. The transcript may also use what the other parts leave of theirs."""

FRAME_TOKENS = 1_800
"""Instructions, fences and class title."""

MEMORY_TOKENS = 1_500
NOTES_TOKENS = 1_500
MESSAGE_TOKENS = 3_000
TURN_TOKENS = 3_000
"""One turn of the transcript."""

ANSWER_TOKENS = 9_000
"""What the model may answer unless the caller says otherwise."""
