"""Passwords and words everybody tries first; none of them, nor one of them with a few characters more, is accepted."""

from typing import Final

# From the heads of published lists of leaked passwords, with what people here add: names of the product and the city.
WORDS: Final = frozenset(
    """
    password passw0rd p@ssword p@ssw0rd hexlane admin administrator root secret changeme letmein qwerty qwertyuiop
    default welcome welcome1 iloveyou monkey dragon sunshine princess football baseball superman batman trustno1
    master shadow michael jennifer jordan hunter freedom whatever starwars computer internet service operator
    dispatcher regulator supplier shenzhen china woaini5201314 woaini aini1314 a123456 abc123 abcdef abcdefgh
    1q2w3e4r 1qaz2wsx zaq12wsx qazwsx asdfgh asdfghjkl zxcvbn zxcvbnm 123456 1234567 12345678 123456789 1234567890
    0123456789 987654321 111111 000000 666666 888888 5201314 1314520 123123 123321 112233 qwe123 qwer1234 test
    testtest guest login access flower hello hellohello helloworld mustang summer winter spring autumn monday drone
    """.split()  # noqa: SIM905  (read by people)
)
