"""The name of an agency as names are compared, whatever their width and the white space in them."""

import unicodedata


def agency_name_key(name: str) -> str:
    """Bring a name into the form in which it is compared: NFKC, no white space and no invisible character."""
    folded = "".join(unicodedata.normalize("NFKC", name).split())
    if folded.isprintable():
        return folded
    return "".join(character for character in folded if unicodedata.category(character) not in {"Cf", "Cc"})
