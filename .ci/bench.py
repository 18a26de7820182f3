"""Quality and speed on real pictures, as tables: `make bench`. Needs WIKIART_SHARED, a folder with `validation-*.parquet`, `sample-*.parquet`
(the schema of huggan/wikiart) and `captions-<split>.jsonl` (path, caption). Everything goes through the public commands and functions; captions are the
offline captioner's, and none of the evaluated captions is seen by the build."""
import json, os, subprocess, sys, tempfile, threading, time
from pathlib import Path
import numpy as np

BIN = Path(sys.executable).parent
shared = Path(os.environ.get('WIKIART_SHARED', ''))
if not os.environ.get('WIKIART_SHARED') or not list(shared.glob('validation-*.parquet')): sys.exit('make bench: set WIKIART_SHARED to the folder of the WikiArt parquet files')

def build(out, *args):
    "Build in a process of its own: seconds and peak memory in MB."
    t = time.time()
    p = subprocess.Popen([BIN/'wikiart-build', '--offline', '--out', out, *map(str, args)], stderr=subprocess.PIPE, text=True)
    lines = []
    reader = threading.Thread(target=lambda: lines.extend(p.stderr), daemon=True)
    reader.start()
    _, status, usage = os.wait4(p.pid, 0)
    reader.join()
    assert status == 0, ''.join(lines)[-2000:]
    return time.time()-t, usage.ru_maxrss/1024

def table(title, rows):
    "Print rows of (name, figure, bar)."
    print(f'\n{title}')
    for name, got, bar in rows: print(f'  {name:64} {got:>14}   {bar}')
    sys.stdout.flush()

with tempfile.TemporaryDirectory() as tmp:
    from wikiart_retrieval.search import RetrievalService
    from wikiart_retrieval.indexes import annoy_class
    cpu = next((l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')), '?') if os.path.exists('/proc/cpuinfo') else '?'
    print(f'{os.cpu_count()} cores, {cpu}')
    args = ('--encoder', 'bundled', '--captioner', 'tags')
    split = lambda s: next(shared.glob(f'{s}-*.parquet'))
    secs, mem = build(f'{tmp}/sample', '--source', split('sample'), *args)
    build(f'{tmp}/val', '--source', split('validation'), *args)
    for name in ('validation', 'sample'):
        s = RetrievalService(f'{tmp}/{"val" if name == "validation" else name}')
        keys = {a.source_key: a.id for a in s.artworks}
        asked = [(keys[r['path']], r['caption']) for r in map(json.loads, open(shared/f'captions-{name}.jsonl', encoding='utf-8')) if r['path'] in keys]
        def places(f): return np.array([next((r.rank for r in f(q) if r.id == id), 999) for id, q in asked])
        s.search_caption('warm up')
        t = time.perf_counter(); p = places(lambda q: s.search_caption(q, 10)); ms = (time.perf_counter()-t)/len(asked)*1000
        rows = [(f'caption → image, {len(asked)} captions: R@{k}', f'{(p <= k).mean():.3f}', '>= .65' if k == 10 else '') for k in (1, 5, 10)]
        for w, what in ((0., 'pictures alone'), (1., 'captions alone')): rows.append((f'  with caption_weight {w:.0f} ({what}): R@10', f'{(places(lambda q: s.search_caption(q, 10, w)) <= 10).mean():.3f}', ''))
        rows.append(('omni → image, the same captions as text: R@10', f'{(places(lambda q: s.search_omni(q, k=10)) <= 10).mean():.3f}', ''))
        style = {a.id: a.style for a in s.artworks}
        names = sorted(set(style.values()))
        def vote(id):
            n = np.bincount([names.index(style[r.id]) for r in s.search_image(id, 10)], minlength=len(names))
            return names[n.argmax()] == style[id]
        rows.append((f'image → image: leave-one-out 10-NN style accuracy, {len(names)} styles', f'{np.mean([vote(a.id) for a in s.artworks]):.3f}', '>= .42'))
        rows.append(('one caption query, encoding included', f'{ms:.1f} ms', ''))
        table(f'{name}: {len(s)} pictures, encoder {s.manifest["encoder"]["name"]}', rows)
        if annoy_class():
            a, rng = RetrievalService(s.root, backend='annoy'), np.random.default_rng(0)
            some = rng.choice(len(s), 200, replace=False)
            rec = {m: np.mean([len(set(a.index(m).query(np.asarray(s.vectors[m][i]), 10)[0]) & set(s.index(m).query(np.asarray(s.vectors[m][i]), 10)[0]))/10 for i in some]) for m in ('image', 'caption', 'omni')}
            table(f'{name}: Annoy against exact, recall@10 of 200 rows', [(m, f'{r:.4f}', '>= .99') for m, r in rec.items()])
    s = RetrievalService(f'{tmp}/sample')
    some = [s.artworks[i] for i in np.random.default_rng(0).choice(len(s), 100, replace=False)]
    hits = [s.search_image(s.picture_path(a), 1)[0] for a in some]
    table('the sample built by the command line', [('700 pictures, all stages, from process start', f'{secs:.0f} s', '< 180 s'), ('peak memory', f'{mem:,.0f} MB', '< 2,000 MB'),
        ('100 pictures searched by their file: found first', f'{np.mean([h.id == a.id for h, a in zip(hits, some)]):.2f}', '1.00'), ('  largest distance', f'{max(h.distance for h in hits):.4f}', '<= .02')])
    both = [build(f'{tmp}/g{i}', '--source', 'gallery', '--sample-size', 120, *args) for i in (1, 2)]
    a, b = (RetrievalService(f'{tmp}/g{i}') for i in (1, 2))
    ask = lambda v: [[r.id for r in v.search_caption(q, 20)] for q in ('boat', 'a church', 'flowers')] + [[r.id for r in v.search_image(o.id, 20)] for o in v.artworks[:20]] + [[r.id for r in v.search_omni(q, k=20)] for q in ('night', 'horse')]
    same = ask(a) == ask(b) and [o.caption for o in a.artworks] == [o.caption for o in b.artworks]
    from collections import Counter
    words = [w for w, n in Counter(w for o in a.artworks for w in set(o.subjects)).items() if n >= 10]
    p10 = np.mean([[w in a.get(r.id).subjects for r in a.search_caption(w, 10)] for w in words])
    table('gallery of 120, built twice', [('identical rankings and captions', str(same), 'True'), (f'mean P@10 over {len(words)} subject words', f'{p10:.3f}', '')])
    took = [float(subprocess.run([sys.executable, '-c', 'import sys,time; t=time.perf_counter(); import wikiart_retrieval; print(time.perf_counter()-t); assert "torch" not in sys.modules'], capture_output=True, text=True).stdout) for _ in range(5)]
    table('import wikiart_retrieval', [('median of 5', f'{np.median(took)*1000:.0f} ms', '< 500 ms')])
