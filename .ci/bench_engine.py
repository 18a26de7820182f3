"""What the engine costs beside its models: `python .ci/bench_engine.py [picture.png]`.
An encoder that only waits (25 ms a picture): wall time of the build over the waiting. `bundled`, captions by tags: wall time over the CPU seconds of all stages spread over two cores. CLIP of its true size with random weights, no captions: wall time over that of its encoder alone; and how many times as fast as torch its copies in ONNX Runtime are.
`--grow [5000 100 bundled]`: what 100 more pictures cost in a collection of 5,000 (`stand-in` for the engine alone).
With WIKIART_SHARED the pictures are the first of validation, else drawings. Nothing else should run on the machine; the load is printed."""
import os, sys, tempfile, time
from pathlib import Path
cores = sorted(os.sched_getaffinity(0))[:2] if hasattr(os, 'sched_getaffinity') else []
if cores: os.sched_setaffinity(0, cores)
os.environ.update(HF_HUB_OFFLINE='1', OMP_NUM_THREADS=str(len(cores) or 2))

def machine():
    "CPU, cores used, load."
    try: cpu = next(l.split(':', 1)[1].strip() for l in open('/proc/cpuinfo') if l.startswith('model name'))
    except (OSError, StopIteration): import platform; cpu = platform.processor()
    return f'{cpu}, {len(cores) or os.cpu_count()} cores used, load {os.getloadavg()[0]:.1f}' if hasattr(os, 'getloadavg') else cpu

def pictures(folder, n, split='validation'):
    "Real pictures where they are at hand, else drawings."
    shared = os.environ.get('WIKIART_SHARED')
    if shared:
        import pyarrow.parquet as pq
        rows = (r['image']['bytes'] for f in sorted(Path(shared).glob(f'{split}-*.parquet')) for b in pq.ParquetFile(f).iter_batches(64, columns=['image']) for r in b.to_pylist())
        for i, data in zip(range(n), rows): (folder/f'{i:04}.jpg').write_bytes(data)
        return f'{n:,} pictures of {split}'
    from wikiart_retrieval.gallery import draw
    for i in range(n): draw(i).image.save(folder/f'{i:04}.jpg', quality=92, subsampling=0)
    return f'{n:,} drawings'

def build(folder, out, **options):
    "Wall and CPU seconds of one build, its timeline."
    from wikiart_retrieval.build import build_corpus
    spans, t, c = [], time.perf_counter(), time.process_time()
    build_corpus(source=str(folder), out=out, quiet=True, timeline=spans, **options)
    return time.perf_counter()-t, time.process_time()-c, spans

