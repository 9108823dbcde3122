"""What the menus of a window hold: their actions, and what each is called."""

import re
from collections.abc import Iterator

from PySide6.QtGui import QAction, Qt, QTextDocumentFragment
from PySide6.QtWidgets import QMenu, QMenuBar, QWidgetAction

from nnsim.gui.widgets.controls import plain_tip


def menu_actions(place: QMenuBar | QMenu, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], QAction]]:
    """Every action that can be chosen in a menu bar, with the menus that lead to it, as they are when they open."""
    if isinstance(place, QMenu):
        place.aboutToShow.emit()
    for action in place.actions():
        menu = action.menu()
        if isinstance(menu, QMenu):
            yield from menu_actions(menu, (*path, plain(action.text())))
        elif not (action.isSeparator() or isinstance(action, QWidgetAction)) and action.isVisible():
            yield path, action


def plain(text: str, dots: bool = False) -> str:
    """What an action is called, without the mark of its letter and its key; with the ``dots`` of one that asks first,
    or without."""
    name = re.sub("&(.)", r"\1", text.partition("\t")[0])
    return name if dots else name.rstrip("…")


def set_tip(action: QAction, text: str) -> None:
    """Have an action say a text as it is, though names in it look like HTML."""
    action.setToolTip(plain_tip(text) if Qt.mightBeRichText(text) else text)


def tip(action: QAction) -> str:
    """What an action says, as it is read."""
    text = action.toolTip()
    return QTextDocumentFragment.fromHtml(text).toPlainText() if Qt.mightBeRichText(text) else text
