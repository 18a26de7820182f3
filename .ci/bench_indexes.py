"""Indexes compared: `python .ci/bench_indexes.py [--cache FOLDER] [--rows 81444 1000000] [--only NAME …]`. Needs WIKIART_SHARED (the parquet files) and, for the rows of the table that are not ours,
`pip install usearch voyager lancedb`; what is not installed is left out. Vectors: the shared part (384-d) of `bundled-1` for the pictures of all three splits, encoded once and kept in FOLDER; then
copies normalise(x+e), e Gaussian of a fixed seed scaled so that the mean cosine with the original is .8, until there are as many rows as asked. Queries are 1,000 fresh copies that are in no index.
Every index is built and asked in a process of its own, with one thread. On a shared machine wall clocks say little, so both are kept: seconds of the wall, and CPU seconds of all the process's threads.
What takes more than ten minutes of CPU is stopped. The results go to `.ci/indexes.json`, which nbs/05a_backends.ipynb shows."""
import argparse, importlib.util, json, os, platform, resource, shutil, subprocess, sys, time
from pathlib import Path
for name in ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'LANCE_CPU_THREADS', 'TOKIO_WORKER_THREADS', 'RAYON_NUM_THREADS'): os.environ.setdefault(name, '1')
import numpy as np

SEED, COSINE, QUERIES, K, LIMIT = 42, .8, 1000, 10, 600
RESULTS = Path(__file__).with_name('indexes.json')
unit = lambda x: x/np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)

# ---- vectors ----
def pictures(cache, engine='bundled-1', part='shared'):
    "(n, d) vectors of the pictures, encoded once: `shared`, or `image`, all of the picture index."
    path = cache/f'{engine}-{part}.npy'
    if not path.is_file():
        import pyarrow.parquet as pq
        from wikiart_retrieval.encoders import get_encoder
        from wikiart_retrieval.images import load_image
        e, shared = get_encoder(engine, device='cpu'), Path(os.environ['WIKIART_SHARED'])
        files = [f for s in ('train', 'validation', 'sample') for f in sorted(shared.glob(f'{s}-*.parquet'))]
        x = np.concatenate([e.index_vectors([load_image(r['image']['bytes']) for r in b.to_pylist()]) for f in files for b in pq.ParquetFile(f).iter_batches(64, columns=['image'])])
        np.save(cache/f'{engine}-image.npy', x)
        np.save(cache/f'{engine}-shared.npy', e.shared(x))
    return np.load(path)

def copies(x, scale, rng):
    "Noisy copies of rows."
    return unit(x+np.float32(scale)*rng.standard_normal(x.shape, np.float32))

def noise_scale(x):
    "The standard deviation an element that makes the mean cosine with the original COSINE, by halving."
    low, high = 0., 1.
    for _ in range(30):
        mid = (low+high)/2
        if (copies(x, mid, np.random.default_rng(SEED))*x).sum(1).mean() > COSINE: low = mid
        else: high = mid
    return low

def prepare(cache, n):
    "Files of the rows, the queries and the true neighbours."
    if (cache/f'true-{n}.npy').is_file(): return
    x = pictures(cache)
    s = noise_scale(x)
    v = np.lib.format.open_memmap(cache/f'rows-{n}.npy', 'w+', np.float32, (n, x.shape[1]))
    rng = np.random.default_rng(SEED+1)
    for i in range(0, n, len(x)): v[i:i+len(x)] = (x if i == 0 else copies(x, s, rng))[:n-i]
    rng = np.random.default_rng(SEED+2)
    q = copies(x[rng.choice(len(x), QUERIES, replace=False)], s, rng)
    best = [np.zeros((QUERIES, 0), np.float32), np.zeros((QUERIES, 0), int)]
    for i in range(0, n, 50_000):
        c = q@v[i:i+50_000].T
        top = np.argpartition(-c, K, axis=1)[:, :K]
        best = [np.concatenate([best[0], np.take_along_axis(c, top, 1)], 1), np.concatenate([best[1], top+i], 1)]
        keep = np.argsort(-best[0], axis=1)[:, :K]
        best = [np.take_along_axis(b, keep, 1) for b in best]
    cos = (v[len(x):2*len(x)]*x[:max(0, min(len(x), n-len(x)))]).sum(1) if n >= 2*len(x) else np.array([np.nan])
    print(f'{n:,} rows of {x.shape[1]} dimensions from {len(x):,} pictures, noise {s:.5f} an element, mean cosine of a copy with its original {cos.mean():.3f}', flush=True)
    np.save(cache/f'queries-{n}.npy', q)
    np.save(cache/f'true-{n}.npy', best[1])

