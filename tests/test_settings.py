"""Settings come from the environment; what cannot work stops the start with a sentence."""

import os
import re
import subprocess
import sys

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
READ = set(re.findall(r"\benv\.\w+\(\s*\"([A-Z_]+)\"", (ROOT / "microcred" / "settings.py").read_text()))
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
GOOD = {"SECRET_KEY": "a-key-of-more-than-fifty-characters-for-this-test-only"}


def start(**environment):
    """Load the settings as a process of production would."""
    ours = {name: value for name, value in os.environ.items() if name not in READ}
    return subprocess.run(
        [sys.executable, "-c", "import microcred.settings"],
        cwd=ROOT,
        env=ours | GOOD | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_defaults_are_enough_beside_a_key():
    assert start().returncode == 0


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is missing or shorter"),
        ({"SITE_URL": "badges.example.org"}, "SITE_URL has to start with"),
        ({"REDIS_URL": "memory://"}, "REDIS_URL has to start with"),
        ({"STORAGE_URL": "ftp://files"}, "STORAGE_URL has to start with"),
        ({"CLAMD_URL": "tcp://clamav"}, "CLAMD_URL has to be tcp://host:port or unix:///path"),
        ({"CLAMD_URL": "/run/clamd.ctl"}, "CLAMD_URL has to be tcp://host:port or unix:///path"),
    ],
)
def test_a_value_that_cannot_work_stops_the_start(environment, sentence):
    done = start(**environment)

    assert done.returncode == 1
    assert f"ImproperlyConfigured: {sentence}" in done.stderr


@pytest.mark.parametrize("address", ["tcp://clamav:3310", "unix:///run/clamav/clamd.ctl"])
def test_a_scanner_may_be_near_or_far(address):
    assert start(CLAMD_URL=address).returncode == 0


@pytest.mark.parametrize("service", ["web", "worker", "beat", "migrate"])
def test_compose_sets_only_what_the_settings_read(service):
    assert set(COMPOSE["services"][service]["environment"]) - READ == set()


def test_compose_names_every_variable_of_the_example():
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M))
    asked = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))

    assert example | {"PORT"} == asked


def test_compose_waits_for_what_it_needs():
    services = COMPOSE["services"]
    needed = {name for service in services.values() for name in service.get("depends_on", {})}
    volumes = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}

    assert needed <= set(services)
    assert volumes == set(COMPOSE["volumes"])


def test_every_setting_is_explained():
    explained = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.M))

    assert explained == READ
