"""The map measured: `python .ci/bench_map.py COLLECTION [all|small|large|browser]`. Times of a processor beside times of the clock, for a busy machine shows in the second alone.

small: the pictures of COLLECTION laid out and grouped, and every seventh placed later in five ways. large: 81,444 random-but-clustered vectors of 640 dimensions. browser: those in JupyterLab: from the cell to the points, frames of dragging and zooming, pointing, the lasso.
The large map and its layout are kept in artifacts/bench-map, so that `browser` can be run alone."""
import os, sys, tempfile, time
from pathlib import Path
os.environ.setdefault('OMP_NUM_THREADS', '1')
sys.path.insert(0, str(Path(__file__).resolve().parent))
import numpy as np

N, KEPT = int(os.environ.get('WIKIART_N', 81_444)), Path(os.environ.get('WIKIART_OUT', 'artifacts'))/'bench-map'

class Timed:
    "Seconds of the clock and of this process."
    def __enter__(self): self.t, self.c = time.perf_counter(), time.process_time(); return self
    def __exit__(self, *_): self.t, self.c = time.perf_counter()-self.t, time.process_time()-self.c
    def __str__(self): return f'{self.c:.1f} s of a processor ({self.t:.1f} s by the clock)'

def said(q): return ', '.join(f'{k} {q[k]:.3f}' for k in ('trustworthiness', 'continuity', 'share'))

def large_vectors(n=N, d=640, kinds=60, seed=0):
    "Unit rows around centres of very different weight, with a few strong directions and noise in all."
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(kinds, d))
    weight = rng.gamma(1., size=kinds)
    which = rng.choice(kinds, n, p=weight/weight.sum())
    v = (centres/np.linalg.norm(centres, axis=1, keepdims=True))[which].astype('f4') + .6*rng.normal(size=(n, 20)).astype('f4')@(rng.normal(size=(20, d)).astype('f4')/d**.5) + .3*rng.normal(size=(n, d)).astype('f4')/d**.5
    return (v/np.linalg.norm(v, axis=1, keepdims=True)).astype('f4')