# ---- methods: build(vectors, path, **build settings); ask(path, vectors, **search settings) → function of (one query or (m, d) queries, k) → rows ----
def rerank(v, q, rows, k):
    "The k best of some rows by their true cosine."
    rows = rows[rows >= 0]
    return rows[np.argsort(-(v[rows]@q), kind='stable')[:k]]

def each(f):
    "A function of one query for many."
    return lambda q, k: f(q, k) if q.ndim == 1 else np.stack([f(o, k) for o in q])

def none(v, path): pass
def ask_numpy(path, v, block=65536):
    from wikiart_retrieval.indexes import ExactIndex
    index = ExactIndex(v, block)
    def many(q, k):
        best = [np.zeros((len(q), 0), np.float32), np.zeros((len(q), 0), int)]
        for i in range(0, len(v), block):
            c = q@v[i:i+block].T
            top = np.argpartition(-c, k, axis=1)[:, :k]
            best = [np.concatenate([best[0], np.take_along_axis(c, top, 1)], 1), np.concatenate([best[1], top+i], 1)]
        return np.take_along_axis(best[1], np.argsort(-best[0], axis=1)[:, :k], 1)
    return lambda q, k: index.query(q, k)[0] if q.ndim == 1 else np.concatenate([many(q[i:i+100], k) for i in range(0, len(q), 100)])

def ask_torch(path, v):
    import torch
    torch.set_num_threads(1)
    t = torch.from_numpy(np.asarray(v))
    def f(q, k):
        if q.ndim == 1: return torch.topk(t@torch.from_numpy(q), k).indices.numpy()
        return np.concatenate([torch.topk(torch.from_numpy(q[i:i+100])@t.T, k).indices.numpy() for i in range(0, len(q), 100)])
    return f

def build_annoy(v, path, trees):
    from wikiart_retrieval.indexes import build_annoy
    build_annoy(v, path, trees)
def ask_annoy(path, v, search_k):
    from wikiart_retrieval.indexes import AnnoySearch
    index = AnnoySearch(path, v, search_k)
    return each(lambda q, k: index.query(q, k)[0])

def build_usearch(v, path, dtype, connectivity=16, expansion_add=128):
    from usearch.index import Index
    index = Index(ndim=v.shape[1], metric='ip' if dtype != 'i8' else 'cos', dtype=dtype, connectivity=connectivity, expansion_add=expansion_add)
    index.add(np.arange(len(v)), np.asarray(v), threads=1)
    index.save(str(path))
def ask_usearch(path, v, ef, more=1):
    from usearch.index import Index
    index = Index.restore(str(path))
    index.expansion_search = ef
    def f(q, k):
        rows = np.asarray(index.search(q, k*more, threads=1).keys).astype(int)
        if more == 1: return rows
        return rerank(v, q, rows, k) if q.ndim == 1 else np.stack([rerank(v, a, r, k) for a, r in zip(q, rows)])
    return f

def build_voyager(v, path, dtype='Float32', M=16, ef_construction=128):
    import voyager
    index = voyager.Index(voyager.Space.InnerProduct if dtype == 'Float32' else voyager.Space.Cosine, v.shape[1], M, ef_construction, 1, len(v), storage_data_type=getattr(voyager.StorageDataType, dtype))
    index.add_items(np.asarray(v), num_threads=1)
    index.save(str(path))
def ask_voyager(path, v, ef, more=1):
    import voyager
    index = voyager.Index.load(str(path))
    def f(q, k):
        rows = index.query(q, k*more, num_threads=1, query_ef=ef)[0].astype(int)
        if more == 1: return rows
        return rerank(v, q, rows, k) if q.ndim == 1 else np.stack([rerank(v, a, r, k) for a, r in zip(q, rows)])
    return f

