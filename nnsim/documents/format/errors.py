"""The error of a file that cannot be read or written."""


class FileError(ValueError):
    """What is wrong with a file, in the learner's words, and what to do.

    The text names the file, the field (such as network.neurons[3].activation) and the neuron or
    connection it belongs to: “xor.nnsim: network.neurons[3].activation (neuron h): there is no …”.
    """

    def __init__(self, file: str, message: str, field: str = "", what: str = "") -> None:
        self.file = file
        self.field = field
        place = f"{field} ({what})" if field and what else field
        text = f"{file}: {place}: {message}" if place else f"{file}: {message}"
        # Names out of a file may hold line ends, and signs that turn the text around them.
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))


class Fault(Exception):
    """What is wrong inside a file, raised where its name is not known: a FileError but for that.

    The arguments are message, field and what, as those of FileError.
    """

    def __init__(self, message: str, field: str = "", what: str = "") -> None:
        super().__init__(message, field, what)
