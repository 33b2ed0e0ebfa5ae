"""Numbers in base 32 (RFC 4648, 7), in lower case: text that sorts as the numbers do."""

_DIGITS = "0123456789abcdefghijklmnopqrstuv"
_PAIRS = tuple(high + low for high in _DIGITS for low in _DIGITS)
_PAIR_BITS = 10
_PAIR_MASK = (1 << _PAIR_BITS) - 1


def in_base_32(number: int, chars: int) -> str:
    """A number of at most 5 bits a character, in so many characters, an even number of them."""
    shifts = range(_PAIR_BITS * (chars // 2 - 1), -1, -_PAIR_BITS)
    return "".join([_PAIRS[number >> shift & _PAIR_MASK] for shift in shifts])
