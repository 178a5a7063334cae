"""A real Elasticsearch for tests and benchmarks, from Maven Central, without Docker.

`ElasticsearchServer` starts one server on free ports and removes every trace of it afterwards. Run as a script, this
file only gets everything ready (a Java runtime, the unpacked distribution) and says in a sentence what is missing.
"""

import atexit
import fcntl
import json
import os
import pwd
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from platformdirs import user_cache_path

VERSION = "9.5.0"
OLDEST_JAVA = 21
# Its own modules name these as required, and a runtime trimmed to a JRE lacks them.
REQUIRED_MODULES = frozenset({"jdk.attach", "jdk.incubator.vector", "jdk.jdi", "jdk.jlink", "jdk.net"})
START_SECONDS = 90
STOP_SECONDS = 20

# The server refuses to run as root, so root starts it as the user every Unix has for such a purpose.
RUNS_AS_ROOT = os.geteuid() == 0
UNPRIVILEGED_USER = "nobody"
ROOT_CACHE = Path("/var/cache/jiandu")

SETTINGS = {
    "cluster.name": "jiandu-test",
    "discovery.type": "single-node",
    "network.host": "127.0.0.1",
    # Port 0 lets the kernel choose, so that two servers never race for one port; the chosen ones stand in logs/*.ports.
    "http.port": "0",
    "transport.port": "0",
    "node.portsfile": "true",
    "xpack.security.enabled": "false",
    # A nearly full disk of a developer must not turn indices read-only.
    "cluster.routing.allocation.disk.threshold_enabled": "false",
    # Every half a minute the server looks at its disk, and makes indices writable again that a test made read-only.
    "cluster.info.update.interval": "1d",
    # No index may come into being by a misspelt name: the product's own promise, enforced by the server in tests.
    "action.auto_create_index": "false",
}


class ElasticsearchUnavailableError(RuntimeError):
    """No Elasticsearch can be started here; the message says what to type."""


class ElasticsearchServer:
    """One Elasticsearch node with its own configuration, data and logs, from `start` to `stop`.

    On Linux the kernel ends the server when the thread that called `start` ends, however hard its process dies: call it
    from a thread that lives as long as the server is needed.
    """

    def __init__(self, version: str = VERSION, *, parent: Path | None = None) -> None:
        """Choose the version, and where to make the folder if not among temporary files; nothing is started yet."""
        self._version = version
        self._parent = parent
        self._home: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server."""
        self.stop()

    @property
    def url(self) -> str:
        """The address of the running server."""
        port = self._http_port()
        if port is None:
            raise ElasticsearchUnavailableError("The server has not been started.")
        return f"http://127.0.0.1:{port}"

    def start(self) -> str:
        """Start the server, wait until it answers, and return its address."""
        if self._process is not None:
            raise ElasticsearchUnavailableError("The server has been started already.")
        java = find_java()
        distribution = unpacked_distribution(self._version)
        atexit.register(self.stop)
        try:
            self._home = _new_server_home(distribution, self._parent)
            self._process = _launch(distribution, java, self._home)
            self._wait_until_healthy()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """End the server and remove its folder; does nothing when it does not run."""
        atexit.unregister(self.stop)
        if self._process is not None:
            _end_process_group(self._process)
            self._process = None
        if self._home is not None:
            shutil.rmtree(self._home, ignore_errors=True)
            self._home = None

    def kill(self) -> None:
        """End the server as a crash would; its folder stays for `restart`."""
        process, self._process = self._running(), None
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def restart(self) -> str:
        """Start the killed server again on its folder and its port, wait until it answers, and return its address."""
        if self._process is not None or self._home is None:
            raise ElasticsearchUnavailableError("Only a server that was killed can be started again.")
        port = self._http_port()
        (self._home / "logs" / "http.ports").unlink()
        settings = self._home / "config" / "elasticsearch.yml"
        settings.write_text(
            re.sub(r"^http\.port: .*$", f'http.port: "{port}"', settings.read_text(), flags=re.MULTILINE)
        )
        self._process = _launch(unpacked_distribution(self._version), find_java(), self._home)
        self._wait_until_healthy()
        return self.url

    def pause(self) -> None:
        """Let the server hang: it keeps its connections and answers nothing."""
        os.killpg(self._running().pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused server go on; does nothing to one that runs."""
        os.killpg(self._running().pid, signal.SIGCONT)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise ElasticsearchUnavailableError("The server does not run.")
        return self._process

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                raise ElasticsearchUnavailableError(f"Elasticsearch ended while it was starting.\n{self._end_of_log()}")
            if self._http_port() is not None and _is_healthy(self.url):
                return
            time.sleep(0.1)
        raise ElasticsearchUnavailableError(
            f"Elasticsearch did not answer within {START_SECONDS} s.\n{self._end_of_log()}"
        )

    def _http_port(self) -> int | None:
        """Return the port that the server wrote down once it listened."""
        ports = self._home / "logs" / "http.ports" if self._home else None
        if ports is None or not ports.exists():
            return None
        # One line per bound address, such as 127.0.0.1:41234.
        written = re.search(r":(\d+)$", ports.read_text(), re.MULTILINE)
        return int(written[1]) if written else None

    def _end_of_log(self, lines: int = 40) -> str:
        log = self._home / "logs" / "console.log" if self._home else None
        if log is None or not log.exists():
            return "It wrote no log."
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