def build_faiss(v, path, factory, train=0):
    import faiss
    faiss.omp_set_num_threads(1)
    index = faiss.index_factory(v.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    if 'HNSW' in factory: (faiss.downcast_index(index)).hnsw.efConstruction = 128
    if not index.is_trained: index.train(np.ascontiguousarray(v[np.sort(np.random.default_rng(SEED).choice(len(v), min(len(v), train or len(v)), replace=False))]))
    for i in range(0, len(v), 65536): index.add(np.ascontiguousarray(v[i:i+65536]))
    faiss.write_index(index, str(path))
def ask_faiss(path, v, nprobe=None, ef=None, more=1):
    import faiss
    faiss.omp_set_num_threads(1)
    index = faiss.read_index(str(path))
    if nprobe: faiss.extract_index_ivf(index).nprobe = nprobe
    if ef: faiss.downcast_index(index).hnsw.efSearch = ef
    def f(q, k):
        rows = index.search(np.atleast_2d(q), k*more)[1]
        if more > 1: rows = np.stack([rerank(v, a, r, k) for a, r in zip(np.atleast_2d(q), rows)])
        return rows[0] if q.ndim == 1 else rows
    return f

def build_package(v, path):
    from wikiart_retrieval.backends import build_faiss
    build_faiss(v, path)
def ask_package(path, v, probes):
    from wikiart_retrieval.backends import FaissSearch
    import faiss
    faiss.omp_set_num_threads(1)
    index = FaissSearch(path, v, probes)
    return each(lambda q, k: index.query(q, k)[0])

def build_lance(v, path, kind, **o):
    import lancedb, pyarrow as pa
    d = v.shape[1]
    rows = ({'id': np.arange(i, min(len(v), i+50_000)), 'vector': pa.FixedSizeListArray.from_arrays(pa.array(np.asarray(v[i:i+50_000]).ravel()), d)} for i in range(0, len(v), 50_000))
    t = lancedb.connect(str(path)).create_table('t', (pa.table(r).to_batches()[0] for r in rows), schema=pa.schema([('id', pa.int64()), ('vector', pa.list_(pa.float32(), d))]))
    t.create_index(metric='dot', vector_column_name='vector', index_type=kind, **o)
def ask_lance(path, v, nprobes, refine=None, ef=None):
    import lancedb
    t = lancedb.connect(str(path)).open_table('t')
    def f(q, k):
        s = t.search(q).distance_type('dot').select(['id']).limit(k).nprobes(nprobes)
        if refine: s = s.refine_factor(refine)
        if ef: s = s.ef(ef)
        return s.to_arrow()['id'].to_numpy()
    return each(f)

METHODS = dict(numpy=(none, ask_numpy), torch=(none, ask_torch), annoy=(build_annoy, ask_annoy), usearch=(build_usearch, ask_usearch), voyager=(build_voyager, ask_voyager),
    faiss=(build_faiss, ask_faiss), package=(build_package, ask_package), lancedb=(build_lance, ask_lance))
NEEDS = dict(numpy='numpy', torch='torch', annoy='annoy', usearch='usearch', voyager='voyager', faiss='faiss', package='faiss', lancedb='lancedb')
ef = lambda *v, **o: [dict(ef=e, **o) for e in v]
probes = lambda *v, **o: [dict(nprobe=e, **o) for e in v]
SMALL = [('numpy', {}, [{}]), ('torch', {}, [{}]), ('faiss', dict(factory='Flat'), [{}]), ('package', {}, [dict(probes=p) for p in (8, 16, 24, 32, 57, 114, 228, 0)]),
    ('usearch', dict(dtype='f16'), ef(32, 64, 128, 256, 512)), ('annoy', dict(trees=100), [dict(search_k=s) for s in (5_000, 20_000, 80_000)]), ('faiss', dict(factory='PQ192x4fs', train=20_000), [dict(more=m) for m in (5, 20, 50)]),
    ('faiss', dict(factory='HNSW16,Flat'), ef(32, 64, 128, 256, 512)), ('faiss', dict(factory='IVF570,PQ192x4fs', train=36_480), probes(16, 57, 228, more=20)), ('voyager', {}, ef(32, 64, 128, 256, 512)),
    ('lancedb', dict(kind='IVF_PQ', num_partitions=570, num_sub_vectors=96), [dict(nprobes=57, refine=10), dict(nprobes=228, refine=20)]),
    ('usearch', dict(dtype='i8'), ef(64, 128, 256, 512, more=2)), ('voyager', dict(dtype='E4M3'), ef(64, 128, 256, 512, more=2)), ('annoy', dict(trees=25), [dict(search_k=s) for s in (5_000, 20_000, 80_000)]),
    ('faiss', dict(factory='RaBitQ', train=20_000), [dict(more=m) for m in (20, 50)]), ('faiss', dict(factory='IVF570,Flat', train=36_480), probes(16, 57, 228)), ('faiss', dict(factory='HNSW16,SQ8'), ef(64, 128, 256, 512, more=2)),
    ('lancedb', dict(kind='IVF_HNSW_SQ', num_partitions=1), [dict(nprobes=1, ef=e, refine=2) for e in (128, 512)]), ('annoy', dict(trees=200), [dict(search_k=s) for s in (20_000, 80_000)])]
LARGE = [('numpy', {}, [{}]), ('package', {}, [dict(probes=p) for p in (20, 50, 100, 200, 400, 0)]), ('faiss', dict(factory='PQ192x4fs', train=20_000), [dict(more=m) for m in (5, 20)]), ('faiss', dict(factory='IVF2000,PQ192x4fs', train=128_000), probes(50, 200, 800, more=20)),
    ('annoy', dict(trees=10), [dict(search_k=s) for s in (20_000, 80_000)]), ('usearch', dict(dtype='f16', expansion_add=64), ef(128, 512)), ('torch', {}, [{}]),
    ('faiss', dict(factory='HNSW16,SQ8'), ef(128, 512, more=2)), ('voyager', dict(dtype='E4M3', ef_construction=64), ef(128, 512, more=2)), ('lancedb', dict(kind='IVF_PQ', num_partitions=2000, num_sub_vectors=96), [dict(nprobes=200, refine=20)])]

# ---- one index in its own process ----
def resident():
    "MB of this process in memory."
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])/1024

