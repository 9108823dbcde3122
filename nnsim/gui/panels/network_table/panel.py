"""The All numbers panel: all neurons, or all connections, with their numbers; also what a screen reader reads."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QWidget

from nnsim.core.formulas.terms import Place
from nnsim.gui.look.theme import GRID
from nnsim.gui.panels.low_panel import LowPanel
from nnsim.gui.panels.network_table.columns import Rows, connection_rows, neuron_rows
from nnsim.gui.panels.network_table.rows import NetworkRows
from nnsim.gui.panels.network_table.view import NetworkTableView
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.widgets.boxes import column_in
from nnsim.gui.widgets.controls import Segments, name_widget, plain_tip
from nnsim.gui.widgets.labels import ElidedLabel


class NetworkTablePanel(LowPanel):
    """Two tables that can be sorted, searched, edited, copied and pasted; one of them is shown."""

    id = "network_table"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("NetworkTablePanel", "All numbers"))
        self._neuron_rows = neuron_rows(desk.study.notation.z)
        self._pre_activation = desk.study.notation.z
        self.views: dict[str, NetworkTableView] = {}
        self.shown = "neurons"
        self.kind = Segments("network_table_kind", [
            ("neurons", self.tr("Neurons"), self.tr("Show the neurons")),
            ("connections", self.tr("Connections"), self.tr("Show the connections"))], words=True)
        self.kind.setAccessibleName(self.tr("What the table shows"))
        self.kind.chosen.connect(self.show_kind)
        self.search = QLineEdit()
        name_widget(self.search, "network_table_find", self.tr("Find in the table"))
        self.search.setPlaceholderText(self.tr("Find"))
        self.search.setToolTip(plain_tip(self.tr("Show only rows with these words: names, roles, functions (Ctrl+F)")))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(8 * GRID)
        self.search.setMaximumWidth(16 * GRID)
        # Low enough for a title bar among tabs.
        self.search.setStyleSheet("padding: 1px 6px; min-height: 0;")
        self.search.textChanged.connect(self._search)
        self.search.installEventFilter(self)
        self.status = ElidedLabel(name="network_table_status", tone="muted")
        self.add_to_header(self.status, self.search, self.kind, ScopeChoice(desk, "network_table_scope"))
        shortcut = QShortcut(QKeySequence.StandardKey.Find, self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(lambda: self.search.setFocus(Qt.FocusReason.ShortcutFocusReason))
        self._build_pages()
        self.kind.set_value(self.shown)
        self.setFocusProxy(self.view)
        desk.study.lit_changed.connect(self._show_lit)

    def _build_pages(self) -> None:
        for rows, title in ((self._neuron_rows, self.tr("Neurons")), (connection_rows(), self.tr("Connections"))):
            model = NetworkRows(self.desk, rows, self)
            view = NetworkTableView(model, f"network_table_{rows.id}", title)
            view.chose.connect(self._select)
            view.sorted.connect(self._show_selected)
            view.pointed.connect(self.desk.study.light_place)
            view.cells.refused.connect(self.desk.session.refuse)
            view.copied.connect(self.desk.session.say)
            self.views[rows.id] = view
            page = QWidget()
            column = column_in(page, 0, (GRID // 2, 2, GRID // 2, 2))
            column.addWidget(view)
            self.pages.addWidget(page)

    @property
    def view(self) -> NetworkTableView:
        """The table that is shown."""
        return self.views[self.shown]

    # Showing

    def show_kind(self, kind: str) -> None:
        """Show "neurons" or "connections"."""
        self.shown = kind
        self.kind.set_value(kind)
        self.setFocusProxy(self.view)
        self.update_document()

    def update_document(self) -> None:
        view = self.view
        focused = view.window().focusWidget()
        had_focus = focused is view or (focused is not None and view.isAncestorOf(focused))
        if view.rows.arrange(self._rows()) and had_focus:
            # An editor is gone with its row.
            view.setFocus()
        view.fit()
        self._show_lit()
        self._show_selected()
        self._show_found()
        self.follow_values()

    def _show_selected(self) -> None:
        desk = self.desk
        self.view.show_selected([(id,) for id in desk.looking.selected_neurons] if self.shown == "neurons"
                                else list(desk.looking.selected_connections))

    def _rows(self) -> Rows | None:
        """Neurons under the titles of the notation; None for the same rows as before."""
        z = self.desk.study.notation.z
        if z != self._pre_activation:
            self._pre_activation, self._neuron_rows = z, neuron_rows(z)
        return self._neuron_rows if self.shown == "neurons" else None

    def _show_found(self) -> None:
        model, structure = self.view.rows, self.desk.session.structure
        every, found = len(model.items), model.rowCount()
        text = self.tr("{n} of {all}").format(n=f"{found:,}", all=f"{every:,}") if model.search else ""
        if text != self.status.text():
            self.status.setText(text)
            self.status.updateGeometry()
        if found:
            self.show_page(1 + list(self.views).index(self.shown))
        elif every:
            why = self.tr("A row must have every word in it. Esc in the search line shows all rows again.")
            self.show_empty(self.tr("No row has “{text}”").format(text=model.search), why)
        elif not structure.neurons:
            self.show_empty(self.tr("Add neurons to see them as rows"),
                            self.tr("Double-click on the canvas, or press I, N or O there."))
        else:
            self.show_empty(self.tr("Connect two neurons to see their weight as a row"),
                            self.tr("Drag from the rim of one to the other; or select one, press C, select the other."))

    def follow_values(self) -> None:
        self.view.show_values()

    def _show_lit(self) -> None:
        study = self.desk.study
        lit: frozenset[Place] = frozenset((id,) for id in study.lit_neurons) | study.lit_connections
        if self.seen and lit != self.view.rows.lit:
            self.view.rows.lit = lit
            self.view.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange) and hasattr(self, "views"):
            for view in self.views.values():
                view.refont()

    # What the learner does

    def _search(self, text: str) -> None:
        for view in self.views.values():
            view.rows.search = text
        self.update_document()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.search and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.view.rows.rowCount():
                self.view.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _select(self, places: list[Place]) -> None:
        if self.shown == "neurons":
            self.desk.looking.select([id for (id,) in places])
        else:
            self.desk.looking.select((), [(source, target) for source, target in places])
