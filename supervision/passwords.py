"""What a password has to be. Pure."""

from typing import Final

SHORTEST: Final = 12
LONGEST: Final = 200

# Of what people choose first, what is long enough to be let in.
_COMMON: Final = frozenset(
    """
    123456789012 1234567890123 12345678901234 123456789abc 1234567890ab 0123456789012 987654321098
    qwertyuiop12 qwertyuiop123 qwertyuiop[] qwertyuiopas qwertyuiopasdf 1qaz2wsx3edc 1qaz2wsx3edc4rfv
    1q2w3e4r5t6y 1q2w3e4r5t6y7u8i q1w2e3r4t5y6 qazwsxedcrfv zaq12wsxcde3 asdfghjkl123 asdfghjkl;'
    password1234 password12345 password123456 passwordpassword p@ssw0rd1234 p@ssword1234 passw0rd1234
    adminadmin12 administrator admin1234567 admin12345678 admin@123456 admin@1234567 administrator1
    iloveyou1234 woaini520131 woaini1314520 woaini5201314 5201314woaini woaini123456 5201314520131
    abcd12345678 abc123456789 abcdefghijkl abc1234567890 aa1234567890 a12345678901 qq1234567890
    letmein12345 welcome12345 welcome123456 changeme1234 changemechangeme jiandu123456 jiandu@12345 jianduadmin1
    """.split()  # noqa: SIM905  a list of sixty quoted words would be hard to read
)


def password_fault(login: str, password: str) -> str | None:
    """Why this cannot be the password of this login, in a sentence; None where it can."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} characters."
    folded = password.casefold()
    if login.casefold() in {folded, folded[::-1]}:
        return "A password is not the login."
    if folded in _COMMON or len(set(folded)) == 1:
        return "This password is one of the first that anybody tries. Choose another."
    return None