def size_of(path):
    "MB on disk."
    return sum(p.stat().st_size for p in ([path] if path.is_file() else path.rglob('*')) if p.is_file())/2**20 if path.exists() else 0.

def build_one(cache, n, method, made, path):
    v = np.load(cache/f'rows-{n}.npy', mmap_mode='r' if n > 200_000 else None)
    t, c = time.perf_counter(), time.process_time()
    METHODS[method][0](v, path, **made)
    return dict(build_s=round(time.perf_counter()-t, 2), build_cpu_s=round(time.process_time()-c, 2), size_mb=round(size_of(path), 1))

def ask_one(cache, n, method, asks, path):
    "One result for each search setting."
    v, q, true = np.load(cache/f'rows-{n}.npy', mmap_mode='r'), np.load(cache/f'queries-{n}.npy'), np.load(cache/f'true-{n}.npy')
    before = resident()
    return [asked(METHODS[method][1](path, v, **o), v, q, true, before) for o in asks]

def asked(f, v, q, true, before):
    "Recall and times. Found is what is as near as the k-th truly nearest, so that rows that are alike count for one another."
    f(q[0], K), f(q[:3], K)
    many, rounds = np.zeros(2), 0
    while many[1] < 1 and rounds < 20:
        t, c = time.perf_counter(), time.process_time()
        got = f(q, K)
        many, rounds = many+(time.perf_counter()-t, time.process_time()-c), rounds+1
    memory, wall, began = resident()-before, [], time.process_time()
    for i in range(20*len(q)):                                # CPU clocks may tick as seldom as 100 times a second: measured over many queries
        t = time.perf_counter()
        f(q[i%len(q)], K)
        wall.append(time.perf_counter()-t)
        if i >= 29 and i%10 == 9 and time.process_time()-began > 1.5: break
    cpu = (time.process_time()-began)/len(wall)
    found = np.mean([(v[np.unique(a[a >= 0])]@o >= (v[b]@o).min()-1e-6).sum()/K for o, a, b in zip(q, got, true)])
    return dict(recall=round(float(found), 4), single_ms=round(float(np.median(wall))*1000, 4), single_cpu_ms=round(cpu*1000, 4), single_best_ms=round(float(np.min(wall))*1000, 4),
        batch_ms=round(many[0]/rounds/len(q)*1000, 4), batch_cpu_ms=round(many[1]/rounds/len(q)*1000, 4), singles=len(wall), memory_mb=round(memory, 1))

def apart(what, cache, n, method, settings, path):
    "A part in a process of its own; None where it was stopped or failed."
    job = json.dumps([what, str(cache), n, method, settings, str(path)])
    r = subprocess.run([sys.executable, __file__, '--job', job], capture_output=True, text=True, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (LIMIT, LIMIT)))
    if r.returncode < 0: return dict(stopped=f'stopped after {LIMIT} CPU s')
    if r.returncode: return dict(failed=(r.stderr.strip().splitlines() or ['?'])[-1][:200])
    return json.loads(r.stdout.splitlines()[-1])

