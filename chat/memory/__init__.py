"""What the graph engine remembers: turns by LangGraph's saver, notes by its store.

Nothing here imports LangGraph but `chat.memory.library`, which only the graph engine asks for.
"""