def find_java() -> Path:
    """Return the home of the first Java runtime, configured or installed, on which Elasticsearch runs."""
    for home in _java_homes():
        if _runs_elasticsearch(home):
            return home
    raise ElasticsearchUnavailableError(
        f"Elasticsearch needs a whole JDK {OLDEST_JAVA} or newer, readable by every user, and none was found "
        "in ES_JAVA_HOME, JAVA_HOME, /usr/lib/jvm or on PATH. Type apt-get install openjdk-21-jdk-headless (Debian 13; "
        "Debian 12 has none: unpack any vendor's JDK and set ES_JAVA_HOME to its folder)."
    )


def unpacked_distribution(version: str = VERSION) -> Path:
    """Return the folder of the unpacked distribution, which is fetched and unpacked once and then kept."""
    cache = _cache_folder()
    distribution = cache / f"elasticsearch-{version}"
    with _locked(cache / f"elasticsearch-{version}.lock"):
        if not distribution.exists():
            archive = _archive_in_maven_repository(version)
            # Unpacked beside its place and renamed, so that a run that is killed leaves no half of a distribution.
            with tempfile.TemporaryDirectory(dir=cache) as unfinished:
                _unpack(archive, Path(unfinished))
                (Path(unfinished) / distribution.name).rename(distribution)
    return distribution


def _java_homes() -> Iterator[Path]:
    for variable in ("ES_JAVA_HOME", "JAVA_HOME"):
        if configured := os.environ.get(variable):
            yield Path(configured)
    yield from sorted(Path("/usr/lib/jvm").glob("*"))
    if on_path := shutil.which("java"):
        yield Path(on_path).resolve().parent.parent


def _runs_elasticsearch(home: Path) -> bool:
    """Tell whether this is a runtime that is new enough, whole, and open to the user that will run it."""
    if not os.access(home / "bin" / "java", os.X_OK) or (RUNS_AS_ROOT and not _others_may_enter(home)):
        return False
    release = home / "release"
    described = release.read_text() if release.exists() else ""
    modules = re.search(r'^MODULES="(.*)"$', described, re.MULTILINE)
    if modules and not REQUIRED_MODULES.issubset(modules[1].split()):
        return False
    if "JAVA_VERSION=" not in described:
        asked = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=False)
        described = asked.stderr
    version = re.search(r'(?:JAVA_VERSION=|version )"(\d+)', described)
    return version is not None and int(version[1]) >= OLDEST_JAVA


def _others_may_enter(path: Path) -> bool:
    resolved = path.resolve()
    return all(folder.stat().st_mode & 0o001 for folder in (resolved, *resolved.parents))


def _cache_folder() -> Path:
    cache = ROOT_CACHE if RUNS_AS_ROOT else user_cache_path("jiandu")
    cache.mkdir(parents=True, exist_ok=True)
    if RUNS_AS_ROOT:
        cache.chmod(0o755)  # whatever the umask says: the unprivileged user runs what lies in it
    return cache


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time fetch and unpack; the others wait and then find its work done."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _archive_in_maven_repository(version: str) -> Path:
    repository = _local_maven_repository()
    folder = repository / "org/elasticsearch/distribution/integ-test-zip/elasticsearch" / version
    archive = folder / f"elasticsearch-{version}.zip"
    if not archive.exists():
        _fetch_with_maven(version, repository)
    return archive


