"""What several criminal cases of one penalty case say taken together since the filing that counts (侦查).

Of several the latest decision counts. An earlier one may be the same police organ's, another's, or about another
suspect: what is done there after that filing is done in the case, what was over before it belongs to an earlier filing.
"""

from dataclasses import dataclass
from datetime import date

from schema.case_file import CaseFile
from schema.feed_records import CriminalCaseRecord
from supervision.coercions import FollowedCoercion, followed_coercions, has_ended
from supervision.follow_ups import is_concluded


@dataclass(frozen=True, slots=True, kw_only=True)
class DoneElsewhere:
    """What other criminal cases did after a filing; `concluded` is None where one was, and no record says when."""

    concluded: bool | None
    was_active: bool
    coercions: tuple[FollowedCoercion, ...]


def done_elsewhere(case: CaseFile, counting: CriminalCaseRecord, filed_on: date) -> DoneElsewhere:
    """What the criminal cases other than the one that counts did since it was filed."""
    others = [criminal_case for criminal_case in case.criminal_cases if criminal_case is not counting]
    conclusions = [_concluded_since(other, filed_on) for other in others if is_concluded(other)]
    return DoneElsewhere(
        concluded=True if True in conclusions else None if None in conclusions else False,
        was_active=any(activity.on >= filed_on for other in others for activity in other.activity),
        coercions=tuple(
            followed
            for other in others
            for followed in followed_coercions(other)
            if _runs_since(followed, other, filed_on)
        ),
    )


def _concluded_since(criminal_case: CriminalCaseRecord, filed_on: date) -> bool | None:
    """One concluded on the very day was concluded for the sake of the new filing."""
    days = (criminal_case.concluded_on, criminal_case.prosecuted_on, criminal_case.judged_on)
    known = [day for day in days if day is not None]
    return max(known) > filed_on if known else None


def _runs_since(followed: FollowedCoercion, criminal_case: CriminalCaseRecord, filed_on: date) -> bool:
    if followed.ended_on is not None:
        return followed.ended_on > filed_on
    return followed.coercion.begun_on >= filed_on or not has_ended(followed, criminal_case)
