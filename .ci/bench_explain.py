"""Whether explanations are right, and how long they take: `python .ci/bench_explain.py [pointing] [deletion] [time]`, all three by default.
pointing: 200 drawings of seed 42 whose subject's place is known; the hottest point on it? Beside it each kind of view alone, the middle of the picture, and chance (the subject's mean area).
deletion: 200 validation captions and their pictures (WIKIART_SHARED); the cosine after blurring the marked 20 %, against the same shape moved by chance, against the mask of the picture before, and against filling with the mean colour.
time: a first explanation of a picture that was not seen yet, of one that was, with `bundled` on two cores. Choices were made on seed 7 and on the sample split."""
import io, os, statistics, sys, tempfile, time
cores = sorted(os.sched_getaffinity(0))[:2] if hasattr(os, 'sched_getaffinity') else []
if cores: os.sched_setaffinity(0, cores)
os.environ.setdefault('OMP_NUM_THREADS', str(len(cores) or 2))
os.environ['HF_HUB_OFFLINE'] = '1'
from dataclasses import replace
from pathlib import Path
import numpy as np
from PIL import Image
from wikiart_retrieval.encoders import get_encoder
from wikiart_retrieval.explain import SIDE, blurred, drawn_subject, explain, heat_maps, heat_of, losses, marked, moved, points_at, question_vector, see

def load(): return f'load {os.getloadavg()[0]:.1f}' if hasattr(os, 'getloadavg') else ''

def pointing(n=200, seed=42):
    "Share of drawings whose hottest point lies on the subject."
    from wikiart_retrieval.gallery import draw
    e, hits, area, kinds, i = get_encoder('bundled'), {}, [], {}, 0
    far = np.hypot(*(np.mgrid[:SIDE, :SIDE]-(SIDE-1)/2))
    while len(area) < n:
        found, i = drawn_subject(i, seed), i+1
        if found is None or not .01 < found[1].mean() < .5: continue
        name, where = found
        sight, q = see(e, draw(i-1, seed).image), question_vector(e, name)
        for k, h in (heat_maps(sight, q)|{'all, no edges': heat_of(replace(sight, colours=None), q), 'all, as shown': heat_of(sight, q), 'the middle': -far}).items(): hits.setdefault(k, []).append((points_at(h, where), points_at(h, where, .03)))
        kinds.setdefault(name, []).append(hits['all, as shown'][-1][0])
        area.append(where.mean())
        if len(area)%50 == 0: print(f'  {len(area)}: {np.mean(hits["all, as shown"], 0).round(3)}', file=sys.stderr, flush=True)
    print(f'pointing game, {n} of the first {i} drawings of seed {seed} (chance {np.mean(area):.3f}): on the subject, and within 3 % of the longer side')
    for k, v in hits.items(): print(f'  {k:16} {np.mean(v, 0)[0]:.3f} {np.mean(v, 0)[1]:.3f}')
    print('  by subject: '+', '.join(f'{k} {np.mean(v):.2f} ({len(v)})' for k, v in kinds.items()))

def filled(img, mask):
    "A picture whose marked part has the mean colour."
    m = Image.fromarray((mask*255).astype(np.uint8)).resize(img.size, Image.Resampling.BILINEAR)
    return Image.composite(Image.new('RGB', img.size, tuple(int(c) for c in np.asarray(img).mean((0, 1)))), img, m)

def shown(split, n):
    "Captions and pictures of a split, drawn by chance."
    from wikiart_retrieval.train_tuned import captioned
    recs, data, _ = captioned(os.environ['WIKIART_SHARED'], split)
    for i in np.random.default_rng(0).permutation(len(recs))[:n]: yield recs[i]['caption'], Image.open(io.BytesIO(data[i])).convert('RGB').resize((224, 224), Image.Resampling.BICUBIC)

def deleting(n=200, split='validation'):
    "Share of pictures where the marked part costs more than another."
    if 'WIKIART_SHARED' not in os.environ: return print('deletion: skipped, WIKIART_SHARED is not set')
    e, rng, rows, before = get_encoder('bundled'), np.random.default_rng(1), [], None
    for text, img in shown(split, n):
        sight, q = see(e, img), question_vector(e, text)
        maps = heat_maps(sight, q)
        m, cells = marked(heat_of(sight, q)), marked(next(iter(maps.values())))
        r, c = moved(m, rng), moved(cells, rng)
        rows.append(losses(e, [img]+[blurred(img, k) for k in (m, r, m if before is None else before, cells, c)]+[filled(img, k) for k in (m, r)], text))
        before = m
        if len(rows)%50 == 0: print(f'  {len(rows)}: {np.mean([o[0] > o[1] for o in rows]):.3f}', file=sys.stderr, flush=True)
    a = np.array(rows)
    print(f'deletion, {n} captions of {split}: share of pictures where blurring the marked 20 % costs more, and the mean losses')
    for name, x, y in (('as shown, against the same shape moved', 0, 1), ('as shown, against the mask of the picture before', 0, 2), ('cells of the whole picture alone, against the same moved', 3, 4), ('as shown, filled with the mean colour, against the same moved', 5, 6)):
        k = slice(1 if y == 2 else 0, None)
        print(f'  {name:62} {(a[k, x] > a[k, y]).mean():.3f}   {a[k, x].mean():.3f} against {a[k, y].mean():.3f}')

def timing(n=12):
    "Seconds of `explain` with a collection of drawings."
    from wikiart_retrieval.build import build_corpus
    from wikiart_retrieval.search import RetrievalService
    with tempfile.TemporaryDirectory() as d:
        build_corpus(source='gallery', sample_size=n+1, seed=42, encoder='bundled', out=Path(d)/'c', offline=True, quiet=True, captioner='tags')
        s, took = RetrievalService(Path(d)/'c', offline=True), {}
        explain(s, s.artworks[0].id, 'a boat at sea')                    # everything is loaded by now
        for a in s.artworks[1:]:
            for name, query in (('first time', 'a sailing boat on a calm sea under a blue sky'), ('another question', 'a horse standing in a meadow by a fence'), ('a picture', s.artworks[0].id)):
                t, c = time.perf_counter(), time.process_time()
                explain(s, a.id, query)
                took.setdefault(name, []).append((time.perf_counter()-t, time.process_time()-c))
    print(f'explain with bundled, {len(cores) or os.cpu_count()} cores, {os.environ["OMP_NUM_THREADS"]} threads, {load()}: seconds on the clock, of CPU, median of {n}')
    for k, v in took.items(): print(f'  {k:18} {statistics.median(t for t, _ in v):.2f} (best {min(t for t, _ in v):.2f})   {statistics.median(c for _, c in v):.2f}')

if __name__ == '__main__':
    for k in sys.argv[1:] or ['pointing', 'deletion', 'time']: dict(pointing=pointing, deletion=deleting, time=timing)[k]()
