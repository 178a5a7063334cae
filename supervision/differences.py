"""What one law says of a case and another does not, finding by finding."""

from dataclasses import dataclass

from schema.anomaly_records import CannotTell
from supervision.answers import Finding
from supervision.evaluation import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingChange:
    """A finding of one rule that is there before and after, and says something else."""

    rule: str
    before: Finding
    after: Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How two evaluations of one case differ, in the order of the rules; it is false where they do not."""

    appeared: tuple[Finding, ...]
    disappeared: tuple[Finding, ...]
    changed: tuple[FindingChange, ...]
    cannot_tell_appeared: tuple[CannotTell, ...]
    cannot_tell_disappeared: tuple[CannotTell, ...]

    def __bool__(self) -> bool:
        """Whether there is any."""
        return any(
            (self.appeared, self.disappeared, self.changed, self.cannot_tell_appeared, self.cannot_tell_disappeared)
        )


def difference(before: Evaluation, after: Evaluation) -> Difference:
    """What is found before and after, or only once.

    A finding changes with its certainty, its last lawful day, its days overdue, or its sentence, which cites the law. A
    rule that misses other fields cannot tell otherwise than before: one answer disappears, another appears.
    """
    old = {finding.rule: finding for finding in before.findings}
    new = {finding.rule: finding for finding in after.findings}
    return Difference(
        appeared=tuple(finding for rule, finding in new.items() if rule not in old),
        disappeared=tuple(finding for rule, finding in old.items() if rule not in new),
        changed=tuple(
            FindingChange(rule=rule, before=old[rule], after=finding)
            for rule, finding in new.items()
            if rule in old and _said(old[rule]) != _said(finding)
        ),
        cannot_tell_appeared=tuple(answer for answer in after.cannot_tells if answer not in before.cannot_tells),
        cannot_tell_disappeared=tuple(answer for answer in before.cannot_tells if answer not in after.cannot_tells),
    )


def _said(finding: Finding) -> object:
    return finding.certainty, finding.due_on, finding.overdue_days, finding.explanation
