"""What groups refuse."""

from chatserver.config.settings import Config
from chatserver.errors import ChatError

DAY = 86_400  # seconds, in which somebody may add a limited number of strangers


def refusal(config: Config, code: str, refused: str | None, retry_after: float | None) -> ChatError:
    """Returns the error for a code that PostgreSQL has answered, with the name of the person whom it is about."""
    match code:
        case "accepts_no_messages":
            return ChatError(code, name=refused)
        case "too_many_people":
            return ChatError(code, max=config.group_people)
        case "too_many":
            return ChatError(
                code, DAY if retry_after is None else max(retry_after, 1), strangers=config.strangers_a_day
            )
    return ChatError(code)
