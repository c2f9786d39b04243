"""Words typed on the other keyboard layout: `ghbdtn` is привет, `руддщ` is hello."""

from collections.abc import Sequence

from chatserver.search.terms import Term

_LATIN = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`" + 'QWERTYUIOP{}ASDFGHJKL:"ZXCVBNM<>~'
_RUSSIAN = "йцукенгшщзхъфывапролджэячсмитьбюё" + "ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮЁ"
_TO_RUSSIAN = str.maketrans(_LATIN, _RUSSIAN)
_TO_LATIN = str.maketrans(_RUSSIAN, _LATIN)


def on_other_layout(terms: Sequence[Term]) -> list[Term]:
    """Returns the terms as the same keys of the other layout would have typed them."""
    typed = "".join(term.text for term in terms)
    table = _TO_LATIN if any(ord(char) in _TO_LATIN and char.isalpha() for char in typed) else _TO_RUSSIAN
    return [term._replace(text=term.text.translate(table)) for term in terms]
