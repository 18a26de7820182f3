"Push a collection with its pictures to the stand-in hub and pull it again, with 30% faults: `python .ci/bench_share.py COLLECTION [faults]`; times, requests, and whether all answers are the same."
import os, sys, tempfile, time
from pathlib import Path
os.environ['HF_HUB_OFFLINE'] = '1'
from wikiart_retrieval.core import read_manifest
from wikiart_retrieval.hub import StandInHub, in_child
from wikiart_retrieval.search import RetrievalService

def command(hub, home, which, *args):
    "A command in a process of its own, without long pauses; seconds and requests."
    t,n,bad = time.time(),len(hub.requests),sum(hub.faulted.values())
    r = in_child(hub, f"""import sys, wikiart_retrieval.network as n
n.PATIENCE.update(attempts=200, wait_initial=.01, wait_max=.05, wait_jitter=.0)
from wikiart_retrieval.share import {which}_main
sys.exit({which}_main({list(map(str, args))!r}))""", home=home)
    print(which, r.stdout.splitlines()[0].replace(str(home), '…'))
    print(f'  {time.time()-t:.1f} s, {len(hub.requests)-n:,} requests, of which {sum(hub.faulted.values())-bad:,} went wrong', flush=True)

def answers(root, root_of_queries):
    "Ids and scores of queries in the three modes."
    s = RetrievalService(root, offline=True)
    rows = [[(r.id, r.score, r.distance) for r in s.search_image(s.artworks[i].id, k=20)] for i in range(0, len(s), max(1, len(s)//50))]
    words = ('a boat on the sea', 'flowers in a vase', 'a woman in a white dress', 'a storm at night', 'an old man', 'abstract forms in red', 'a city street', 'a horse')
    rows += [[(r.id, r.score, r.distance) for r in s.search_caption(w, k=20)] for w in words]
    rows += [[(r.id, r.score, r.distance) for r in s.search_omni(text=w, genres=['landscape'], k=20)] for w in words]
    rows += [[(r.id, r.score, r.distance) for r in s.search_image(Path(root_of_queries)/s.artworks[i].path, k=20)] for i in range(0, len(s), max(1, len(s)//8))]
    return rows

def main():
    col,faults = Path(sys.argv[1]).resolve(),float(sys.argv[2]) if len(sys.argv)>2 else .3
    with tempfile.TemporaryDirectory() as d, StandInHub(faults=faults) as hub:
        d = Path(d)
        command(hub, d, 'push', col, 'someone/bare'); command(hub, d, 'pull', 'someone/bare', d/'bare')
        command(hub, d, 'push', col, 'someone/full', '--with-images', '--licence', 'cc0-1.0'); command(hub, d, 'pull', 'someone/full', d/'full')
        want = answers(col, col)
        for n in ('bare','full'): print(f'{n}: {sum(a==b for a,b in zip(want, answers(d/n, col)))} of {len(want)} answers the same')
        m = read_manifest(col)
        print(f'{sum((d/"full"/f).read_bytes()==(col/f).read_bytes() for f in m["files"])} of {len(m["files"])} files the same byte for byte')

if __name__=='__main__': main()   # nothing leaves this machine: the licence is for the test
