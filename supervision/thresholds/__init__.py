"""The criminal thresholds (刑事追诉标准) that a penalty case may meet: `judge.judge_thresholds` says which.

A threshold is described in `thresholds.yaml`, the words it looks for stand in `words.yaml`, and its numbers, each with
its source and its days, in `supervision/law/threshold_*.yaml`. Only what makes an act a crime is here, never what
aggravates one. A description is written so:

    - code: mining.value               # under the one key `thresholds`
      form: amount                      # amount, words, goods, forest or repeat; `descriptions` has a class for each
      title_zh: 非法采矿的矿产品价值达到追诉标准
      measures: [mineral_value]         # what is held against the numbers
      limit: threshold.mining-value     # from this on CERTAIN; of a band its upper end
      limit_from: threshold.mining-value-from     # a band's lower end: POSSIBLE from here to `limit`
      limit_local: threshold.mining-value-local   # a setting that stands for the whole band where it is set
      unknown_before_first: true        # before the law's first version the number is unknown: Missing
      gate: threshold.expired-food      # a further value that must be in force, and is cited
      domains: [ENVIRONMENT]            # the case's domain must be one of these
      or_unknown_domain: true           # or not be known
      named: [substandard]              # a word of one of these lists must be asserted by the facts
      unless: [destructive_mining]      # and none of these
      certain_with: [planting]          # without a word of these lists POSSIBLE
      certain_beside: [ruined]          # which must stand in one clause with a word of these
      substances: [strict_metals]       # the quantity's substance must be one of these lists' words
      acts: waste                       # it must have been discharged, dumped or disposed of (`acts` reads that)
"""
