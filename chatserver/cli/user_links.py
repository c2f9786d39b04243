"""`python -m chatserver user link`: joins an account from before with a person of the site.

Nothing is joined because names or addresses are alike: only the operator knows that the two are one person.
"""

import argparse

import psycopg2.errors

from chatserver.accounts.revocation import revoke
from chatserver.cli.context import UsageError
from chatserver.cli.user_actions import Answer, Site
from chatserver.conversations.groups.publishing import publish_notes
from chatserver.sso.people import find_people
from chatserver.sso.subjects import clean_sub


async def link(site: Site, arguments: argparse.Namespace) -> Answer:
    """Lets tokens of a subject open an account, and ends its password and sessions.

    Deletes the account that the subject has already, if nothing was sent or received there. Raises UsageError if
    something was, or the user has another subject; ChatError `no_such_user`, `bad_sub`.
    """
    user, subject, issuer = (
        await site.accounts.find(arguments.name),
        clean_sub(arguments.subject),
        site.config.sso_issuer,
    )
    (former,) = await find_people(site.db, issuer, [subject])
    if former is not None and former.user_id != user.id:
        if await site.db.query_one("has_talked", int, user_id=former.user_id):
            raise UsageError(f"{subject} has an account already, {former.name}, with messages: nothing was linked.")
        end = await site.accounts.delete(former.user, 0)
        await publish_notes(site.db, site.publisher, site.config, end.groups)
        await revoke(site.db, site.session_index, site.publisher, former.user, ended_at=end.ended_at)
    try:
        rows = await site.db.execute_idempotent(
            "link_identity",
            int,
            issuer=issuer,
            subject=subject,
            user_id=user.id,
            former_id=former and former.user_id,
        )
    except psycopg2.errors.UniqueViolation:
        raise UsageError(f"{user.name} is linked to another id of the site: nothing was linked.") from None
    if not rows:
        raise UsageError(f"{subject} has just got an account: do it again.")
    await revoke(site.db, site.session_index, site.publisher, user, ended_at=rows[0])
    return user.as_frame() | {"sub": subject}
