"""What can go wrong with a build and a collection, done on purpose and counted: `python .ci/bench_faults.py [part …] [--kills 50] [--pictures 600] [--flips 100]`.

Parts: kill, signals, full, readonly, flips, hostile, network; all if none is named. Every build is a process of its own. Prints a table; exit code 1 if one row failed."""
import argparse, importlib.util, json, os, platform, random, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
ENV = os.environ | dict(HF_HUB_OFFLINE='1', OMP_NUM_THREADS='1', PYTHONPATH=str(ROOT))
DRIVER = '''import contextlib, json, signal, sys
from wikiart_retrieval.build import build_corpus
from wikiart_retrieval.cli import run
signal.signal(signal.SIGINT, signal.default_int_handler)                              # a shell may have said to ignore it
args = json.loads(sys.argv[1])
def told(*o): print(*o, flush=True)
def work():
    wait = args.pop('patience', None)
    if wait: from wikiart_retrieval.network import patience
    with patience(**wait) if wait else contextlib.nullcontext(): build_corpus(**args, encoder='bundled', captioner='tags', quiet=True, offline=True, on_progress=told)
code = run('wikiart-build', work)
try: import resource
except ImportError: pass
else: print('peak', *(resource.getrusage(w).ru_maxrss//1024 for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)), flush=True)
sys.exit(code)'''
rng = random.Random(6)

def start(out, source, n=None, before=(), **options):
    "A build in a process of its own; its progress comes on stdout."
    args = json.dumps(dict(source=str(source), out=str(out), sample_size=n) | options)
    return subprocess.Popen([*before, sys.executable, '-c', DRIVER, args], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding='utf-8', cwd=tempfile.gettempdir())

def ended(p):
    "Exit code, the lines of errors on stderr; `p.peak` is the most memory it took, its helpers' beside it, in MB."
    out, err = p.communicate(timeout=1200)
    p.peak = next((l.split()[1:] for l in out.splitlines() if l.startswith('peak ')), ['?', '?'])
    return p.returncode, [l for l in err.splitlines() if l.startswith(('wikiart-build:', 'Traceback'))]

def build(out, source, n=None, **options):
    "A whole build; an error where it fails."
    code, lines = ended(start(out, source, n, **options))
    assert code == 0, (code, lines)

def reached(p, stage, done):
    "Wait until a build is so far; False where it ended before that."
    for line in p.stdout:
        s, d, _ = line.split()
        if s == stage and int(d) >= done: return True
    return False

def files(root):
    "The hash of every file of a collection, read from the disk."
    from wikiart_retrieval.core import read_manifest
    from wikiart_retrieval.verify import verify
    assert verify(root) == [], verify(root)[0]
    return read_manifest(root)['files']

def same(root, whole):
    "Is a collection byte for byte another one? The hashes of both."
    from wikiart_retrieval.build import collection_hashes
    from wikiart_retrieval.core import fingerprint
    a, b = files(root), files(whole)
    differ = sorted(f for f in a.keys() | b.keys() if a.get(f) != b.get(f))
    return not differ and collection_hashes(root) == collection_hashes(whole), f'{fingerprint(a)} and {fingerprint(b)}' + (f', differ in {", ".join(differ[:4])}' if differ else '')

# ---------- the rows: each gives (went well, what there is to say)

