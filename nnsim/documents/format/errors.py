"""The error of a file that cannot be read or written."""


class FileError(ValueError):
    """What is wrong with a file, in the learner's words, and what to do.

    The text names the file, the field (such as network.neurons[3].activation) and the neuron or
    connection it belongs to: “xor.nnsim: network.neurons[3].activation (neuron h): there is no …”. Where the
    file lies somewhere, its folder stands at the end: “… (in /home/me/nets)”.
    """

    def __init__(self, file: str, message: str, field: str = "", what: str = "", folder: str = "") -> None:
        self.file = file
        self.message = message
        self.field = field
        self.what = what
        place = f"{field} ({what})" if field and what else field
        text = f"{file}: {place}: {message}" if place else f"{file}: {message}"
        if folder:
            text = f"{text} (in {folder})"
        # Names out of a file may hold line ends, and signs that turn the text around them.
        super().__init__("".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text))


    def within(self, folder: str) -> "FileError":
        """The same of a file that lies in ``folder``."""
        return FileError(self.file, self.message, self.field, self.what, folder)


class Fault(Exception):
    """What is wrong inside a file, raised where its name is not known: a FileError but for that.

    The arguments are message, field and what, as those of FileError.
    """

    def __init__(self, message: str, field: str = "", what: str = "") -> None:
        super().__init__(message, field, what)