# ---- with filters ----
def filters(cache, n, each=200):
    "Filtered queries, `each` random masks a share, by faiss and by comparing the allowed rows: are they equal, and the CPU ms of one."
    from wikiart_retrieval.backends import FaissSearch, build_faiss
    from wikiart_retrieval.indexes import ExactIndex
    import faiss
    faiss.omp_set_num_threads(1)
    v, q, rng, out = np.load(cache/f'rows-{n}.npy', mmap_mode='r'), np.load(cache/f'queries-{n}.npy'), np.random.default_rng(SEED+4), []
    path = cache/f'filters-{n}.faiss'
    if not path.is_file(): build_faiss(v, path)
    index, exact = FaissSearch(path, v), ExactIndex(v)
    for share in (.001, .01, .05, .2, .5, .9):
        jobs, found, took = [(o, rng.random(n) < share) for o in q[:each]], [], []
        for i in (index, exact):
            c = time.process_time()
            found.append([i.query(o, K, m) for o, m in jobs])
            took.append((time.process_time()-c)/each*1000)
        out.append(dict(n=n, share=share, masks=each, equal=sum(a[0].tolist() == b[0].tolist() for a, b in zip(*found)), as_near=sum(bool(np.abs(a[1]-b[1]).max() < 1e-6) for a, b in zip(*found)), faiss_ms=round(took[0], 3), exact_ms=round(took[1], 3)))
        print(out[-1], flush=True)
    return out

# ---- from words to results ----
WORDS = ('a sailing boat on the sea', 'flowers in a vase', 'a church', 'woman with a fan', 'snowy street at night', 'horses in a field', 'portrait of an old man with a beard', 'a stormy sky over mountains',
    'children playing on the beach near some boats', 'geometric shapes in red and blue')

def words(cache, n, only=None, engine='bundled'):
    "Milliseconds of `search_caption` over n pictures, by part and by backend: the engine's own picture vectors, repeated with noise like the others, in a service of a small collection."
    from dataclasses import replace
    from wikiart_retrieval.backends import FaissSearch, build_faiss
    from wikiart_retrieval.build import build_corpus
    from wikiart_retrieval.indexes import AnnoySearch, ExactIndex, build_annoy
    from wikiart_retrieval.search import RetrievalService
    build_corpus(40, 'gallery', cache/'small', encoder=engine, captioner='none', trees=0, offline=True, quiet=True)
    s = RetrievalService(cache/'small', offline=True)
    x = pictures(cache, s.encoder.name, 'image')
    scale, rng = noise_scale(x), np.random.default_rng(SEED+3)
    v = np.concatenate([x if i == 0 else copies(x, scale, rng) for i in range(0, n, len(x))])[:n]
    np.save(cache/'words.npy', v)
    s.vectors = dict(image=np.load(cache/'words.npy', mmap_mode='r'), caption=None, omni=None)
    s.artworks = [replace(s.artworks[i%40], id=f'{i:016x}') for i in range(n)]
    s.row = {a.id: i for i, a in enumerate(s.artworks)}
    took, out, inner = {}, [], {}
    def timed(name, f):
        def g(*a, **k):
            t, c = time.perf_counter(), time.process_time()
            r = f(*a, **k)
            took[name] = tuple(np.add(took.get(name, (0, 0)), (time.perf_counter()-t, time.process_time()-c)))
            return r
        return g
    s._vectors, s._results = timed('encoding', s._vectors), timed('metadata', s._results)
    paths = dict(exact=None, faiss=cache/'words.faiss', annoy=cache/'words.ann')
    for kind, path in paths.items():
        if only and kind not in only: continue
        t = time.process_time()
        if kind == 'faiss': build_faiss(s.vectors['image'], path)
        if kind == 'annoy': build_annoy(s.vectors['image'], path, 50)
        made = time.process_time()-t
        s._indexes['image'] = ExactIndex(s.vectors['image']) if kind == 'exact' else FaissSearch(path, s.vectors['image']) if kind == 'faiss' else AnnoySearch(path, s.vectors['image'])
        exact, q = ExactIndex(s.vectors['image']), copies(x[rng.choice(len(x), 200, replace=False)], scale, rng)
        alone, hits = [], []
        s.search_caption('warm up')
        for o in q:
            t, c = time.perf_counter(), time.process_time()
            r = s._indexes['image'].query(o, K)[0]
            alone.append((time.perf_counter()-t, time.process_time()-c))
            hits.append(len(set(r.tolist()) & set(exact.query(o, K)[0].tolist()))/K)
        rows = []
        for w in WORDS*3:
            took.clear()
            s._said = ('', None)                       # forget the last text's vector
            t, c = time.perf_counter(), time.process_time()
            s.search_caption(w, 10)
            total = time.perf_counter()-t, time.process_time()-c
            rows.append([total, took['encoding'], tuple(np.subtract(np.subtract(total, took['encoding']), took['metadata'])), took['metadata']])
        m = np.stack([np.median(np.array(rows), 0)[:, 0], np.mean(np.array(rows), 0)[:, 1]], 1)*1000   # of the wall the median, of the CPU, whose clock is coarse, the mean
        out.append(dict(n=n, d=v.shape[1], engine=s.encoder.name, backend=kind, build_cpu_s=round(made, 1), size_mb=round(size_of(path), 1) if path else 0., recall=round(float(np.mean(hits)), 4), query_ms=round(float(np.median(alone, 0)[0])*1000, 3), query_cpu_ms=round(float(np.mean(alone, 0)[1])*1000, 3),
            **{f'{p}_{w}': round(float(m[i, j]), 2) for i, p in enumerate(('total', 'encoding', 'search', 'metadata')) for j, w in enumerate(('ms', 'cpu_ms'))}))
        print(out[-1], flush=True)
    return out

