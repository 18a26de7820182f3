"All checks, a line each, and their count at the end: `python .ci/check.py [name …]` runs those whose name contains a word."
import hashlib, json, os, re, subprocess, sys, tempfile, time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
ENV = os.environ | dict(HF_HUB_OFFLINE='1', OMP_NUM_THREADS='1', PYTHONIOENCODING='utf-8', PATH=f'{BIN}{os.pathsep}{os.environ["PATH"]}')
for name in ('WIKIART_SHARED', 'WIKIART_CACHE', 'WIKIART_OUT', 'WIKIART_ARTIFACTS'): ENV.pop(name, None)

def run(*cmd, env=None, cwd=ROOT, timeout=1200):
    "Run a command; its stdout. An error with the end of its output where it fails."
    r = subprocess.run([str(c) for c in cmd], capture_output=True, text=True, encoding='utf-8', errors='replace', env=ENV | (env or {}), cwd=cwd, timeout=timeout, stdin=subprocess.DEVNULL)
    if r.returncode: raise AssertionError(f'{" ".join(map(str, cmd))}: exit {r.returncode}\n{(r.stdout + r.stderr)[-4000:]}')
    return r.stdout

def state():
    "Hashes of all that is generated or cleaned."
    files = [*ROOT.glob('wikiart_retrieval/*.py'), *ROOT.glob('nbs/**/*.ipynb'), ROOT/'README.md']
    return {p.relative_to(ROOT).as_posix(): hashlib.sha256(p.read_bytes().replace(b'\r\n', b'\n')).hexdigest() for p in files if '.ipynb_checkpoints' not in p.parts}

def in_sync():
    "Notebooks are clean, and modules and README are what they export."
    before = state()
    run(BIN/'nbdev_export'); run(BIN/'nbdev_clean'); run(sys.executable, '.ci/readme.py')
    after = state()
    changed = sorted(f for f in before.keys() | after.keys() if before.get(f) != after.get(f))
    assert not changed, f'not in sync, run make export: {", ".join(changed)}'

def requirements():
    "What is installed fits together."
    run(sys.executable, '-m', 'pip', 'check')

def imports_fast():
    "The package imports without torch, in under half a second."
    code = 'import sys,time; t=time.perf_counter(); import wikiart_retrieval; assert "torch" not in sys.modules; print(time.perf_counter()-t)'
    took = min(float(run(sys.executable, '-c', code)) for _ in range(3))
    assert took < .5, f'{took:.2f} s'

def no_paths():
    "No path of a machine and no picture of a data set is tracked."
    tracked = run('git', 'ls-files').splitlines()
    assert not [f for f in tracked if f.endswith(('.parquet', '.pkl', '.pickle', '.pth'))]
    outputs = ROOT.glob('nbs/**/*.ipynb')
    for p in outputs:
        found = re.search(r'"[^"]*(/home/|/root/|/Users/|C:\\\\Users)[^"]*"', p.read_text(encoding='utf-8'))
        assert not found, f'{p.name}: {found[0][:100]}'

def cli():
    "The installed commands, end to end on a small gallery."
    with tempfile.TemporaryDirectory() as d:
        exe = lambda n: BIN/(n + ('.exe' if os.name == 'nt' else ''))
        run(exe('wikiart-build'), '--source', 'gallery', '--sample-size', 40, '--offline', cwd=d)
        hits = json.loads(run(exe('wikiart-search'), 'flowers in a vase', '-k', 5, '--json', '--sheet', 'sheet.png', cwd=d))
        assert [h['rank'] for h in hits] == [1, 2, 3, 4, 5] and (Path(d)/'sheet.png').stat().st_size > 10_000
        found = json.loads(run(exe('wikiart-search'), '--image', Path(d)/hits[0]['path'], '-k', 1, '--json', cwd=d))[0]
        assert found['id'] == hits[0]['id'] and found['distance'] <= .02
        omni = json.loads(run(exe('wikiart-search'), 'flowers', '--genre', 'still_life', '--tag', 'calm', '-k', 3, '--json', cwd=d))
        assert all(h[f] not in ('', None) for h in hits + omni for f in 'path title author style genre caption distance'.split())
        said = run(exe('wikiart-publish-captions'), 'someone/captions', '--dry-run', cwd=d)
        assert 'reads it back equal' in said and (Path(d)/'artifacts/publish/README.md').is_file(), said
        assert '240 records' in run(exe('wikiart-inspect'), 'gallery', '--pictures', 2, cwd=d)
        cited = run(exe('wikiart-search'), 'flowers in a vase', '-k', 3, '--save', 'search.json', '--html', 'page.html', '--iiif', 'iiif/manifest.json', '--cite', 'bibtex', cwd=d)
        assert cited.count('@misc{') == 5 and (Path(d)/'page.html').stat().st_size > 10_000 and json.loads((Path(d)/'iiif/manifest.json').read_text(encoding='utf-8'))['type'] == 'Manifest', cited
        assert 'the same answer' in run(exe('wikiart-search'), '--replay', 'search.json', cwd=d)
        assert 'dry run' in run(exe('wikiart-push'), 'artifacts', 'someone/drawings', '--dry-run', cwd=d)
        run(exe('wikiart-caption'), '--captioner', 'none', cwd=d)
        again = subprocess.run([str(exe('wikiart-search')), '--replay', 'search.json'], capture_output=True, text=True, env=ENV, cwd=d)
        assert again.returncode == 1 and 'captioner' in again.stdout, again.stdout + again.stderr