def large_service(collection, n=N):
    "A service over n made-up works: records and thumbnails of COLLECTION, many times over, and random vectors."
    from dataclasses import replace
    from wikiart_retrieval.core import fingerprint
    from wikiart_retrieval.search import RetrievalService
    some = RetrievalService(collection, offline=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    if not (KEPT/'images').exists():
        (KEPT/'images').symlink_to(Path(collection).resolve()/'thumbs')
        (KEPT/'thumbs').mkdir()
        for i in range(n): (KEPT/f'thumbs/{i:016x}.webp').symlink_to(Path(collection).resolve()/f'thumbs/{some.artworks[i % len(some)].id}.webp')
    if not (KEPT/f'{n}.npy').exists(): np.save(KEPT/f'{n}.npy', large_vectors(n))
    s = RetrievalService.__new__(RetrievalService)
    s.__dict__.update(some.__dict__)
    s.root, s.vectors = KEPT.resolve(), dict(image=np.load(KEPT/f'{n}.npy', mmap_mode='r'), omni=None, caption=None)
    s.manifest = some.manifest | dict(data='data', count=n, files={'data/image.npy': dict(sha256=fingerprint(['made up', n]))})
    s.artworks = [replace(some.artworks[i % len(some)], id=f'{i:016x}', path=f'images/{some.artworks[i % len(some)].id}.webp') for i in range(n)]
    s.row = {a.id: i for i, a in enumerate(s.artworks)}
    return s

def placing(V):
    "Trustworthiness and share of every seventh picture alone, placed among the others in five ways."
    from umap import UMAP
    from wikiart_retrieval.atlas import _ranks, place_new
    late = np.arange(len(V)) % 7 == 0
    fit = UMAP(n_neighbors=15, min_dist=.1, metric='cosine', random_state=42, n_jobs=1)
    base, near = fit.fit_transform(V[~late]), np.argsort(-(V[late]@V[~late].T), 1)[:, :5]
    w = np.exp((np.take_along_axis(V[late]@V[~late].T, near, 1)-1)/.05)[..., None]
    ways = {"UMAP's transform": lambda: fit.transform(V[late]), 'geometric median of 5': lambda: place_new(V[late], V[~late], base), 'geometric median of 15': lambda: place_new(V[late], V[~late], base, 15),
            'weighted mean of 5': lambda: (base[near]*w).sum(1)/w.sum(1), 'the nearest one': lambda: base[near[:, 0]]}
    n, k = len(V), 15
    for name, way in ways.items():
        xy = np.empty((n, 2), np.float32)
        xy[~late] = base
        with Timed() as t: xy[late] = way()
        high, low = 1-V@V.T, ((xy[:, None]-xy[None])**2).sum(-1)
        for d in (high, low): np.fill_diagonal(d, np.inf)
        far = _ranks(high, np.argpartition(low, k-1, axis=1)[:, :k])
        trust = 1-2/(k*(2*n-3*k-1))*np.maximum(far-k, 0).sum(1)
        print(f'  {name:24} new: trustworthiness {trust[late].mean():.3f}, share {(far<=k).mean(1)[late].mean():.3f}; old: {trust[~late].mean():.3f}, {(far<=k).mean(1)[~late].mean():.3f}; {t.c:.2f} s of a processor', flush=True)

def small(collection):
    from wikiart_retrieval.atlas import clusters, flatten, quality
    from wikiart_retrieval.search import RetrievalService
    s = RetrievalService(collection, offline=True)
    V = np.asarray(s.vectors['image'], np.float32)
    print(f'{len(V)} pictures, vectors of {V.shape[1]}')
    with Timed() as t: flatten(V[:100])
    print(f'  UMAP loaded and compiled: {t}')
    for m in ('umap', 'pca'):
        with Timed() as t: xy = flatten(V, m)
        print(f'  {m:4} {said(quality(V, xy))}: {t}', flush=True)
    print(f'  chance {said(quality(V, np.random.default_rng(0).normal(size=(len(V), 2))))}')
    with tempfile.TemporaryDirectory() as d:
        s.root = Path(d)
        with Timed() as t: cs = clusters(s)
    print(f'  groups: {t}')
    for c in cs: print(f'    {c.size:4} {c.name}')
    placing(V)

def large(collection):
    from wikiart_retrieval.atlas import clusters, layout
    s = large_service(collection)
    V = s.vectors['image']
    print(f'{len(s):,} random-but-clustered vectors of {V.shape[1]}')
    for m in ('pca', 'umap'):
        with Timed() as t: a = layout(s, m)
        print(f'  {m:4} {said(a.quality)}, asked of {a.quality["of"]:,}; laid out, measured and kept: {t}', flush=True)
        with Timed() as t: layout(s, m)
        print(f'       read again: {t}', flush=True)
    with Timed() as t: cs = clusters(s)
    print(f'  {len(cs)} groups, the largest {cs[0].size:,}: {t}', flush=True)

FRAMES = "() => { window.frames_ = []; let was = performance.now(); const f = t => { window.frames_.push(t - was); was = t; window.going_ = requestAnimationFrame(f) }; window.going_ = requestAnimationFrame(t => { was = t; f(t) }) }"

def frames(me, what, act):
    "Times between frames while something is done."
    me.page.evaluate(FRAMES)
    act()
    t = np.array(me.page.evaluate('() => { cancelAnimationFrame(window.going_); return window.frames_ }')[2:])
    print(f'  {what}: {len(t)} frames, median {np.median(t):.0f} ms, 95 % {np.quantile(t, .95):.0f} ms, slowest {t.max():.0f} ms', flush=True)

def browser(collection):
    from playwright.sync_api import sync_playwright
    from browser_lab import lab, run_all
    from browser_map import WEBGL, Mapper, write_notebook
    from browsers import chromium, launch
    big = chromium()
    if big is None: return
    here = str(Path(__file__).resolve().parent)
    os.environ['WIKIART_OUT'] = str(KEPT.parent.resolve())
    cells = [f'import sys; sys.path.insert(0, {here!r})\nfrom bench_map import large_service\nfrom wikiart_retrieval.atlas import map_widget\nimport jscatter, sklearn.cluster, ipywidgets, time\ns = large_service({str(Path(collection).resolve())!r})\ntime.time()',
             't, c = time.time(), time.process_time()\nview = map_widget(s)\nprint("KERNEL", t, time.process_time()-c, time.time()-t)\nview']
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        folder = write_notebook(Path(d)/'nb', cells)
        with lab(folder, KEPT) as url:
            b = launch(p, big, args=WEBGL)
            me = Mapper(b.new_page(viewport=dict(width=1300, height=1100)), Path(d), 'map')
            run_all(me.page, url)
            me.page.wait_for_function("() => /KERNEL/.test(document.querySelector('.jp-OutputArea')?.closest('.jp-Notebook')?.innerText || '')", timeout=200_000)
            t, c, w = (float(o) for o in me.page.locator('.jp-OutputArea-output', has_text='KERNEL').first.inner_text().split()[1:4])
            me.canvas()
            me.drawn(3000)
            print(f'  from the cell to the points on the screen: {time.time()-t:.1f} s by the clock; of it the kernel {w:.1f} s ({c:.1f} s of a processor)', flush=True)
            box, m = me.canvas().bounding_box(), me.page.mouse
            x, y = box['x']+box['width']/2, box['y']+box['height']/2
            def drag():
                m.move(x, y); m.down()
                for i in range(40): m.move(x+(i%20)*8, y+(i%10)*8)
                m.up()
            def zoom():
                for i in range(30): m.wheel(0, -60 if i<15 else 60)
            m.move(x, y)
            frames(me, 'nothing done', lambda: me.page.wait_for_timeout(2000))
            frames(me, 'dragged', drag)
            frames(me, 'zoomed in and out', zoom)
            spot = me.dots()[0]
            times = []
            for i in np.linspace(len(spot)*.3, len(spot)*.7, 7).astype(int):
                m.move(x, box['y']-30)
                me.page.wait_for_timeout(300)
                was = me.page.evaluate(PREVIEW)
                at, t = me.at(spot[i]), time.time()
                m.move(*at)
                try: me.page.wait_for_function(f'was => ({PREVIEW})() != was', arg=was, timeout=5000)
                except Exception: continue
                times.append(time.time()-t)
            print(f'  pointing at a point until its picture is there: median {np.median(times)*1000:.0f} ms of {len(times)}', flush=True)
            me.tool('lasso')
            for share in (.05, .4):
                before = me.page.evaluate("() => document.querySelector('.wr-map [role=status]')?.textContent || ''")
                t = me.ring(share)
                got = me.page.wait_for_function("was => { const e = document.querySelector('.wr-map [role=status]'), now = e?.textContent; return now && now != was ? now : '' }", arg=before, timeout=120_000)
                t = time.time()-t
                me.page.wait_for_function("() => { const l = [...document.querySelectorAll('.wr-map .wr-grid img')]; return l.length && l.every(i => i.complete && i.naturalWidth) }")
                print(f'  lasso: {got.json_value()}, after {t*1000:.0f} ms', flush=True)
                me.page.wait_for_timeout(1000)                            # two lassos at once are a double click
            b.close()

PREVIEW = "() => [...document.querySelectorAll('.wr-map *')].map(e => e.style.backgroundImage).filter(u => u.includes('data:image')).join()"

if __name__ == '__main__':
    collection, what = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else 'all'
    for f in (small, large, browser):
        if what in ('all', f.__name__): f(collection)
