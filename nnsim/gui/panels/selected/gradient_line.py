"""The gradient of one parameter in a form, a link to its chain rule with a badge that says whether it was checked; and
what the next update makes of the parameter."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy

from nnsim.core.explain.chain import why_no_gradient
from nnsim.core.explain.gradient_check import check_gradient
from nnsim.core.formulas.numbers import format_number
from nnsim.core.optimizers import OPTIMIZERS
from nnsim.gui.look.theme import set_role
from nnsim.gui.session.costs import work
from nnsim.gui.session.desk import Desk
from nnsim.gui.session.next_update import is_remembered_by_the_run, next_update
from nnsim.gui.widgets.controls import plain_tip
from nnsim.gui.widgets.forms import plain_text
from nnsim.gui.widgets.labels import TextLine

MOST_SAMPLES, MOST_WORK = 500, 2_000_000
"""Of more samples the gradient is shown without a check, which takes a few passes over them; so too where these
passes cost more, see ``work``."""


class GradientLine(QPushButton):
    """``0.0822  ✓``: ∂L/∂p of the samples that are studied. ✓ agrees with a difference quotient, ∧ is at a kink.

    ``…`` while it is computed beside the window. Pressed, it leads to its chain rule.
    """

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        set_role(self, kind="link")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._desk = desk
        self.clicked.connect(lambda checked=False: desk.panel_wanted.emit("backward"))
        self.why = plain_text(f"{name}_why", muted=True, small=True)
        """Why it is 0, to stand below it; empty where there is nothing to say."""

    def show_parameter(self, parameter: str | None, negated: bool = False) -> bool:
        """Show the gradient of a parameter, or of its negative. False if there is none to show."""
        desk = self._desk
        self.why.clear()
        if parameter is None:
            return False
        backward, samples = desk.study.backward, desk.study.samples
        if backward is None or samples is None:
            self.setText("…" if desk.study.waits else "")
            self.setToolTip(plain_tip(desk.study.why_not))
            return desk.study.waits
        digits = desk.study.digits
        sign = -1.0 if negated else 1.0
        gradient = float(backward.gradient[desk.session.structure.parameter_index[parameter]])
        text = format_number(sign * gradient, digits)
        n = len(samples.X)
        long = work(desk.session.structure, n) > MOST_WORK
        if n > MOST_SAMPLES or (n > 1 and long):
            said = self.tr("The mean of {n} samples; too many to check here.").format(n=f"{n:,}")
        elif long:
            said = self.tr("The network is too large to check it here.")
        else:
            (check,) = check_gradient(desk.session.network, samples.X, samples.T, desk.session.document.training.loss,
                                      [parameter])
            numeric = format_number(sign * check.numeric, digits)
            if not check.comparable:
                said = self.tr("Not to be checked: numbers grew out of all bounds. The difference quotient gives {n}."
                               ).format(n=numeric)
            elif check.agrees:
                text += "  ✓"
                said = self.tr("Checked: the difference quotient (L(w+h) − L(w−h)) / 2h gives {n}.").format(n=numeric)
            elif check.kink:
                text += "  ∧"
                said = self.tr("At a kink there is no derivative: {kink}. The difference quotient gives {n}.").format(
                    kink=check.kink, n=numeric)
            else:
                text += "  ✗"
                said = self.tr("The difference quotient gives {n}.").format(n=numeric)
        if gradient == 0 and desk.study.scope == "sample" and (e := desk.study.explanation) is not None:
            self.why.setText(" ".join(why_no_gradient(e, parameter)))
        self.setText(text)
        self.setAccessibleName(self.tr("Gradient {value}, to its chain rule").format(value=text))
        self.setToolTip(plain_tip(said + "\n" + self.tr("Click: the chain rule of {name}").format(name=parameter)))
        return True


class NextLine(TextLine):
    """``0.3589``: what the next update makes of one parameter, with the samples that are studied."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__(name, color="ink", size="body")
        self._desk = desk

    def show_parameter(self, parameter: str | None, negated: bool = False) -> bool:
        """Show the next value of a parameter, or its negative. False if there is none to show, or it takes long."""
        desk, samples = self._desk, self._desk.study.samples
        if parameter is None or samples is None or desk.study.backward is None or is_remembered_by_the_run(desk):
            return False
        update = next_update(desk)
        if update.straight and work(desk.session.structure, len(samples.X)) > MOST_WORK:
            return False
        equations = update.equations(parameter)
        if not equations:
            return False
        value = equations[-1].value
        self.set_text(format_number((-value if negated else value) + 0.0, desk.study.digits))
        self.setToolTip(plain_tip(self.tr("After one more step: {optimizer}, {rate} = {value}").format(
            optimizer=OPTIMIZERS[update.config.optimizer_name].label, rate=desk.study.notation.rate.text,
            value=format_number(update.config.rate_at(desk.session.epoch), desk.study.digits))))
        return True
