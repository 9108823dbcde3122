"""Answers on worksheets, kept for when the same document is opened again."""

import json

from nnsim.documents.journal import Answer, answers_in
from nnsim.gui.look.settings import settings

KEY = "answers"
MOST_DOCUMENTS = 20
MOST_SIGNS = 50_000
"""Of a document's answers: a learner does not write more."""


def remember_answers(document: str, answers: tuple[Answer, ...]) -> None:
    """Keep the answers about a document, in the place of those that were kept; of the latest documents only."""
    stored = _stored()
    if stored.get(document, ()) == answers:
        return
    others = [(name, given) for name, given in stored.items() if name != document]
    kept = [(document, answers)] if answers and len(json.dumps(answers)) <= MOST_SIGNS else []
    settings().setValue(KEY, json.dumps([*kept, *others][:MOST_DOCUMENTS]))


def remembered_answers(document: str) -> tuple[Answer, ...]:
    """The answers that were kept about a document."""
    return _stored().get(document, ())


def _stored() -> dict[str, tuple[Answer, ...]]:
    """By document, latest first; none if what is stored is damaged."""
    try:
        return {str(name): answers_in(given) for name, given in json.loads(str(settings().value(KEY, "[]")))}
    except Exception:
        # What a damaged file holds may be anything, and Qt's reader and Python's may raise anything over it.
        return {}
