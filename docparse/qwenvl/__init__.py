"""QwenVL HTML: the format that the model writes, read and written in one place."""
