"""docker-compose.yml is not run by the tests; what can go stale in it is compared with what it speaks of."""

import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from typer.testing import CliRunner

from commands.main import app
from stores.settings import Settings
from tests import elasticsearch_server

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(TEXT)["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
THEIRS = {name: service for name, service in SERVICES.items() if "build" not in service}
EXACT_VERSION = re.compile(r"\d+(\.\d+)+(-[a-z-]+)?")


def version(service: str) -> str:
    return str(SERVICES[service]["image"]).rpartition(":")[2]


@pytest.mark.parametrize("service", THEIRS)
def test_every_image_is_pinned(service: str) -> None:
    assert EXACT_VERSION.fullmatch(version(service))


def test_postgresql_is_the_major_version_of_the_embedded_one() -> None:
    assert version("postgres").split(".")[0] == "18"


@pytest.mark.parametrize("service", ["elasticsearch", "es01", "es02", "es03"])
def test_elasticsearch_is_the_version_the_tests_run(service: str) -> None:
    assert version(service) == elasticsearch_server.VERSION


def test_every_setting_is_one_we_read() -> None:
    known = {f"JIANDU_{field.upper()}" for field in Settings.model_fields}
    named = set(re.findall(r"JIANDU_[A-Z_]+", TEXT))
    assert named
    assert named <= known


@pytest.mark.parametrize("service", OURS)
def test_every_service_of_ours_runs_a_known_command(service: str) -> None:
    program, *words = shlex.split(OURS[service]["command"])
    assert program == "jiandu"
    # The words are read before help is given, so an unknown command or option fails, and nothing is run.
    result = CliRunner().invoke(app, [*words, "--help"])
    assert result.exit_code == 0, result.output


def test_only_the_api_is_published_and_only_to_this_machine() -> None:
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert list(published) == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in published["api"])


def test_only_migrate_knows_the_owner_of_the_tables() -> None:
    knowing = [name for name, service in OURS.items() if "JIANDU_OWNER_DATABASE_URL" in service["environment"]]
    assert knowing == ["migrate"]


@pytest.mark.parametrize("secret", ["POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "JIANDU_DATA_KEY"])
def test_no_secret_has_a_default(secret: str) -> None:
    uses = re.findall(r"\$\{" + secret + r"(.*?)\}", TEXT)
    assert uses
    assert all(use.startswith(":?") for use in uses)


def test_the_image_has_a_pinned_python_that_we_support() -> None:
    base = re.search(r"^FROM python:(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert base
    assert EXACT_VERSION.fullmatch(base[1])
    supported = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    assert base[1].split("-")[0] in SpecifierSet(supported)
