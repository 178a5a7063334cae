"""From where somebody calls: X-Forwarded-For is believed as far as trusted proxies wrote it."""

from ipaddress import ip_network

import pytest

from api.guard import client_address
from stores.errors import SettingsError
from stores.failed_sign_ins import address_subject
from stores.settings import Settings, load_settings

PROXIES = [ip_network("10.0.0.0/8"), ip_network("fd00::/8")]


@pytest.mark.parametrize(
    ("client", "forwarded", "address"),
    [
        ("198.51.100.7", [], "198.51.100.7"),
        ("198.51.100.7", ["1.2.3.4"], "198.51.100.7"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["1.2.3.4", "198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, 10.0.0.2"], "198.51.100.7"),
        ("10.0.0.1", ["198.51.100.7, x\nlevel=info"], "10.0.0.1"),
        ("10.0.0.1", [" , ,"], "10.0.0.1"),
        ("fd00::1", ["2001:db8::7"], "2001:db8::7"),
    ],
)
def test_an_address_is_the_last_that_no_trusted_proxy_has(client: str, forwarded: list[str], address: str) -> None:
    headers = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    assert client_address({"type": "http", "client": (client, 1), "headers": headers}, PROXIES) == address


def test_a_request_through_a_socket_of_the_machine_has_no_address() -> None:
    assert client_address({"type": "http", "client": None, "headers": []}, PROXIES) == "?"


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("198.51.100.7", "address:198.51.100.7"),
        ("2001:db8::7", "address:2001:db8::/64"),
        ("2001:db8:0:0:ffff::1", "address:2001:db8::/64"),
        ("::ffff:198.51.100.7", "address:198.51.100.7"),
        ("?", "address:?"),
    ],
)
def test_of_ipv6_a_whole_network_is_one_caller(address: str, subject: str) -> None:
    assert address_subject(address) == subject


def test_proxies_are_addresses_and_networks() -> None:
    assert Settings(trusted_proxies="10.0.0.1, fd00::/8").proxies == (ip_network("10.0.0.1"), ip_network("fd00::/8"))
    assert Settings().proxies == ()
    with pytest.raises(SettingsError, match="JIANDU_TRUSTED_PROXIES"):
        load_settings(trusted_proxies="10.0.0.1/8")
