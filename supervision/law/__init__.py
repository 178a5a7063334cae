"""The dated, cited values of the law, one YAML file a family; `supervision.law_files` reads them.

A value is written so:

    filing.explanation:                       # the code rules ask for
      title_zh: 公安机关书面说明不立案理由的期限
      title_en: Time for the police to explain why they did not file
      unit: days                              # hours days months years yuan tonnes mu m3 count times percent flag duty
      days: calendar                          # periods only: working, calendar (moved off holidays), unmoved; a
                                              # version may have its own
      versions:                               # in order; the day of the event decides which is in force
        - value: 7                            # none where the unit is duty
          source: 人民检察院刑事诉讼规则（试行）（2012年）
          article: 第五百五十七条
          catalogue: filing.explain-7d        # the row of the catalogue of legal facts
          effective_from: 2013-01-01
          effective_until: 2019-12-29         # the last day in force; left out where it still is
          in_force_zh: ...                    # in place of "2013年1月1日起施行", where the text itself was not in force
                                              # on just these days (a transition, an application by analogy)
          note: ...                           # what a reader should know besides

`config: true` marks a setting: no national source was verified, the value is the default, a procuratorate may set
another for an agency, and a finding says that it rests on a setting. A setting has a `basis` in place of an article.
"""
