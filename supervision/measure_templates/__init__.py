"""The words of a measure's draft, one YAML file a kind; `supervision.measure_drafting` fills them in.

A template is written so:

    kind: RECOMMENDATION
    heading: 检察建议书                 # of the document
    addressee: 公安机关                 # where none is given; left out: the agency of the first case
    opening: 本院在…中发现：            # the paragraph before the cases
    each_case: "{document_number}…"    # a paragraph for each case
    closing: [..., ...]                # the paragraphs after them
    limits:                            # the paragraph about the reply
      named: 请于{limit}前…            # its author named a day
      lawful: 请…{period}内…           # the law in force sets a period
      none: 请…                        # neither
    court:                             # where the words to a court differ: its opening and closing; may be left out

What stands in braces: procuratorate, addressee, about (the first case, and how many more), period, limit; of each case
agency, document_number, party, decided_on, content, facts, findings. A fact that the record does not have is written as
a gap (＿＿), which the author fills in.
"""
