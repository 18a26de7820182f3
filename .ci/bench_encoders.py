"""Pictures a second of the bundled engines side by side, decoding included: `python .ci/bench_encoders.py [FILE.parquet|gallery] [-n 96] [--rounds 5] [--engines bundled-2 bundled-1]`.
Without a file: the validation pictures of WIKIART_SHARED where it is set, else the gallery. Each round every engine encodes the same encoded pictures once, in turn and in an order
that changes from round to round, in this one process, after a warm-up; the table has medians. Threads: OMP_NUM_THREADS where it is set, else each runtime's own."""
import argparse, io, os, platform, statistics, time
from itertools import islice
from pathlib import Path

def machine():
    "The processor's name and the cores this process may use."
    names = [l.split(':')[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name')] if os.path.exists('/proc/cpuinfo') else []
    return f'{names[0] if names else platform.processor() or platform.machine()}, {len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()} cores, OMP_NUM_THREADS={os.environ.get("OMP_NUM_THREADS", "not set")}'

def jpegs(source, n):
    "n pictures as they are stored: the bytes of a parquet's column `image`, or drawings as JPEG."
    if source != 'gallery':
        import pyarrow.parquet as pq
        rows = (r for b in pq.ParquetFile(source).iter_batches(32, columns=['image']) for r in b.to_pylist())
        return [r['image']['bytes'] for r in islice(rows, n)]
    from wikiart_retrieval.gallery import draw
    def stored(i):
        f = io.BytesIO()
        draw(i).image.save(f, 'JPEG', quality=90)
        return f.getvalue()
    return [stored(i) for i in range(n)]

def once(engine, pics):
    "Wall and CPU seconds, decoding alone and in all."
    from wikiart_retrieval.images import load_image
    t, c, dec = time.perf_counter(), time.process_time(), 0.
    for i in range(0, len(pics), engine.batch_size):
        d = time.perf_counter()
        ims = [load_image(b) for b in pics[i:i+engine.batch_size]]
        dec += time.perf_counter()-d
        engine.index_vectors(ims)
    return time.perf_counter()-t, time.process_time()-c, dec

def main():
    from wikiart_retrieval.encoders import bundled_names, get_encoder
    files = sorted(Path(os.environ['WIKIART_SHARED']).glob('validation-*.parquet')) if os.environ.get('WIKIART_SHARED') else []
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument('source', nargs='?', default=str(files[0]) if files else 'gallery', help='a parquet file with a column image, or gallery')
    p.add_argument('-n', type=int, default=96, help='pictures (default: 96)')
    p.add_argument('--rounds', type=int, default=5, help='rounds (default: 5)')
    p.add_argument('--engines', nargs='+', default=bundled_names()[::-1], help='the last is what the others are compared with (default: all, newest first)')
    a = p.parse_args()
    engines = {n: get_encoder(n, device='cpu') for n in a.engines}
    if os.environ.get('OMP_NUM_THREADS', '').isdecimal():
        import torch
        torch.set_num_threads(int(os.environ['OMP_NUM_THREADS']))
    pics = jpegs(a.source, a.n)
    for e in engines.values(): once(e, pics[:e.batch_size])
    took = {n: [] for n in engines}
    for r in range(a.rounds):
        order = list(engines)[r % len(engines):]+list(engines)[:r % len(engines)]
        for n in order: took[n].append(once(engines[n], pics))
    med = {n: [statistics.median(v) for v in zip(*rows)] for n, rows in took.items()}
    base = a.engines[-1]
    print(f'{len(pics)} pictures of {Path(a.source).name}, decoding included, median of {a.rounds} interleaved rounds\n{machine()}\n')
    print(f'  {"engine":12} {"pictures/s":>10} {"slowest":>8} {"fastest":>8} {"CPU ms each":>12} {"decoding ms":>12} {"x "+base:>12} {"x by CPU":>9}')
    for n, (wall, cpu, dec) in med.items():
        walls, k = [w for w, _, _ in took[n]], len(pics)
        print(f'  {n:12} {k/wall:10.1f} {k/max(walls):8.1f} {k/min(walls):8.1f} {1000*cpu/k:12.1f} {1000*dec/k:12.1f} {med[base][0]/wall:12.2f} {med[base][1]/cpu:9.2f}')

if __name__ == '__main__': main()
