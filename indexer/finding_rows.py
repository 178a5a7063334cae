"""What a run writes of a finding: its row, and why it was opened again, changed or resolved, in Chinese."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import TypeAdapter

from schema.anomaly_records import Evidence
from schema.case_file import CaseFile
from schema.vocabularies import AnomalyEventKind
from stores.case_files import parsed_file
from stores.judgements import KeptAnomaly
from supervision.anomalies import Step, evidence_digest
from supervision.answers import Finding
from supervision.case_changes import describe_changes
from supervision.law_values import LawValue

_EVIDENCE: Final = TypeAdapter(tuple[Evidence, ...])
_CITED: Final = TypeAdapter(tuple[LawValue, ...])


def pairs(
    known: Mapping[str, KeptAnomaly], findings: Sequence[Finding]
) -> list[tuple[KeptAnomaly | None, Finding | None]]:
    """Each rule's finding as it is kept beside what was found now."""
    now = {finding.rule: finding for finding in findings}
    return [(known.get(rule), now.get(rule)) for rule in sorted(known.keys() | now.keys())]


def changes(files: Mapping[int, Mapping[str, Any]], before: KeptAnomaly | None, file: CaseFile) -> str:
    """What changed in a case since a finding was found on it."""
    return "" if before is None else describe_changes(parsed_file(files[before.judged_file_id]), file)


def found_row(case_id: int, found: Finding, step: Step, reason: str) -> dict[str, Any]:
    """The row of a finding, and of the event that was its step, but for the file it rests on."""
    return {
        "case_id": case_id,
        "rule": found.rule,
        "kind": found.kind.value,
        "event": step.event.value,
        "reason": reason,
        "status": step.status.value,
        "certainty": found.certainty.value,
        "due_on": found.due_on,
        "done_on": found.done_on,
        "explanation": found.explanation,
        "evidence": _EVIDENCE.dump_python(found.evidence, mode="json"),
        "law": _CITED.dump_python(found.law, mode="json"),
        "rule_version": found.version,
        "evidence_digest": evidence_digest(found.evidence).hex(),
    }


def why_found(before: KeptAnomaly | None, found: Finding, step: Step, changes: str) -> str:
    """Why a finding was opened again or changed, in Chinese; nothing of one that is new."""
    if before is None:
        return ""
    reasons = [f"证据变化：{changes}"] if changes else []
    if before.anomaly.certainty is not found.certainty:
        reasons.append(f"由{before.anomaly.certainty.label}变为{found.certainty.label}")
    if before.anomaly.rule_version != found.version:
        reasons.append(f"规则由第{before.anomaly.rule_version}版改为第{found.version}版")
    if step.event is AnomalyEventKind.CHANGED and step.status is not before.anomaly.status:
        reasons.append(f"证据与处理时相同，恢复为{step.status.label}")
    return "；".join(reasons) or "法律、参数或判断日期变化"