def kill(tmp, source, o):
    "kill -9 at chance moments of one build, then a clean run"
    from wikiart_retrieval.build import collection_hashes
    n, hits, late = o.pictures, {}, 0
    t = time.time()
    p = start(tmp/'whole', source)
    assert reached(p, 'caption', n), ended(p)
    t2 = time.time()                                                              # from here on it is indexed and written
    assert ended(p)[0] == 0
    once, tail = time.time() - t, time.time() - t2
    # half while pictures are fetched and encoded, the others before, among the captions, and while the collection is written
    plan = sorted([('encode', rng.randrange(1, n)) for _ in range(o.kills // 2)], key=lambda x: x[1])
    plan = [('fetch', 1)] * (o.kills // 10) + plan
    plan += [('caption', rng.randrange(1, n)) for _ in range((o.kills - len(plan)) // 2)]
    plan += [('publish', n)] * (o.kills - len(plan))
    for stage, done in plan:
        while True:
            p = start(tmp/'killed', source)
            if stage == 'fetch': time.sleep(rng.uniform(0, 4))                    # whatever it is doing then: importing, loading, reading
            elif reached(p, 'caption' if stage == 'publish' else stage, done): time.sleep(rng.uniform(0, .9*tail if stage == 'publish' else .2))
            alive = p.poll() is None
            p.kill()
            p.communicate()
            if alive: break
            late += 1
        hits[stage] = hits.get(stage, 0) + 1
        print(f'  killed {sum(hits.values())} of {len(plan)} in {stage}', file=sys.stderr, flush=True)
    t, there = time.time(), (tmp/'killed/manifest.json').exists()
    build(tmp/'killed', source)
    ok, hashes = same(tmp/'killed', tmp/'whole')
    left = [x.name for x in (tmp/'killed/.build').iterdir() if x.name.startswith(('work.', 'data.', 'repair.'))]
    for k, v in collection_hashes(tmp/'killed').items(): print(f'  {k:10} {v}', file=sys.stderr)
    return ok and not left, f'{len(plan)} kills ({", ".join(f"{v} in {k}" for k, v in hits.items())}); {late} builds ended before their kill; {"with" if there else "still without"} a collection before the clean run; hashes {hashes}; uninterrupted {once:.0f} s, the clean run {time.time()-t:.0f} s'

NOBODY = 65534

def nobody():
    "The beginning of a command for an unprivileged user; None where it cannot be had."
    if not hasattr(os, 'geteuid') or os.geteuid() != 0 or not shutil.which('setpriv'): return None
    user = ['setpriv', f'--reuid={NOBODY}', f'--regid={NOBODY}', '--clear-groups']
    can = subprocess.run([*user, sys.executable, '-c', 'import wikiart_retrieval.build, onnxruntime'], env=ENV, capture_output=True, cwd='/').returncode == 0
    return user if can else None

def signals(tmp, source, o):
    "SIGINT and SIGTERM in the middle, then a clean run"
    build(tmp/'whole-150', source, 150)
    said = []
    for sig in (signal.SIGINT, signal.SIGTERM):
        out = tmp/f'signal-{sig.name}'
        for stage in ('encode', 'caption'):
            p = start(out, source, 150)
            assert reached(p, stage, 70), 'ended before the signal'
            p.send_signal(sig)
            code, lines = ended(p)
            assert code != 0 and not any(l.startswith('Traceback') for l in lines), (code, lines)
            said.append(f'{sig.name} in {stage}: exit {code}')
        build(out, source, 150)
        ok, hashes = same(out, tmp/'whole-150')
        if not ok: return False, hashes
    return True, '; '.join(said) + f'; hashes {hashes}'

def full(tmp, source, o):
    "a full disk: the old collection stays whole, the next run goes on"
    if not hasattr(os, 'geteuid') or os.geteuid() != 0 or not shutil.which('mount'): return None, 'needs root and mount'
    if not (tmp/'whole-150').exists(): build(tmp/'whole-150', source, 150)
    disk, size = tmp/'disk', sum(p.stat().st_size for p in (tmp/'whole-150').rglob('*') if p.is_file())
    disk.mkdir()
    mount = lambda *a: subprocess.run(['mount', *a], capture_output=True, text=True)
    if (r := mount('-t', 'tmpfs', '-o', f'size={size}', 'tmpfs', str(disk))).returncode: return None, f'no tmpfs can be mounted ({r.stderr.strip()})'
    try:
        build(disk/'c', source, 40)
        old, said = files(disk/'c'), []
        for part in (.5, .8, .95):                                                # too little for the pictures, for the data, for the last files
            used = sum(p.stat().st_size for p in disk.rglob('*') if p.is_file())
            mount('-o', f'remount,size={max(int(size*part), int(used*1.02))}', str(disk))
            code, lines = ended(start(disk/'c', source, 150))
            if code == 0: said.append(f'{part:.0%}: enough'); break
            assert code == 1 and len(lines) == 1 and 'full' in lines[0], (code, lines)
            said.append(f'{part:.0%}: exit 1, one line')
            assert files(disk/'c') == old, 'the old collection was hurt'
        mount('-o', f'remount,size={4*size}', str(disk))
        build(disk/'c', source, 150)
        ok, hashes = same(disk/'c', tmp/'whole-150')
        return ok, f'room for {"; ".join(said)}; then hashes {hashes}'
    finally: subprocess.run(['umount', '-l', str(disk)])

def readonly(tmp, source, o):
    "a folder that cannot be written to, as an unprivileged user"
    if not (user := nobody()): return None, 'needs root, setpriv, and an installation that all can read'
    for p in (tmp, source): p.chmod(0o755)
    if not (tmp/'whole-150').exists(): build(tmp/'whole-150', source, 150)
    before, said = files(tmp/'whole-150'), []
    (tmp/'locked').mkdir()
    for out, what in ((tmp/'locked/new', 'a new collection'), (tmp/'whole-150', 'an old one')):
        code, lines = ended(start(out, source, 40, before=user))
        assert code == 1 and len(lines) == 1 and 'cannot write' in lines[0], (code, lines)
        said.append(f'{what}: exit 1, one line')
    return files(tmp/'whole-150') == before, '; '.join(said)

def flips(tmp, source, o):
    "one byte changed in one file, each named; ten at once, repaired"
    from wikiart_retrieval.verify import flip, repair, verify
    if not (tmp/'whole-150').exists(): build(tmp/'whole-150', source, 150)
    root = tmp/'flipped'
    shutil.copytree(tmp/'whole-150', root)
    names = [f for f in ['manifest.json', *files(root)] if (root/f).stat().st_size]
    data = [f for f in names if not f.startswith(('images/', 'thumbs/'))]
    named = 0
    for i in range(o.flips):                                                      # half among the data, half among all
        rel = rng.choice(data if i % 2 else names)
        whole = (root/rel).read_bytes()
        flip(root/rel, rng)
        named += [d.file for d in verify(root)] == [rel] and 'wikiart-build --repair' in verify(root)[0].fix
        (root/rel).write_bytes(whole)
    hurt = ['manifest.json', *rng.sample(data[1:], 4), *rng.sample(names[len(data):], 5)]
    for rel in hurt: flip(root/rel, rng)
    mended = {d['file'] for d in repair(root, offline=True)}
    ok, hashes = same(root, tmp/'whole-150')
    return named == o.flips and mended >= set(hurt) and ok, f'{named} of {o.flips} named, nothing else; {len(hurt)} at once mended, hashes {hashes}'

def hostile(tmp, source, o):
    "a folder of hostile and odd files, read by an unprivileged user where there is one"
    if not importlib.util.find_spec('wikiart_retrieval.hostile'): return None, 'wikiart_retrieval.hostile is not here'
    from wikiart_retrieval.core import read_manifest
    from wikiart_retrieval.hostile import hostile_folder
    made, out, user = hostile_folder(tmp/'hostile'), tmp/'odd', nobody()
    out.mkdir()
    if user:
        tmp.chmod(0o755)
        shutil.chown(out, NOBODY, NOBODY)
    p = start(out, tmp/'hostile', before=user or ())
    code, lines = ended(p)
    if code: return False, f'exit {code}: {lines}'
    m = read_manifest(out)
    ok = files(out) == m['files']
    return ok, f'{len(made)} made: {m["count"]} used, {m["skipped"]} skipped with a reason{" (unprivileged)" if user else ""}; peak memory {p.peak[0]} MB, of a helper {p.peak[1]} MB'

def network(tmp, source, o):
    "parquet over HTTP, 30 % of all requests spoiled: dropped, stalled, cut off, 429, 500, 503"
    if not importlib.util.find_spec('wikiart_retrieval.network'): return None, 'wikiart_retrieval.network is not here'
    from datasets import Dataset, Features, Image, Value, disable_progress_bars
    from wikiart_retrieval.network import FaultyServer
    disable_progress_bars()
    pictures = [dict(image=dict(bytes=p.read_bytes(), path=p.name), title=p.stem) for p in sorted(source.iterdir())[:150]]
    (tmp/'served').mkdir()
    Dataset.from_list(pictures, features=Features(dict(image=Image(), title=Value('string')))).to_parquet(tmp/'served/x.parquet', batch_size=5)
    wait = dict(attempts=12, timeout=120., wait_initial=.05, wait_max=1., wait_jitter=.2, stall=2.)
    said = {}
    for name, share in (('calm', 0), ('rough', .3)):
        with FaultyServer(tmp/'served', share, seed=1) as server:
            build(tmp/name, f'{server.url}/x.parquet', 150, patience=wait)
            said[name] = dict(server.log)
    ok, hashes = same(tmp/'rough', tmp/'calm')
    return ok and sum(said['rough'].values()) > said['rough']['served'], f'requests {said["rough"]} (faultless {said["calm"]}); hashes {hashes}'

PARTS = dict(kill=kill, signals=signals, full=full, readonly=readonly, flips=flips, hostile=hostile, network=network)

def machine():
    "Processor, cores, system."
    cpu = next((l.split(':', 1)[1].strip() for l in Path('/proc/cpuinfo').read_text().splitlines() if l.startswith('model name')), '') if Path('/proc/cpuinfo').exists() else platform.processor()
    return f'{cpu or platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}'

def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument('parts', nargs='*', metavar='part', help=', '.join(PARTS))
    for k, v in dict(kills=50, pictures=600, flips=100).items(): p.add_argument(f'--{k}', type=int, default=v)
    o = p.parse_args()
    if bad := set(o.parts) - PARTS.keys(): p.error(f'unknown part {min(bad)}: use {", ".join(PARTS)}')
    rows = []
    with tempfile.TemporaryDirectory() as d:
        tmp, source = Path(d), Path(d)/'pictures'
        from wikiart_retrieval.gallery import draw
        source.mkdir()
        for i in range(max(o.pictures, 150)): draw(i, size=128).image.save(source/f'{i:04}.jpg', quality=90)
        if o.pictures < 150: o.pictures = 150
        for name in o.parts or PARTS:
            t = time.time()
            try: ok, said = PARTS[name](tmp, source, o)
            except Exception as e: ok, said = False, f'{type(e).__name__}: {e}'
            rows.append((name, {True: 'passed', False: 'FAILED', None: 'skipped'}[ok], time.time()-t, said.replace(str(tmp), '…')))
            print(f'{name}: {rows[-1][1]}', file=sys.stderr, flush=True)
    print(f'{machine()}; {o.pictures} drawn pictures, encoder bundled, captions by tags\n\n| part | result | seconds | what happened |\n|---|---|---|---|')
    for name, ok, took, said in rows: print(f'| {name}: {PARTS[name].__doc__} | {ok} | {took:.0f} | {said} |')
    return any(ok == 'FAILED' for _, ok, *_ in rows)

if __name__ == '__main__': sys.exit(main())
