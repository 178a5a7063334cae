"""The rules of the law, one a file, each described for people in the YAML file beside it.

A rule's file defines one pure function:

    def evaluate(case: CaseFile, law: Law, calendar: Calendar, as_of: AsOf) -> Answer

`supervision.rule_book` finds every file, and checks that code and file name agree: `transfer.not-transferred` is
`transfer_not_transferred.py` and `.yaml`. Two or three worked examples stand beside in `.examples.yaml`, in the format
of `indexer.rule_examples`. A description is written so:

    code: transfer.late
    version: 1                        # one higher whenever its answers may change: cases are judged again then
    kind: LATE_TRANSFER               # an AnomalyKind
    title_zh: 批准移送后逾期移送
    title_en: Handed over late after approval
    condition_zh: ...                 # what must be true, in words
    condition_en: ...
    due_zh: ...                       # the last lawful day, in words
    due_en: ...
    law: [transfer.handover]          # the values of `supervision/law` a finding cites, settings too
    effective_from: 2001-07-09
    effective_until:                  # the last day, left empty while in force
    follow_ups: [transfer]            # kinds of record that are unknown for a case of the published table alone:
                                      # the rule then answers CannotTell with these
    only_with: [transfer]             # a case with no record of any of these kinds has no answer of this rule, but for
                                      # the CannotTell above; left empty where any case may have one
    gives_way_to:                     # one defect, one finding: with a finding of these there is none of this rule
      - rule: transfer.not-transferred
        certainty: POSSIBLE           # left out: any
"""
