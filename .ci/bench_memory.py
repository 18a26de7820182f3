"""Memory of a build of many pictures: `python .ci/bench_memory.py [20000 …]`. Tiny pictures, a stand-in encoder of 512 dimensions, captions from tags, Annoy; each size in a process of its own.
`--late N` leaves the fetching out: records and vectors are put into the store as if they had been fetched and encoded, and the build goes on from there, which is where memory is needed."""
import os, subprocess, sys, tempfile, time
from pathlib import Path
os.environ.update(HF_HUB_OFFLINE='1', OMP_NUM_THREADS='2')
DIM = 512

def peak():
    "Peak memory of this process in MB."
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss/1024

def own():
    "Peak of memory that is not mapped from files, in MB, as far as the system tells it now."
    return sum(int(l.split()[1]) for l in open('/proc/self/status') if l.startswith(('RssAnon','RssShmem')))/1024

def ahead(out, src, enc):
    "Fetched and encoded shards of a source, without decoding a picture."
    import numpy as np
    from wikiart_retrieval.build import SHARD, encode_key, batches, ordered_keys, source_identity, store_record
    from wikiart_retrieval.core import Layout, artwork_id
    from wikiart_retrieval.shards import Shards
    from wikiart_retrieval.sources import Record
    lay, rng = Layout(out), np.random.default_rng(0)
    with Shards(lay.build) as store:
        rec = next(iter(src))
        row, _ = store_record(rec, lay, src.name)
        key, data = encode_key(enc), {f: lay.file(f).read_bytes() for f in row['files']}
        for keys in batches(ordered_keys(src), SHARD):
            rows = []
            for k in keys:
                id = artwork_id(src.name, k)
                files = {f'images/{id}.png': data[row['picture']['path']], f'thumbs/{id}.webp': next(v for f, v in data.items() if 'thumbs' in f)}
                for f, v in files.items(): lay.file(f).write_bytes(v)
                rows.append(row|dict(id=id, source_key=k, meta=rec.meta|dict(title=f'Picture {k}', author=f'Painter {int(k)%97}'), picture=row['picture']|dict(path=f'images/{id}.png'), files={f: e for f, e in zip(files, row['files'].values())}))
            store.put('fetch', source_identity(src), [(r['id'], '') for r in rows], rows)
            v = rng.normal(size=(len(rows), DIM)).astype(np.float32)
            store.put('encode', key, [(r['id'], r['picture']['content_hash']) for r in rows], v/np.linalg.norm(v, axis=1, keepdims=True))

class Says:
    "A captioner that costs nothing."
    name, fingerprint, quick = 'says', 'says', True
    def caption(self, pictures): return [f'a picture in {p.image.getpixel((0,0))}' for p in pictures]

def one(n, late):
    "One build; a line."
    import numpy as np, pyarrow, PIL.Image, threading
    from wikiart_retrieval.build import build_corpus
    from wikiart_retrieval.standin import StandIn, TinyPictures
    class Fixed(TinyPictures):
        def describe(self): return super().describe()|dict(kind='hub', repo='tiny')        # as if at a fixed revision: what is fetched is not read again
    enc, most, stop = StandIn(dim=DIM), [0.], threading.Event()
    def watch():
        while not stop.wait(.05): most[0] = max(most[0], own())
    with tempfile.TemporaryDirectory() as d:
        src = Fixed(n)
        if late: ahead(d, src, enc)
        start = own()
        threading.Thread(target=watch, daemon=True).start()
        stages, t = {}, time.perf_counter()
        m = build_corpus(source=src, out=d, encoder=enc, captioner=Says() if late else 'tags', quiet=True, trees=10, on_progress=lambda s, *a: stages.__setitem__(s, own()))
        stop.set()
        print(f'{n:>8,} records{" (from the store)" if late else "":18} peak {peak():6,.0f} MB, of it not mapped from files {most[0]:6,.0f} MB (at the start {start:4,.0f} MB)   {time.perf_counter()-t:5.0f} s   {m["count"]:,} published', flush=True)

if __name__ == '__main__':
    args = sys.argv[1:] or ['5000', '20000']
    if args[0] == '--one': one(int(args[1]), 'late' in args)
    else:
        late = False
        for a in args:
            if a == '--late': late = True
            else:
                subprocess.run([sys.executable, __file__, '--one', a, *(['late'] if late else [])], check=True)
                late = False