def grow(n=5000, more=100, encoder='bundled'):
    "Pictures added to a collection: CPU and wall seconds of the whole, of more pictures, of nothing new, of another vocabulary; the model is loaded before."
    import json
    from wikiart_retrieval.encoders import get_encoder
    from wikiart_retrieval.standin import StandIn
    from wikiart_retrieval.tags import Vocabulary
    enc = StandIn() if encoder == 'stand-in' else get_encoder(encoder)
    print('machine:', machine())
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        for f in ('pics', 'later', 'few'): (d/f).mkdir()
        print(pictures(d/'pics', n+more, 'train'))
        every = sorted((d/'pics').iterdir())
        for p in every[:40]: (d/'few'/p.name).write_bytes(p.read_bytes())
        for p in every[::(n+more)//more][:more]: p.rename(d/'later'/p.name)
        less = dict(Vocabulary.load().data)
        less['tags'] = less['tags'][:-5]
        (d/'less.json').write_text(json.dumps(less))
        build(d/'few', d/'warm', encoder=enc, captioner='tags')
        calls, real = [0], enc.index_vectors
        def counting(images):
            calls[0] += len(images)
            return real(images)
        enc.index_vectors = counting
        def step(name, **options):
            calls[0] = 0
            wall, cpu, _ = build(d/'pics', d/'grown', encoder=enc, captioner='tags', **options)
            print(f'{name:34}{calls[0]:7,} encoded {cpu:8.1f} s of CPU {wall:8.1f} s', flush=True)
            return cpu
        whole = step(f'{n:,} pictures')
        for p in (d/'later').iterdir(): p.rename(d/'pics'/p.name)
        ratio = step(f'{more} more among them')/whole
        step('nothing new')
        step('another vocabulary', vocabulary=d/'less.json')
        print(f'{more} more cost {100*ratio:.1f} % of the CPU seconds of {n:,}; load at the end: {os.getloadavg()[0]:.1f}')

def clip(d, n):
    "A CLIP of the true size with random weights, no captions: wall time over that of the encoder alone with pictures in memory, measured before and after."
    from bench_runtime import full_size_clip
    from wikiart_retrieval.encoders import get_encoder
    from wikiart_retrieval.images import load_image
    enc = get_encoder('clip', str(full_size_clip(d/'clip')), offline=True, device='cpu')
    (d/'some').mkdir()
    for p in sorted((d/'pics').iterdir())[:n]: (d/'some'/p.name).write_bytes(p.read_bytes())
    images = [load_image(p) for p in sorted((d/'some').iterdir())]
    build(d/'few', d/'warm3', encoder=enc, captioner='none', trees=5)                              # the texts of the vocabulary, once
    def alone():
        t = time.perf_counter()
        for i in range(0, n, enc.batch_size): enc.index_vectors(images[i:i+enc.batch_size])
        return time.perf_counter()-t
    before = alone()
    wall, _, _ = build(d/'some', d/'clip-built', encoder=enc, captioner='none', trees=100)
    own = (before+alone())/2
    return [(f'CLIP ViT-B/32 (random weights), {n} pictures', wall, own, wall/own)], runtimes(d, enc, images[:64])

def runtimes(d, enc, images, rounds=7):
    "The network alone by torch and by its copies in ONNX Runtime, in batches of 16, in turn: seconds, torch's seconds, how many times as fast (median of the rounds)."
    from statistics import median
    from bench_runtime import race
    from wikiart_retrieval.runtime import OnnxTower, image_tower, onnx_copy, torch_rows
    os.environ['WIKIART_CACHE'] = str(d/'cache')
    net, px = image_tower(enc.model), enc.pixels(images)
    copies = {k: OnnxTower(onnx_copy(net, px[:16], k, 'ViT-B/32')) for k in ('onnx', 'onnx-int8')}
    took = race(dict(torch=lambda b: torch_rows(net, b)) | {k: lambda b, c=c: c(b.numpy()) for k, c in copies.items()}, list(px.split(16)), rounds)
    s = {k: [o[0]*len(px)/1e3 for o in v] for k, v in took.items()}
    return [(f'ViT-B/32 by {k}, {len(px)} pictures', median(s[k]), median(s['torch']), median(b/o for b, o in zip(s['torch'], s[k]))) for k in copies]

def main(picture=None, n=600):
    from wikiart_retrieval.encoders import get_encoder
    from wikiart_retrieval.standin import StandIn, busy, timeline_picture
    from wikiart_retrieval.tags import neutral_sentences
    print('machine:', machine())
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        (d/'pics').mkdir()
        (d/'few').mkdir()
        what = pictures(d/'pics', n)
        for p in sorted((d/'pics').iterdir())[:40]: (d/'few'/p.name).write_bytes(p.read_bytes())
        build(d/'few', d/'warm', encoder=StandIn(), captioner='tags', trees=5)                     # imports
        wall, cpu, spans = build(d/'pics', d/'wait', encoder=StandIn(seconds=.025), captioner='none', trees=100)
        own = .025*n
        waits = {k: busy(spans, k) for k in dict.fromkeys(o[0] for o in spans)}
        rows = [('encoder that waits 25 ms, no captions', wall, own, wall/own)]
        enc = get_encoder('bundled')
        build(d/'few', d/'warm2', encoder=enc, captioner='tags')                                   # loads the models
        wall, cpu, spans = build(d/'pics', d/'bundled', encoder=enc, captioner='tags')
        rows.append((f'{enc.name}, captions by tags', wall, cpu/2, wall/(cpu/2)))
        more, fast = clip(d, n//3)
        rows += more
        print(f'{what}\n{"":46}{"wall s":>8}{"own s":>8}{"ratio":>7}   (own: the waiting; CPU seconds ÷ 2; the encoder alone)')
        for name, *v in rows: print(f'{name:46}{v[0]:8.1f}{v[1]:8.1f}{v[2]:7.2f}')
        print(f'{"":46}{"copy s":>8}{"torch s":>8}{"faster":>7}   (times as fast as torch)')
        for name, *v in fast: print(f'{name:46}{v[0]:8.1f}{v[1]:8.1f}{v[2]:7.2f}')
        print('seconds in which a stage was at work, beside the waiting encoder and beside', enc.name)
        for s in dict.fromkeys(o[0] for o in spans): print(f'  {s:12}{waits.get(s, 0):6.1f}{busy(spans, s):8.1f}')
        print('load at the end:', f'{os.getloadavg()[0]:.1f}' if hasattr(os, 'getloadavg') else '')
        if picture: timeline_picture(spans, f'{enc.name}: {what}').save(picture)

if __name__ == '__main__':
    if sys.argv[1:2] == ['--grow']: grow(*map(int, sys.argv[2:4]), *sys.argv[4:5])
    else: main(*sys.argv[1:2], *map(int, sys.argv[2:3]))