def docs():
    "The site builds, and every rule for it holds; each rule is known to be able to fail."
    run(sys.executable, '.ci/docs.py', 'prove')
    run(sys.executable, '.ci/docs.py')

def in_browser(script):
    "A page in a real browser; a line with the reason where none can be had."
    said = run(sys.executable, f'.ci/{script}.py', ROOT/'artifacts/screenshots')
    return next((l for l in said.splitlines() if l.startswith('no browser')), None)

def first_command():
    "`make run` as a new user types it, and again."
    if os.name == 'nt': return
    out = run('make', 'run')
    for m in ('image', 'caption', 'omni'): assert (ROOT/f'artifacts/sheets/{m}.png').stat().st_size > 50_000, m
    assert out.count('wikiart-build --') >= 2 and 'make lab' in out
    t = time.time()
    run('make', 'run')
    print(f'    make run again: {time.time()-t:.0f} s')

def notebook(path, env=None):
    "One notebook, top to bottom, by nbdev_test."
    run(BIN/'nbdev_test', '--path', path, '--n_workers', 0, '--do_print', env=env)

def search_page(path):
    "The search notebook on a small collection: by nbdev_test, and in a real Jupyter kernel."
    with tempfile.TemporaryDirectory() as d:
        run(BIN/'wikiart-build', '--source', 'gallery', '--sample-size', 40, '--encoder', 'bundled', '--offline', '--out', f'{d}/small')
        notebook(path, dict(WIKIART_ARTIFACTS=d))
        run(BIN/'jupyter', 'execute', path.name, cwd=path.parent, env=dict(WIKIART_ARTIFACTS=d))

def main(words):
    books = sorted(p for p in ROOT.glob('nbs/**/*.ipynb') if '.ipynb_checkpoints' not in p.parts and '_proc' not in p.parts)
    alone = [(f.__name__, f, ()) for f in (in_sync, requirements, imports_fast, no_paths, docs)]
    how = lambda p: search_page if p.name == 'search.ipynb' else notebook
    slow = sorted([(f'notebook {p.relative_to(ROOT/"nbs").as_posix()}', how(p), (p,)) for p in books], key=lambda o: -o[2][0].stat().st_size)
    pool = slow + [('cli', cli, ())]
    pages = [(f'browser {s}', in_browser, (s,)) for s in ('browser_lab', 'browser_demo', 'browser_export', 'browser_map', 'browser_tray')]
    last = [('first_command', first_command, ())]
    passed, failed, began = 0, 0, time.time()
    def one(check):
        name, f, args = check
        t = time.time()
        try: skipped = f(*args)
        except Exception as e: return False, f'FAILED {name}: {e}'
        if skipped: return None, f'SKIPPED {name}: {skipped}'
        return True, f'passed {name} ({time.time()-t:.0f} s)'
    for group, workers in ((alone, 1), (pool, 2), (pages, 1), (last, 1)):
        group = [c for c in group if not words or any(w in c[0] for w in words)]
        with ThreadPoolExecutor(workers) as ex:
            for ok, line in ex.map(one, group):
                print(line, flush=True)
                passed, failed = passed + (ok is True), failed + (ok is False)
    print(f'all checks took {time.time()-began:.0f} s')
    print(f'{passed} passed, {failed} failed')
    return failed > 0 or passed == 0

if __name__ == '__main__': sys.exit(main(sys.argv[1:]))
