"""Symbols: what a quantity is called, as plain text and in LaTeX."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Symbol:
    """One name in two spellings: ``net h1`` and ``\\mathrm{net}_{h_{1}}``."""

    text: str
    latex: str

    def with_prime(self) -> "Symbol":
        """The same after an update: w5′."""
        return Symbol(f"{self.text}′", f"{self.latex}'")

    def by(self, other: "Symbol") -> "Symbol":
        """The partial derivative of this by ``other``: ∂Loss/∂w5."""
        return Symbol(f"∂{self.text}/∂{other.text}",
                      rf"\frac{{\partial {self.latex}}}{{\partial {other.latex}}}")

    def by_in_line(self, other: "Symbol") -> "Symbol":
        """The same with a stroke, where a fraction is too high."""
        return Symbol(self.by(other).text, rf"\partial {self.latex}/\partial {other.latex}")


def words(text: str) -> Symbol:
    """A word of its own, such as Loss."""
    return Symbol(text, rf"\mathrm{{{text}}}")
