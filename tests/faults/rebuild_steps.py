"""The requests a rebuild makes of Elasticsearch, one after another: each is a moment to attack it."""

from tests.faults.proxy import BULK, Proxy, Trap, Way

STEPS = {
    "resume": "GET /_alias/.*-rebuild",
    "create": "PUT /[^/]+",
    "fill": BULK,
    "refresh": "POST /.*-rebuild/_refresh",
    "compare": "POST /.*-rebuild/_pit",
    "count": "POST /.*-rebuild/_count",
    "settings": "PUT /[^/]+/_settings",
    "swap": "POST /_aliases",
    "tidy": r"GET /.*-cases-v\*",
    "drop": "DELETE /[^_].*",
}


def hold(proxy: Proxy, step: str, way: Way = Way.REQUEST) -> Trap:
    """Hold the next rebuild at a step."""
    return proxy.hold(STEPS[step], way, part="-rebuild" if step == "fill" else "")
