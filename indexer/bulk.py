"""The lines of a bulk request; every write carries the case's revision as its external version."""


def index_action(target: str, case_id: int, revision: int, document: str) -> bytes:
    """Index a document, unless the target has this revision or a higher one."""
    return (
        f'{{"index":{{"_index":"{target}","_id":"{case_id}","version":{revision},"version_type":"external"}}}}\n'
        f"{document}\n"
    ).encode()


def deletion(target: str, case_id: int, revision: int) -> bytes:
    """Delete a document, unless the target has a higher revision."""
    return (
        f'{{"delete":{{"_index":"{target}","_id":"{case_id}","version":{revision},"version_type":"external"}}}}\n'
    ).encode()
