"""The sentences of notes: what happened in a group, for templates and scripts, in the language of the reader.

Each kind has one sentence for an act of somebody, and one for an act of nobody (the command line, the API, succession).
In Russian they are in the present tense, the only one that does not tell whether a man or a woman acts.
"""

from markupsafe import Markup

from chatserver.conversations.notes import Note
from chatserver.conversations.states import Sender
from chatserver.i18n import gettext
from chatserver.i18n import mark as _

# kind, with the value where that changes the sentence: (by somebody, by nobody)
SENTENCES = {
    "created": (_("%(by)s created the group"), _("The group was created")),
    "titled": (_("%(by)s renamed the group to “%(value)s”"), _("The group is now called “%(value)s”")),
    "history_all": (_("%(by)s let new members see all messages"), _("New members now see all messages")),
    "history_joined": (
        _("%(by)s let new members see only what comes after they join"),
        _("New members now see only what comes after they join"),
    ),
    "added": (_("%(by)s added %(people)s"), _("Now in the group: %(people)s")),
    "removed": (_("%(by)s removed %(people)s"), _("No longer in the group: %(people)s")),
    "left": (_("%(by)s left the group"), _("No longer in the group: %(people)s")),
    "owner": (_("%(by)s made %(people)s an owner"), _("New owner of the group: %(people)s")),
    "member": (_("%(by)s made %(people)s a regular member"), _("No longer an owner: %(people)s")),
}


def note_sentences() -> dict[str, dict[str, str]]:
    """Returns all sentences in the current language, for scripts: by kind, `by` somebody or `nobody`."""
    return {kind: {"by": gettext(by), "nobody": gettext(nobody)} for kind, (by, nobody) in SENTENCES.items()}


def note_sentence(note: Note) -> Markup:
    """Returns the sentence of a note, each name isolated from the direction of the text around it."""
    by_somebody, by_nobody = SENTENCES[f"history_{note.value}" if note.kind == "history" else note.kind]
    more = f" +{note.number - len(note.people)}" if note.number > len(note.people) else ""
    return Markup(gettext(by_somebody if note.by else by_nobody)) % {  # noqa: S704
        "by": _named(note.by) if note.by else "",
        "people": Markup(", ").join(map(_named, note.people)) + more,
        "value": _isolated(note.value or ""),
    }


def _named(person: Sender) -> Markup:
    return _isolated(person.full_name or person.name or gettext("Deleted person"))


def _isolated(name: str) -> Markup:
    return Markup("<bdi>{}</bdi>").format(name)
