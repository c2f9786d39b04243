"""What a user's notifications show."""

from chatserver.accounts.accounts import User
from chatserver.database.client import Database

PREVIEWS = ("text", "name", "nothing")  # name and text, the name only, neither


async def preview_of(db: Database, user: User) -> str:
    """Returns one of `PREVIEWS`."""
    found = await db.query("notification_choices", str, user_id=user.id)
    return found[0] if found else PREVIEWS[0]  # of pushes; mails show texts to those who chose it


async def choose_preview(db: Database, user: User, preview: str) -> None:
    """Stores one of `PREVIEWS`."""
    await db.execute_idempotent("choose_preview", user_id=user.id, preview=preview)
