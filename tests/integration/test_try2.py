import time, json, os
from tests.integration.access_record import opened_record
from tests.integration.access_probes import all_probes
from tests.integration.access_walk import Walk
from tests.acceptance.access_table import printed_schema, read_table
from tests.integration.graphql_client import served
from tests.integration.test_access_table import UNSEEN
async def test_x(postgres, tmp_path):
    out=open('/tmp/walk.txt','w')
    async with opened_record(postgres, tmp_path) as r, served(r.database, open_locally=False) as client:
        probes=all_probes(printed_schema(), r)
        for name in os.environ.get('WHO','west.officer').split(','):
            w=Walk(r.viewers[name], read_table(), r)
            slow=[]
            for p in probes:
                t=time.time(); await w.ask(client,[p]); slow.append((round(time.time()-t,3), p.question.name, str(p.question.variables)[:60]))
            print('##',name, len(probes), sum(s[0] for s in slow), file=out)
            print(*sorted(slow,reverse=True)[:12], sep='\n', file=out)
            print('LEAKS', len(w.leaks), *w.leaks[:int(os.environ.get('N','40'))], sep='\n  ', file=out)
            print('DIFF', *w.differences(unseen=UNSEEN), sep='\n  ', file=out)
            print('TROUBLE', *dict.fromkeys(w.trouble), sep='\n  ', file=out)
            out.flush()
