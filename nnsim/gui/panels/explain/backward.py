"""The Backward panel: the chain rule of what is selected, in symbols and numbers, down to the update."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QResizeEvent

from nnsim.core.explain.chain import MOST_PATHS, Chain, chain_of, chain_of_activation
from nnsim.core.explain.explanation import Explanation
from nnsim.core.explain.gradient_check import Check, check_gradient
from nnsim.core.explain.samples import gradients_by_sample, mean_equation
from nnsim.core.formulas.notation import name
from nnsim.core.formulas.numbers import factor, format_number, numbered
from nnsim.core.network import Connection
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.gui.panels.explain.delta_rows import delta_row, deltas_row, gradient_row, in_step
from nnsim.gui.panels.explain.equation_panel import EquationPanel, listed
from nnsim.gui.panels.explain.rows import (
    MOST_IN_COLUMNS,
    Cell,
    Row,
    action,
    answer,
    brief,
    chain_row,
    equation,
    explained,
    heading,
    in_columns,
    note,
    path_row,
    sum_row,
)
from nnsim.gui.panels.scope_choice import ScopeChoice
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.lagging import Lagging
from nnsim.gui.session.next_update import is_remembered_by_the_run, next_update
from nnsim.gui.widgets.cards import header_button
from nnsim.training.update import Update

FEW_PATHS = 3
MOST_DELTAS, MOST_DELTAS_IN_LINE = 24, 4
LOW = 2.5
"""So many times as wide as high, each path is one row, and formulas and δ stand only where they have room."""
AT_ONCE = 5_000
"""In a network of more connections the paths are looked for beside the window."""
MOST_CHECKED, FEWEST_CHECKED, CHECKED_SECONDS = 2_000, 5, 1.0
"""Parameters that are checked, each with two forward passes: as many as take no longer than that."""
GROUP_SECONDS, PRODUCT_SECONDS = 25e-6, 3e-9
"""About what a forward pass takes for each group of neurons, and each multiplication."""
CHECKED_AT_ONCE_SECONDS = 0.08


class BackwardPanel(EquationPanel):
    """∂Loss/∂w of the selected connection, bias or neuron, taken apart; with nothing selected, all gradients."""

    id = "backward"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, QCoreApplication.translate("BackwardPanel", "Backward"),
                         QCoreApplication.translate("BackwardPanel", "Backward calculation"))
        self.list.acted.connect(self._list_all)
        self.list.typesetter.ready.connect(self._fit_anew)
        self.check = header_button(self.tr("check"), "backward_check", self.tr(
            "Compare every gradient with a central difference, (L(w+h) − L(w−h)) / 2h"), checkable=True)
        self.check.toggled.connect(self.update_document)
        self.scope = ScopeChoice(desk, "backward_scope")
        self.add_to_header(self.check, self.scope, self.copy_button())
        self.pages.addWidget(self.list)
        self.setFocusProxy(self.list)
        self._late: Lagging[Chain] = Lagging(self)
        self._late_check: Lagging[tuple[Check, ...]] = Lagging(self)
        for late in (self._late, self._late_check):
            late.came.connect(self._on_change)
            desk.session.closed.connect(late.end)
        self._low = False
        """Whether it is wide and low, as in Present: then paths, sum and update come first, and more if it has room."""
        self._all_paths: object = None
        """The selection whose paths are all listed."""

    def update_document(self) -> None:
        study = self.desk.study
        explanation = study.explanation
        if explanation is None or study.backward is None:
            self.show_empty(self.tr("How the loss depends on every weight will stand here."), study.why_not)
            return
        rows = [note(study.still_missing)] if study.still_missing else []
        self.show_rows([*rows, *(self._checks() if self.check.isChecked() else self._rows(explanation))])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.width() > LOW * self.height()
        if low or self._low:
            self._low = low
            self.update_document()

    def _fit_anew(self) -> None:
        """Choose again what has room, of what has another size when it is typeset."""
        if self._low and self.seen:
            self.update_document()

    # What is selected

    @property
    def _parameter(self) -> str | None:
        """The parameter of the one thing that is selected."""
        desk, structure = self.desk, self.desk.session.structure
        if len(desk.looking.selected_connections) + len(desk.looking.selected_neurons) != 1:
            return None
        for ends in desk.looking.selected_connections:
            return structure.by_ends[ends].weight
        (neuron,) = desk.looking.selected_neurons
        return structure.by_id[neuron].bias

    @property
    def _neuron(self) -> str | None:
        """The selected neuron, unless it is an input."""
        chosen = self.desk.looking.selected_neurons
        if len(chosen) != 1 or self.desk.looking.selected_connections:
            return None
        (neuron,) = chosen
        return None if self.desk.session.structure.by_id[neuron].role == "input" else neuron

    @property
    def _selection(self) -> object:
        return self.desk.looking.selected_neurons, self.desk.looking.selected_connections

    def _list_all(self, row: int) -> None:
        self._all_paths = self._selection
        self.update_document()

    # Rows

    def _rows(self, e: Explanation) -> list[Row]:
        parameter, neuron = self._parameter, self._neuron
        if OPTIMIZERS[self.desk.session.document.training.optimizer_name].straight:
            return self._rule(parameter)
        if parameter is None and neuron is None:
            return self._overview(e)
        most = MOST_PATHS if self._all_paths == self._selection else FEW_PATHS
        if e.backward is None:
            return [note(self.desk.study.why_not), *self._gradient(parameter)] if parameter else []
        rows: list[Row] = []
        if parameter is not None:
            chain = self._found(chain_of, e, parameter, most)
            if chain is None:
                return [note(self.tr("The chain rule is being worked out …"))]
            # Of one sample the gradient is where the chain leads; of several it is what was asked for.
            if self._low and not self._several:
                return self._fitting(chain, e, parameter)
            update, by_delta = self._update(next_update(self.desk), parameter), self._deltas(e, parameter)
            if self._several:
                rows += [*self._gradient(parameter), *update, *self._chain(chain, parameter), *in_step(by_delta)]
            else:
                rows += [*self._chain(chain, parameter), *in_step([*by_delta, *self._gradient(parameter)]), *update]
        elif neuron is not None:
            chain = self._found(chain_of_activation, e, neuron, most)
            if chain is None:
                return [note(self.tr("The chain rule is being worked out …"))]
            rows += [*self._chain(chain), heading(self.tr("δ = ∂Loss/∂z")),
                     equation(e.delta_equation(neuron), self._digits)]
        return rows

    def _found(self, find: Callable[[Explanation, str, int], Chain], e: Explanation, name: str,
               most: int) -> Chain | None:
        """A chain; of a large network it comes from beside the window, and is None until then."""
        if len(e.structure.connections) <= AT_ONCE:
            return find(e, name, most)
        return self._late.get((find, e, name, most), (), lambda stopped: find(e, name, most))

    @property
    def _digits(self) -> int:
        return self.desk.study.digits

    @property
    def _several(self) -> bool:
        """Whether the gradient is the mean of more than one sample."""
        samples = self.desk.study.samples
        return samples is not None and len(samples.X) > 1

    def _fitting(self, chain: Chain, e: Explanation, parameter: str) -> list[Row]:
        """Paths, their sum and the update; if there is room, the formulas of factors too, and every δ on the way."""
        deltas = deltas_row(e, self._on_the_way(e, parameter)[:MOST_DELTAS_IN_LINE], self._digits)
        update = self._update(next_update(self.desk), parameter)[1:]
        briefest = [*self._chain(chain, parameter, formulas=False), *update]
        whole = [*self._chain(chain, parameter), *update]
        fuller = ([*whole[:-len(update)], deltas, *update], whole, [*briefest[:-len(update)], deltas, *update])
        return next((rows for rows in fuller if self.list.has_room_for(rows)), briefest)

    def _chain(self, chain: Chain, parameter: str | None = None, formulas: bool = True) -> list[Row]:
        digits = self._digits
        title = self.tr("Chain rule")
        if self._several:
            title = self.tr("Chain rule, for the sample that is fed")
        loss = self.desk.study.notation.loss.text
        rows = [] if self._low else [heading(title)]
        ways = [path_row(index, (*([parameter] if parameter else []), *path.neurons, loss))
                for index, path in enumerate(chain.paths)]
        factors = [chain_row(path.factors, path.shown_value, "+" if index else f"{chain.name.latex} =", digits)
                   for index, path in enumerate(chain.paths)]
        if self._low:
            rows += in_columns([brief(way, products, formulas) for way, products in zip(ways, factors, strict=True)])
        else:
            rows += [row for pair in zip(ways, in_columns(factors), strict=True) for row in pair]
        rows += [note(each.note) for each in chain.factors if each.note]
        if not chain.paths:
            rows.append(note(self.tr("No path leads from here to the loss: the derivative is 0.")))
        if chain.hidden:
            text = self.tr("+ {n} more paths = {rest}").format(n=f"{chain.hidden:,}",
                                                               rest=format_number(chain.rest, digits))
            if chain.count <= MOST_PATHS:
                rows.append(action(text + "  ·  " + self.tr("list them all")))
            else:
                rows.append(note(text))
        shown = chain.paths[:MOST_IN_COLUMNS]
        start = Cell(chain.name.text, latex="" if self._low else chain.name.latex)
        rows.append(sum_row(start, [factor(path.shown_value, digits) for path in shown], chain.count > len(shown),
                            format_number(chain.shown_total, digits)))
        return rows

    @staticmethod
    def _on_the_way(e: Explanation, parameter: str) -> list[str]:
        """The neurons whose δ lead to a parameter, those behind first."""
        targets = [use.target if isinstance(use, Connection) else use.id for use in e.structure.uses[parameter]]
        behind = dict.fromkeys(c.target for id in targets for c in e.structure.outgoing[id])
        return list(dict.fromkeys([*behind, *targets]))

    def _deltas(self, e: Explanation, parameter: str) -> list[Row]:
        return [heading(self.tr("The same by δ = ∂{loss}/∂{z}, each computed once on the way back").format(
                    loss=e.notation.loss.text, z=e.notation.z)),
                *(delta_row(e, id, self._digits) for id in self._on_the_way(e, parameter)[:MOST_DELTAS])]

    def _delta(self, e: Explanation, id: str) -> list[Row]:
        why = e.slope(id).note
        return [equation(e.delta_equation(id), self._digits), *([note(why)] if why else [])]

    def _gradient(self, parameter: str) -> list[Row]:
        study, network = self.desk.study, self.desk.session.network
        samples, backward, e = study.samples, study.backward, study.explanation
        assert backward is not None and samples is not None and e is not None
        if len(samples.X) == 1:
            return [gradient_row(e, parameter, self._digits)]
        values = gradients_by_sample(network, backward, parameter)
        title = self.tr("Gradient, the mean of {n} samples").format(n=f"{len(values):,}")
        symbol = study.notation.loss.by(name(parameter))
        return [heading(title), equation(mean_equation(symbol, values), self._digits, symbols=False)]

    def _update_heading(self, update: Update) -> Row:
        return heading(self.tr("Update, {optimizer}").format(optimizer=OPTIMIZERS[update.config.optimizer_name].label))

    def _update(self, update: Update, parameter: str) -> list[Row]:
        rows = [self._update_heading(update)]
        if parameter in update.network.structure.frozen:
            return [*rows, note(self.tr("{name} is frozen: training leaves it as it is.").format(name=parameter))]
        if is_remembered_by_the_run(self.desk):
            return [*rows, note(self.tr("Pause, to see what the optimizer remembers."))]
        *steps, last = update.equations(parameter)
        return [*rows, *(equation(step, self._digits) for step in steps), answer(last, self._digits, not self._low)]

    def _rule(self, parameter: str | None) -> list[Row]:
        """The perceptron rule, which knows no gradient: of the selected parameter, or of all."""
        structure, update = self.desk.session.structure, next_update(self.desk)
        if update.problems:
            return [note(problem.message) for problem in update.problems]
        rows = [note(self.tr("The perceptron rule follows no gradient: an output that misses its target moves its "
                             "weights by what came in."))]
        if parameter is not None:
            return [*rows, *self._update(update, parameter)]
        rows.append(self._update_heading(update))
        free = [id for id in structure.parameter_names if id not in structure.frozen]
        return rows + listed(free, lambda id: len(structure.uses[id]), lambda id: [
            equation(step, self._digits) for step in update.equations(id)])

    def _overview(self, e: Explanation) -> list[Row]:
        structure, study = e.structure, self.desk.study
        backward, digits = study.backward, self._digits
        assert backward is not None
        rows = [note(self.tr("Select a connection or a neuron to see its chain rule."))]
        loss = study.notation.loss.text
        if len(backward.delta_rows[0]) == 1 and e.backward is not None:
            rows += [heading(self.tr("Loss")), *explained(e.loss(), digits),
                     heading(self.tr("Deltas, δ = ∂{loss}/∂{z}").format(loss=loss, z=e.notation.z))]
            rows += listed(structure.order[::-1], lambda id: len(structure.outgoing[id]),
                           lambda id: self._delta(e, id))
            rows.append(heading(self.tr("Gradient")))
            rows += listed(structure.parameter_names, lambda name: len(structure.uses[name]),
                           lambda name: [equation(e.gradient_equation(name), digits)])
        else:
            rows.append(heading(numbered(backward.trace.a_rows.shape[1], self.tr("Gradient"),
                                         self.tr("Gradient, the mean of {n} samples"))))
            rows.append(note(f"{loss} = {format_number(backward.loss, digits)}"))
            gradient, index = backward.gradient, structure.parameter_index
            rows += listed(structure.parameter_names, lambda name: 1, lambda name: [
                note(f"∂{loss}/∂{name} = {format_number(float(gradient[index[name]]), digits)}")])
        return rows

    def _checks(self) -> list[Row]:
        desk, samples, digits = self.desk, self.desk.study.samples, self._digits
        assert samples is not None
        network, loss_name = desk.session.network, desk.session.document.training.loss
        products = len(samples.X) * (len(network.structure.connections) + len(network.structure.neurons))
        each = 2 * (len(desk.session.program.groups) * GROUP_SECONDS + products * PRODUCT_SECONDS)
        count = min(MOST_CHECKED, max(FEWEST_CHECKED, int(CHECKED_SECONDS / each)))
        names = network.structure.parameter_names[:count]

        def check() -> tuple[Check, ...]:
            return check_gradient(network, samples.X, samples.T, loss_name, names)

        found = check() if len(names) * each <= CHECKED_AT_ONCE_SECONDS else self._late_check.get(
            (desk.study.backward,), (), lambda stopped: check())
        if found is None:
            return [heading(self.tr("Gradient check")), note(self.tr("The gradients are being checked …"))]
        wrong = sum(check.comparable and not check.agrees and not check.kink for check in found)
        kinks = sum(check.comparable and bool(check.kink) for check in found)
        beyond = sum(not check.comparable for check in found)
        said = numbered(len(found), self.tr("The gradient agrees with the central difference."),
                        self.tr("All {n} gradients agree with central differences."))
        if kinks:
            said = self.tr("{n} of {all} agree; at a kink, where there is no derivative: {kinks}.").format(
                n=len(found) - kinks - wrong - beyond, all=len(found), kinks=kinks)
        if beyond:
            said = (self.tr("1 of {all} cannot be checked: its numbers grew out of all bounds.") if beyond == 1 else
                    self.tr("{n} of {all} cannot be checked: their numbers grew out of all bounds.")).format(
                        n=f"{beyond:,}", all=f"{len(found):,}")
        if wrong:
            said = self.tr("Of {all} not as the central difference says: {n}.").format(n=wrong, all=len(found))
        rows = [heading(self.tr("Gradient check")), note(said)]
        loss = desk.study.notation.loss.text
        for one in found:
            mark = "–" if not one.comparable else "✓" if one.agrees else "∧" if one.kink else "✗"
            text = f"{mark}  ∂{loss}/∂{one.parameter} = {format_number(one.analytic, digits)}  ·  "
            text += self.tr("difference quotient {n}").format(n=format_number(one.numeric, digits))
            rows.append(note(text + (f"  ·  {one.kink}" if one.kink and one.comparable else "")))
        if len(names) < len(network.structure.parameter_names):
            rows.append(note(self.tr("… and {n} more that were not checked").format(
                n=f"{len(network.structure.parameter_names) - len(names):,}")))
        return rows