def machine():
    "Its processor and cores."
    names = [l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')] if os.path.exists('/proc/cpuinfo') else []
    return f'{names[0] if names else platform.machine()}, {len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()} cores'

def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('--cache', type=Path, default=Path('artifacts/bench-indexes'), help='folder of vectors and indexes, never committed')
    p.add_argument('--rows', type=int, nargs='+', default=[81_444, 1_000_000])
    p.add_argument('--only', nargs='+', help='methods')
    p.add_argument('--match', default='', help='only settings that contain this')
    p.add_argument('--words', action='store_true', help='only from words to results, over the first of --rows')
    p.add_argument('--results', type=Path, default=RESULTS, help='where the results go')
    p.add_argument('--filters', action='store_true', help='only filtered queries')
    p.add_argument('--job', help=argparse.SUPPRESS)
    a = p.parse_args()
    if a.job:
        what, cache, n, method, settings, path = json.loads(a.job)
        print(json.dumps((build_one if what == 'build' else ask_one)(Path(cache), n, method, settings, Path(path))))
        return
    a.cache.mkdir(parents=True, exist_ok=True)
    there = json.loads(a.results.read_text()) if a.results.is_file() else dict(rows=[])
    there['machine'] = machine()+', one thread'
    if a.words:
        got = words(a.cache, a.rows[0], a.only)
        there['words'] = [r for r in there.get('words', []) if r['backend'] not in [g['backend'] for g in got]]+got
        a.results.write_text(json.dumps(there, indent=0)+'\n')
        return
    if a.filters:
        there['filters'] = [r for r in there.get('filters', []) if r['n'] not in a.rows]+[r for n in a.rows for r in filters(a.cache, n, 200 if n < 500_000 else 50)]
        a.results.write_text(json.dumps(there, indent=0)+'\n')
        return
    for n in a.rows:
        prepare(a.cache, n)
        for method, made, asks in (SMALL if n < 500_000 else LARGE):
            if (a.only and method not in a.only) or a.match not in json.dumps(made) or importlib.util.find_spec(NEEDS[method]) is None: continue
            path = a.cache/f'index-{n}'
            shutil.rmtree(path, ignore_errors=True); path.unlink(missing_ok=True)
            built = apart('build', a.cache, n, method, made, path)
            there['rows'] = [r for r in there['rows'] if not (r['n'] == n and r['method'] == method and r['made'] == made)]
            ok = not {'stopped', 'failed'} & set(built)
            got = apart('ask', a.cache, n, method, asks, path) if ok else []
            if isinstance(got, dict): built, got = built | got, []
            for o, r in zip(asks, got or [{}]*len(asks[:1])):
                row = dict(n=n, method=method, made=made, asked=o) | built | r
                there['rows'].append(row)
                print(f'{n:9,} {method:8} {json.dumps(made):60} {json.dumps(o):34}', {k: v for k, v in row.items() if k in ('build_cpu_s', 'size_mb', 'memory_mb', 'recall', 'single_ms', 'single_cpu_ms', 'batch_cpu_ms', 'stopped', 'failed')}, flush=True)
            a.results.write_text(json.dumps(there, indent=0)+'\n')

if __name__ == '__main__': main()
