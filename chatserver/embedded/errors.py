"""What goes wrong with servers of our own."""


class EmbeddedError(Exception):
    """Why they cannot run, in one sentence for the terminal."""


def last_line(output: str) -> str:
    """What a program that failed said last."""
    lines = output.strip().splitlines()
    return lines[-1] if lines else "it gave no reason"