def _local_maven_repository() -> Path:
    """Return the local repository without asking Maven, which takes seconds to answer."""
    if configured := os.environ.get("MAVEN_REPO_LOCAL"):
        return Path(configured)
    for option in shlex.split(os.environ.get("MAVEN_OPTS", "")):
        name, _, value = option.partition("=")
        if name == "-Dmaven.repo.local":
            return Path(value)
    return Path.home() / ".m2" / "repository"


def _fetch_with_maven(version: str, repository: Path) -> None:
    maven = shutil.which("mvn")
    if maven is None:
        raise ElasticsearchUnavailableError(
            "The tests run a real Elasticsearch, which Maven fetches once, and there is no mvn on PATH. "
            "Type: apt-get install maven (macOS: brew install maven)."
        )
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
    command = [
        *(maven, "-q", "-B", "dependency:get"),
        *(f"-Dartifact={artifact}", "-Dtransitive=false", f"-Dmaven.repo.local={repository}"),
    ]
    fetched = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if fetched.returncode != 0:
        raise ElasticsearchUnavailableError(
            f"Maven could not fetch Elasticsearch {version}. To see why, type: {shlex.join(command[:-1])}\n"
            + fetched.stdout[-2000:]
        )


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as contents:
        for member in contents.infolist():
            target = Path(contents.extract(member, folder))
            # Everybody may read what is unpacked, and run what the archive lets its owner run, whatever the umask says.
            runnable = member.is_dir() or (member.external_attr >> 16) & 0o100
            target.chmod(0o755 if runnable else 0o644)


def _new_server_home(distribution: Path, parent: Path | None) -> Path:
    """Make the folder that belongs to one server: config, data, logs and tmp."""
    temporary = parent or Path(tempfile.gettempdir())
    if RUNS_AS_ROOT and not _others_may_enter(temporary):
        temporary = _cache_folder()
    home = Path(tempfile.mkdtemp(prefix="jiandu-elasticsearch-", dir=temporary))
    for name in ("data", "logs", "tmp"):
        (home / name).mkdir()
    config = home / "config"
    shutil.copytree(distribution / "config", config)
    settings = SETTINGS | {"path.data": str(home / "data"), "path.logs": str(home / "logs")}
    lines = [f"{name}: {json.dumps(value)}" for name, value in settings.items()]
    (config / "elasticsearch.yml").write_text("\n".join(lines) + "\n")
    if RUNS_AS_ROOT:
        owner = pwd.getpwnam(UNPRIVILEGED_USER)
        for path in (home, *home.rglob("*")):
            os.chown(path, owner.pw_uid, owner.pw_gid)
    return home


def _launch(distribution: Path, java: Path, home: Path) -> subprocess.Popen[bytes]:
    owner = pwd.getpwnam(UNPRIVILEGED_USER) if RUNS_AS_ROOT else None
    environment = os.environ | {
        "ES_JAVA_HOME": str(java),
        "ES_PATH_CONF": str(home / "config"),
        "ES_TMPDIR": str(home / "tmp"),
        "ES_JAVA_OPTS": "-Xms1g -Xmx1g",
        "HOME": str(home),
    }
    # The launcher tells the server to end when it is told so itself, and the kernel tells it when this process dies.
    follow_parent = ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []
    with (home / "logs" / "console.log").open("wb") as console:
        return subprocess.Popen(
            [*follow_parent, distribution / "bin" / "elasticsearch"],
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            cwd=home / "logs",
            env=environment,
            # A session of its own: Ctrl-C reaches the tests first, and `stop` ends launcher and server together.
            start_new_session=True,
            user=owner.pw_uid if owner else None,
            group=owner.pw_gid if owner else None,
            extra_groups=[] if owner else None,
        )


def _is_healthy(url: str) -> bool:
    # GET / answers 405 in this distribution, so the cluster's health is what tells that the server is there.
    question = f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s"
    try:
        with urllib.request.urlopen(question, timeout=5) as answer:  # noqa: S310 - the address is our own
            return not json.load(answer)["timed_out"]
    except (OSError, urllib.error.URLError):
        return False


def _end_process_group(process: subprocess.Popen[bytes]) -> None:
    """End the launcher and the server it started, which share a process group led by the launcher."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)
        # One that was paused would never hear of it.
        os.killpg(process.pid, signal.SIGCONT)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def main() -> int:
    """Get everything ready and say what the tests will run."""
    try:
        java = find_java()
        distribution = unpacked_distribution()
    except ElasticsearchUnavailableError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{distribution.name} on the Java runtime {java}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
