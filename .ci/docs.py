"""The site: `python .ci/docs.py` makes it in `_docs` and checks it; `… prove` shows that each check can fail.
nbdev's processors write `_proc` from `nbs` (cells hidden, reference entries and links added); Quarto renders `_proc` where it is on the PATH, else smalldocs does.
Notebooks of modules are named after their module (`00_core.ipynb` → `core.html`), because the links that nbdev writes say so."""
import ast, contextlib, importlib, inspect, io, json, os, re, shutil, subprocess, sys, tempfile, textwrap, time, warnings
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit
import yaml

ROOT = Path(__file__).resolve().parent.parent
NBS, PROC, OUT = ROOT/'nbs', ROOT/'_proc', ROOT/'_docs'
sys.path.insert(0, str(ROOT))
os.environ['IN_TEST'] = '1'                                             # notebooks don't export while they are processed
VIEW, STATE = 'application/vnd.jupyter.widget-view+json', 'application/vnd.jupyter.widget-state+json'

# ---------------------------------------------------------------- pages and their order

def sources():
    "Pages below `nbs`, as POSIX paths."
    return sorted(p.relative_to(NBS).as_posix() for e in ('ipynb','qmd') for p in NBS.rglob(f'*.{e}') if not any(o[0] in '._' for o in p.relative_to(NBS).parts))

def cells(path): return json.loads((NBS/path).read_text(encoding='utf-8'))['cells']

def module_of(path):
    "The module a notebook exports, if it does."
    found = [m[1] for c in (cells(path) if path.endswith('.ipynb') else ()) if c['cell_type']=='code' and (m := re.search(r'^\s*#\|\s*default_exp\s+(\S+)', ''.join(c['source']), re.M))]
    return found[0] if found else None

def targets(paths):
    "Source → page: modules by their name; another page that would take a module's name is told apart."
    mods = {p:m for p in paths if (m := module_of(p))}
    name = lambda p: f'{mods[p]}.ipynb' if p in mods else re.sub(r'\.(ipynb|qmd)$', r'-page.\1', p) if p.rsplit('.',1)[0] in mods.values() else p
    return {p:name(p) for p in paths}

def order(path):
    "`order` in the front matter of a page, so that how-to pages need no numbers."
    m = re.match(r'---\n.*?^order: *(\d+)', (NBS/path).read_text(encoding='utf-8'), re.S|re.M) if path.endswith('.qmd') and (NBS/path).is_file() else None
    return int(m[1]) if m else 0

def expand(entries, paths):
    "Globs of the sidebar replaced by the pages they stand for, in order; the others as they are."
    out = []
    for e in entries:
        if isinstance(e, dict): out.append(e|dict(contents=expand(e.get('contents', []), paths)) if 'contents' in e else e)
        elif any(c in e for c in '*['): out += sorted((p for p in paths if Path(p).match(e) and p.count('/')==e.count('/')), key=lambda p: (order(p), p))
        else: out.append(e)
    return out

def listed(entries):
    "Pages of a sidebar, section by section."
    return [p for e in entries for p in (listed(e.get('contents', [])) + ([e['href']] if 'href' in e else []) if isinstance(e, dict) else [e])]

def sidebar(): return yaml.safe_load((NBS/'sidebar.yml').read_text(encoding='utf-8'))['website']['sidebar']

# ---------------------------------------------------------------- _proc

NOISE = re.compile(r'\d+%\|.*\||it/s\]|s/it\]|^\[transformers\]|Warning: |^\s*warn\(')

def still(cell):
    "Outputs of a cell for a reader without a kernel: no widget where there is HTML, no bars, no temporary folder; a widget alone is left out."
    kept = []
    for o in cell.get('outputs', []):
        d = o.get('data', {})
        if VIEW in d:
            if 'text/html' not in d: continue
            del d[VIEW]
        if o.get('name')=='stderr':
            text = '\n'.join(l for l in re.split(r'[\r\n]+', ''.join(o['text'])) if l.strip() and not NOISE.search(l))
            if not text: continue
            o['text'] = text+'\n'
        for box,key in [(o,'text')]*('text' in o) + [(d,k) for k in ('text/plain','text/html','text/markdown') if k in d]:
            box[key] = re.sub(r'(/private)?(/tmp|/var/folders/\w+/\w+/T)/tmp\w+', '…', ''.join(box[key]))
        kept.append(o)
    if 'outputs' in cell: cell['outputs'] = kept
    return cell

@lru_cache(maxsize=None)
def anchors(module):
    "Anchors of a module's reference entries."
    return {n.lower() for n in importlib.import_module(f'wikiart_retrieval.{module}').__all__}

def relink(text, names, here, site):
    "Links to notebooks by their new names, and absolute links to this site made relative."
    up = '../'*here.count('/')
    text = re.sub(r'\[(`[^`]+`)\]\('+re.escape(site)+r'/(\w+)\.html#(\w+)\)', lambda m: m[0] if m[3] in anchors(m[2]) else m[1], text)     # nbdev links private names too
    text = re.sub(re.escape(site)+r'/?(?=[\w#-])', up, text)
    def new(m):
        path = os.path.normpath(os.path.join(os.path.dirname(here), m[2])).replace(os.sep, '/')
        page = lambda p: re.sub(r'\.(ipynb|qmd)$', '.html', p)
        old = next((p for p in names if p==path or page(p)==path), None)
        if old is None or any(page(n)==path for n in names.values()): return m[0]         # names a page already
        to = os.path.relpath(names[old], os.path.dirname(names[here]) or '.').replace(os.sep, '/')
        return m[1]+(re.sub(r'\.(ipynb|qmd)$', '.html', to) if path.endswith('.html') else to)
    return re.sub(r'(\]\()((?!https?:)[^)#\s]+\.(?:ipynb|qmd|html))', new, text)

def plain_code(text):
    "No link inside a block of code, where nbdev puts them too."
    return re.sub(r'(?ms)^```python\n.*?^```$', lambda m: re.sub(r'\[(`[^`]+`)\]\([^)]*\)', r'\1', m[0]), text)

def table(paths):
    "The notebooks of modules in order: title and summary."
    rows = []
    for p in expand(['[0-9]*.ipynb'], paths):
        m = re.search(r'^# (.+?)\n+> (.+)', ''.join(next(''.join(c['source']) for c in cells(p) if c['cell_type']=='markdown')))
        rows.append(f'| {p[:3].rstrip("_")} | [{m[1]}]({p}) | {m[2]} |' if m else f'| | [{p}]({p}) | |')
    return '\n'.join(['| | notebook | what it tells |', '|---|---|---|', *rows])

def process(path, to, names, site, git):
    "One notebook by nbdev's processors; of its cells only the exported ones are run, for their reference entries."
    from execnb.nbio import read_nb, write_nb, mk_cell
    from nbdev.process import NBProcessor
    from nbdev.processors import FilterDefaults, exec_show_docs
    from nbdev.showdoc import show_doc
    class run_exports(exec_show_docs):
        def __call__(self, cell):
            if cell.directives_.keys() & {'export','exports','exporti','exec_doc'} or re.match(r'(#\|.*\n)*show_doc\(', cell.source or ''): super().__call__(cell)
        def end(self): self.nb.metadata.pop('widgets', None)
    procs = [run_exports if p is exec_show_docs else p for p in FilterDefaults().procs()]
    nb = NBProcessor(nb=read_nb(NBS/path), procs=procs)
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter('ignore')
        nb.process()
    nb = nb.nb
    for c in nb.cells:
        if c.cell_type=='raw': c.source = re.sub(r'^output-file:.*\n', '', c.source, flags=re.M)
        if c.cell_type=='markdown': c.source = relink(c.source, names, path, site)
        else:
            still(c)
            for o in c.get('outputs', []):
                if 'text/markdown' in o.get('data', {}): o['data']['text/markdown'] = plain_code(relink(''.join(o['data']['text/markdown']), names, path, site))
    nb.metadata.pop('widgets', None)
    nb.cells.append(mk_cell(f'::: {{.wr-source}}\n[This page is a notebook: {path}]({git}/blob/main/nbs/{path})\n:::', 'markdown'))
    to.parent.mkdir(parents=True, exist_ok=True)
    write_nb(nb, to)

def whole_theme(scss):
    "For smalldocs, which compiles no Sass: Bootstrap's stylesheet, then the plain values of our SCSS as Bootstrap's CSS variables, then its rules."
    import smalldocs
    text = scss.read_text(encoding='utf-8')
    defaults,rules = re.search(r'/\*-- scss:defaults --\*/(.*?)/\*-- scss:rules --\*/(.*)', text, re.S).groups()
    plain = {k:v for k,v in re.findall(r'^\$([\w-]+):\s*([^;$]+?)(?:\s*!default)?;', defaults, re.M)}
    rgb = lambda h: ', '.join(str(int(h[i:i+2], 16)) for i in (1,3,5))
    out = [f'--bs-{k}: {v};' for k,v in plain.items()] + [f'--bs-{k}-rgb: {rgb(v)};' for k,v in plain.items() if re.fullmatch('#[0-9a-f]{6}', v)]
    css = (Path(smalldocs.__file__).parent/'assets/vendor/bootstrap/bootstrap.min.css').read_text(encoding='utf-8')
    return css + '\n:root, [data-bs-theme] { ' + '\n'.join(out) + f' --bs-body-font-family: {plain["font-family-sans-serif"]}; --bs-emphasis-color: {plain["headings-color"]}; --bs-secondary-color: color-mix(in srgb, {plain["body-color"]} 78%, transparent); }}\n' + rules

def proc():
    "Write `_proc`; source → page, and faults."
    from nbdev.config import get_config
    cfg = get_config()
    site,paths = cfg.doc_host+cfg.doc_baseurl, sources()
    names,faults = targets(paths),[]
    shutil.rmtree(PROC, ignore_errors=True)
    for p in paths:
        to = PROC/names[p]
        if p.endswith('.ipynb'):
            try: process(p, to, names, site, cfg.git_url)
            except Exception as e: faults.append(f'{p}: cannot be processed: {" ".join(str(e).split())[:200]} ({type(e.__cause__ or e).__name__}: {e.__cause__ or ""})')
            continue
        text = relink((NBS/p).read_text(encoding='utf-8').replace('<!-- the notebooks -->', table(paths)), names, p, site)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(text, encoding='utf-8', newline='\n')
    for f in NBS.rglob('*'):
        if f.suffix in ('.css','.scss','.jpg','.png','.svg','.webp') and not any(o[0] in '._' for o in f.relative_to(NBS).parts):
            (PROC/f.relative_to(NBS)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(f, PROC/f.relative_to(NBS))
    from nbdev.quarto import refresh_quarto_yml
    refresh_quarto_yml()                                                # nbs/nbdev.yml from settings.ini
    shutil.copy(NBS/'nbdev.yml', PROC)
    side = sidebar()
    rename = lambda es: [e|dict(contents=rename(e['contents'])) if isinstance(e, dict) and 'contents' in e else names.get(e, e) if isinstance(e, str) else e for e in es]
    (PROC/'sidebar.yml').write_text(yaml.safe_dump(dict(website=dict(sidebar=side|dict(contents=rename(expand(side['contents'], paths))))), sort_keys=False, allow_unicode=True), encoding='utf-8')
    shutil.copy(ROOT/'_quarto.yml', PROC)
    return names, faults

# ---------------------------------------------------------------- rendering

def render(quarto):
    "`_docs` from `_proc`; faults."
    if quarto:
        r = subprocess.run([quarto, 'render', PROC, '--no-execute'], capture_output=True, text=True, encoding='utf-8', errors='replace')
        if r.returncode: return [f'quarto: {l}' for l in (r.stdout+r.stderr).splitlines()[-20:]]
        said = []
    else:
        from smalldocs.site import build
        cfg = yaml.safe_load((PROC/'_quarto.yml').read_text(encoding='utf-8'))
        themes = cfg['format']['html']['theme']
        for mode,scss in themes.items(): (PROC/f'{mode}.css').write_text(whole_theme(PROC/scss), encoding='utf-8')
        (PROC/'_quarto.yml').write_text(yaml.safe_dump(cfg|dict(smalldocs=dict(theme={m:f'{m}.css' for m in themes})), sort_keys=False), encoding='utf-8')
        with contextlib.redirect_stderr(io.StringIO()): said = build(PROC, quiet=True).warnings
    shutil.rmtree(OUT, ignore_errors=True)
    shutil.move(PROC/'_docs', OUT)
    return [f'smalldocs: {w}' for w in said if not w.endswith('is ignored') and 'broken link' not in w]     # the first are Quarto's keys, the second ours to find

# ---------------------------------------------------------------- checks: each gives its faults, a line each

class Page(HTMLParser):
    "Links, anchors and text of a rendered page."
    def __init__(self, text):
        super().__init__()
        self.links,self.ids,self.text,self.code,self.classes,self.images,self._skip,self._pre = [],set(),[],[],set(),0,0,0
        self.feed(text)
        self.body = ''.join(self.text)
    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag in ('script','style'): self._skip += 1
        if tag=='pre': self._pre += 1; self.code.append('')
        self.ids |= {v for k in ('id','name') if (v := a.get(k))}
        self.classes |= set((a.get('class') or '').split())
        self.images += tag=='img'
        self.links += [(tag, v) for k in ('href','src') if (v := a.get(k)) and not (tag=='link' and a.get('rel')=='canonical')]
    def handle_endtag(self, tag):
        if tag in ('script','style'): self._skip -= 1
        if tag=='pre': self._pre -= 1
    def handle_data(self, s):
        if self._skip: return
        self.text.append(s)
        if self._pre: self.code[-1] += s

def read_site(out): return {p.relative_to(out).as_posix(): Page(p.read_text(encoding='utf-8')) for p in sorted(out.rglob('*.html')) if 'site_libs' not in p.parts}

def check_pages(names, out):
    "Every page is there."
    return [f'{p}: not rendered ({h} is missing)' for p,n in names.items() if not (out/(h := re.sub(r'\.(ipynb|qmd)$', '.html', n))).is_file()]

def check_links(pages, out, git='', site='', tracked=()):
    "Files and anchors that links of the site name; files of our repository that links to it name; the form of all other addresses."
    faults,n = [],0
    for page,p in pages.items():
        for tag,href in p.links:
            n += 1
            if href.startswith('data:') or href=='javascript:void(0)': continue      # Quarto's buttons
            u = urlsplit(href)
            if site and href.startswith(site): u = urlsplit(os.path.relpath(href[len(site):].lstrip('/') or 'index.html', os.path.dirname(page) or '.').replace(os.sep,'/'))
            if u.scheme or u.netloc:
                inside = re.match(re.escape(git)+r'/(?:blob|tree|edit)/main/([^#?]+)', href) if git else None
                if inside and unquote(inside[1]) not in tracked: faults.append(f'{page}: {href} is not in the repository')
                elif u.scheme not in ('http','https','mailto') or not (u.scheme=='mailto' or '.' in u.netloc) or re.search(r'\s', href): faults.append(f'{page}: {href} is no address')
                continue
            to = os.path.normpath(os.path.join(os.path.dirname(page), unquote(u.path))).replace(os.sep,'/') if u.path else page
            if (out/to).is_dir() and to not in pages: to = f'{to}/index.html'.removeprefix('./')
            if not (out/to).is_file(): faults.append(f'{page}: dead link {href}')
            elif u.fragment and to in pages and unquote(u.fragment) not in pages[to].ids: faults.append(f'{page}: no such anchor {href}')
    return faults, n

LEAKS = [(r'(?m)^\s*#\|', 'a directive'), (r'Traceback \(most recent call last\)', 'a traceback'), (r'\d+%\|[ █▏▎▍▌▋▊▉#]*\|', 'a progress bar'), (r'\]\([\w./-]+\.(html|ipynb|qmd)[#)]', 'a raw link'), (r'\bVBox\(children|\bHBox\(children', "a widget's repr"),
         (r'(?<![\w.])(?:/home/|/root/|/Users/|/tmp/tmp|/private/)\w+|[A-Z]:\\Users|'+re.escape(str(ROOT))+r'\b', 'a path of a machine')]

def check_leaks(pages, hidden):
    "Nothing that was to stay behind: `hidden` is page → sources of hidden and exported cells."
    faults = []
    flat = lambda s: re.sub(r'\s+', '', s)
    for name,p in pages.items():
        for pat,what in LEAKS:
            if m := re.search(pat, p.body): faults.append(f'{name}: {what}: {p.body[max(0, m.start()-20):m.end()+40].strip()!r}')
        if 'cell-output-error' in p.classes: faults.append(f'{name}: the error of a cell')
        code = [flat(c) for c in p.code]
        for src in hidden.get(name, ()):
            if len(s := flat(src))>20 and any(s in c for c in code): faults.append(f'{name}: a hidden cell: {src.strip().splitlines()[0][:60]!r}')
    return faults

def hidden_cells(names):
    "Page → sources of cells that the site hides."
    out = {}
    for p,n in names.items():
        if not p.endswith('.ipynb'): continue
        src = [''.join(c['source']) for c in cells(p) if c['cell_type']=='code']
        out[re.sub(r'\.(ipynb|qmd)$', '.html', n)] = [re.sub(r'(?m)^\s*#\|.*\n?', '', s) for s in src if re.match(r'\s*#\|\s*(hide|export|exporti|default_exp)\b', s)]
    return out

def check_widgets(names, pages):
    "A page whose notebook shows a widget shows pictures too, and so do the landing page and the search page."
    has = lambda p: any(VIEW in o.get('data', {}) for c in cells(p) for o in c.get('outputs', []))
    return [f'{p}: no picture for readers without a kernel (run it: a widget needs a text/html beside it)' for p,n in names.items() if p.endswith('.ipynb') and (p in ('index.ipynb','search.ipynb') or has(p)) and (page := pages.get(n.replace('.ipynb', '.html'))) and not page.images]

def gives_back(f):
    "Does a function return or yield something?"
    try: todo = list(ast.parse(textwrap.dedent(inspect.getsource(f))).body[0].body)
    except (OSError, TypeError, SyntaxError): return False
    while todo:
        n = todo.pop()
        if isinstance(n, ast.YieldFrom) or isinstance(n, (ast.Yield, ast.Return)) and n.value is not None and not (isinstance(n.value, ast.Constant) and n.value.value is None): return True
        if not isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)): todo += ast.iter_child_nodes(n)
    return False

def gaps(name, o):
    "What a public function or class leaves unsaid, as fastcore reads it (and as the reference shows it)."
    from fastcore.docments import docments
    doc = inspect.cleandoc(o.__doc__ or '')
    out = [] if doc and not doc.startswith(f'{name}(') else [f'{name}: no docstring']
    if inspect.isclass(o) and '__init__' not in vars(o): return out      # nothing of its own to be built with
    params = inspect.signature(o).parameters
    d = docments(o, returns=not inspect.isclass(o))
    for base in o.__mro__[1:-1] if hasattr(o, '__dataclass_fields__') and inspect.isclass(o) else (): d = (docments(base) if hasattr(base, '__dataclass_fields__') else {})|{k:v for k,v in d.items() if v}   # fields of its own, and those it inherits
    lines = inspect.getsource(o.__init__ if inspect.isclass(o) and '__init__' in vars(o) and not hasattr(o, '__dataclass_fields__') else o)
    for p,v in params.items():
        star = v.kind in (v.VAR_POSITIONAL, v.VAR_KEYWORD)              # fastcore reads no docment of these
        said = re.search(rf'\*{p}\b[^#\n]*#', lines) if star else d.get(p)
        if p not in ('self','cls') and not said: out.append(f'{name}: no docment of {p}')
    if not inspect.isclass(o) and gives_back(o) and not d.get('return'): out.append(f'{name}: no docment of what it returns')
    return out

def public(mod):
    "Functions and classes of `__all__`, and the classes' own public methods and properties."
    for n in getattr(mod, '__all__', ()):
        o = inspect.unwrap(getattr(mod, n))
        if getattr(o, '__module__', '')!=mod.__name__ or not (inspect.isfunction(o) or inspect.isclass(o)): continue
        yield n, o
        for k,m in vars(o).items() if inspect.isclass(o) else ():
            f = getattr(m, '__func__', getattr(m, 'fget', getattr(m, 'func', m)))
            if not k.startswith('_') and inspect.isfunction(f): yield f'{n}.{k}', f

def check_api(mods):
    "Public symbols without docstring or docments; how many symbols there are."
    every = [(m.__name__.split('.')[-1], n, o) for m in mods for n,o in public(m)]
    return [f'{m}.{g}' for m,n,o in every for g in gaps(n, o)], len(every)

def check_reference(mods, pages):
    "Every public function and class has its entry on its module's page."
    return [f'{page}: no reference entry of {n}' for m in mods for n,o in public(m) if (page := f'{m.__name__.split(".")[-1]}.html') in pages and '.' not in n and n.lower() not in {i.lower() for i in pages[page].ids}]

def modules():
    import pkgutil, wikiart_retrieval as w
    return [importlib.import_module(f'wikiart_retrieval.{m.name}') for m in pkgutil.iter_modules(w.__path__) if m.name[0]!='_']

def check_config(root, paths, cfg, side, cff, version):
    "`_quarto.yml`, the sidebar and CITATION.cff by rule."
    from smalldocs.config import HTML_OPTIONS, KNOWN, check_keys
    from smalldocs.quarto_keys import QUARTO_PAGE_OPTIONS
    nbs = root/'nbs'
    out = [f'_quarto.yml: unknown key {k}' for k in check_keys({k:v for k,v in cfg.items() if k!='format'}, KNOWN, '')]
    if (cfg.get('project') or {}).get('type')!='website': out.append('_quarto.yml: project.type must be website')
    page = (cfg.get('format') or {}).get('html') or {}
    out += [f'_quarto.yml: unknown key format.html.{k}' for k in page if k not in HTML_OPTIONS|QUARTO_PAGE_OPTIONS]
    theme = page.get('theme') or {}
    for mode in ('light','dark'):
        files = [t for t in ([theme[mode]] if isinstance(theme.get(mode), str) else theme.get(mode) or []) if t.endswith('.scss')]
        if not files: out.append(f'_quarto.yml: theme.{mode} names no SCSS file')
        for f in files:
            if not (nbs/f).is_file(): out.append(f'_quarto.yml: theme.{mode}: {f} does not exist')
            elif not re.search(r'/\*-- scss:defaults --\*/.*/\*-- scss:rules --\*/', (nbs/f).read_text(encoding='utf-8'), re.S): out.append(f'{f}: needs the layers scss:defaults and scss:rules')
    web = cfg.get('website') or {}
    named = [page.get('css'), web.get('favicon'), web.get('image')]
    out += [f'_quarto.yml: {f} does not exist' for f in named if isinstance(f, str) and not (nbs/f).is_file()]
    out += [f'_quarto.yml: metadata-files: {f} does not exist' for f in cfg.get('metadata-files') or [] if not (nbs/f).is_file()]
    if not ((nbs/'_quarto.yml').is_symlink() and (nbs/'_quarto.yml').resolve()==(root/'_quarto.yml').resolve()) and os.name!='nt': out.append('nbs/_quarto.yml: must be a link to ../_quarto.yml')
    pages = listed(expand(side.get('contents') or [], paths))
    out += [f'sidebar.yml: {p} does not exist' for p in dict.fromkeys(pages) if p not in paths]
    out += [f'sidebar.yml: {p} is in it {pages.count(p)} times' for p in paths if pages.count(p)!=1]
    out += [f'CITATION.cff: no {k}' for k in ('cff-version','message','title','authors') if not cff.get(k)]
    if str(cff.get('cff-version'))!='1.2.0': out.append('CITATION.cff: cff-version must be 1.2.0')
    if str(cff.get('version'))!=version: out.append(f'CITATION.cff: version {cff.get("version")} is not that of settings.ini ({version})')
    return out

def check_readme(text, tracked):
    "README: two screens, a picture, the two commands, links to files that are there."
    out = [] if text.count('\n')<=75 else [f'README.md: {text.count(chr(10))} lines, more than two screens (75)']
    out += [f'README.md: no {what}' for what,pat in (('picture', r'!\['), ('make run', 'make run'), ('make test', 'make test'), ('make lab', 'make lab')) if not re.search(pat, text)]
    return out + [f'README.md: dead link {l}' for l in re.findall(r'\]\(((?!https?:|#)[^)]+)\)', text) if l not in tracked]

# ---------------------------------------------------------------- all of it

def main():
    t = time.time()
    from nbdev.config import get_config
    cfg = get_config()
    load = lambda f: yaml.safe_load((ROOT/f).read_text(encoding='utf-8'))
    faults = check_config(ROOT, sources(), load('_quarto.yml'), sidebar(), load('CITATION.cff') if (ROOT/'CITATION.cff').is_file() else {}, cfg.version)
    names,failed = proc()
    quarto = shutil.which('quarto')
    faults += failed + render(quarto) + check_pages(names, OUT)
    pages = read_site(OUT)
    tracked = {str(p.relative_to(ROOT).as_posix()) for d in ('nbs','wikiart_retrieval','.ci','.github') for p in (ROOT/d).rglob('*')} | {p.name for p in ROOT.iterdir()} | {'nbs','wikiart_retrieval'}
    dead,links = check_links(pages, OUT, cfg.git_url, cfg.doc_host+cfg.doc_baseurl, tracked)
    api,symbols = check_api(modules())
    faults += check_readme((ROOT/'README.md').read_text(encoding='utf-8'), tracked) + dead + check_leaks(pages, hidden_cells(names)) + check_widgets(names, pages) + check_reference(modules(), pages) + api
    for f in faults: print(f)
    print(f'docs: {len(pages)} pages of {len(names)} sources by {"quarto" if quarto else "smalldocs"}, {links:,} links, {len(dead)} dead; {symbols} public symbols, {len({f.split(":")[0] for f in api})} without docments; {len(faults)} faults; {time.time()-t:.0f} s')
    return bool(faults)

def prove():
    "Each check passes what is right and names a fault that is planted; a line each."
    done = []
    def proof(name, good, bad, says):
        assert good==[], f'{name}: complains of nothing: {good}'
        assert any(says in f for f in bad), f'{name}: does not find {says!r}: {bad}'
        done.append(name)
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        (d/'nbs').mkdir()
        for f in ('a.qmd','nbdev.yml'): (d/'nbs'/f).write_text('', encoding='utf-8')
        for f in ('l.scss','d.scss'): (d/'nbs'/f).write_text('/*-- scss:defaults --*/\n/*-- scss:rules --*/\n', encoding='utf-8')
        (d/'_quarto.yml').write_text('', encoding='utf-8')
        if os.name!='nt': (d/'nbs/_quarto.yml').symlink_to('../_quarto.yml')
        cfg = {'project':{'type':'website'}, 'format':{'html':{'theme':{'light':'l.scss','dark':'d.scss'}}}, 'website':{'search':True}, 'metadata-files':['nbdev.yml']}
        cff = {'cff-version':'1.2.0', 'message':'m', 'title':'t', 'authors':['a'], 'version':'1'}
        rule = lambda cfg=cfg, side=['a.qmd'], cff=cff, paths=['a.qmd']: check_config(d, paths, cfg, dict(contents=side), cff, '1')
        html = lambda **kw: cfg|{'format':{'html':cfg['format']['html']|kw}}
        for name,bad,says in [('unknown key', rule(cfg|{'websight':{}}), 'unknown key websight'), ('unknown key inside', rule(cfg|{'website':{'serch':1}}), 'website.serch'), ('unknown page option', rule(html(tok=True)), 'format.html.tok'),
            ('project type', rule(cfg|{'project':{}}), 'project.type'), ('dark theme', rule(html(theme={'light':'l.scss'})), 'theme.dark names no SCSS'), ('theme file', rule(html(theme={'light':'x.scss','dark':'d.scss'})), 'x.scss does not exist'),
            ('css file', rule(html(css='x.css')), 'x.css does not exist'), ('metadata file', rule(cfg|{'metadata-files':['x.yml']}), 'x.yml does not exist'), ('sidebar misses a page', rule(paths=['a.qmd','b.qmd']), 'b.qmd is in it 0 times'),
            ('sidebar twice', rule(side=['a.qmd', {'section':'s', 'contents':['a.qmd']}]), 'a.qmd is in it 2 times'), ('sidebar names nothing', rule(side=['a.qmd','b.qmd']), 'b.qmd does not exist'), ('citation', rule(cff=cff|{'title':''}), 'no title'),
            ('citation version', rule(cff=cff|{'version':'2'}), 'version 2 is not')]: proof(name, rule(), bad, says)
        if os.name!='nt':
            good = rule()
            (d/'nbs/_quarto.yml').unlink(); (d/'nbs/_quarto.yml').write_text('', encoding='utf-8')
            proof('the link nbs/_quarto.yml', good, rule(), 'must be a link')
        out = d/'out'
        (out/'sub').mkdir(parents=True)
        def site(**pages):
            for f in out.rglob('*.html'): f.unlink()
            for n,body in pages.items(): (out/f'{n}.html').write_text(f'<html><body>{body}</body></html>', encoding='utf-8')
            return read_site(out)
        (out/'p.png').write_bytes(b'')
        good = '<h1 id="top">A</h1><a href="#top">t</a><a href="b.html#x">b</a><img src="p.png"><a href="https://a.org/x">o</a><a href="https://git.org/r/blob/main/f.py">f</a><a href="https://s.org/d/b.html">s</a>'
        links = lambda body: check_links(site(a=body, b='<p id="x">'), out, 'https://git.org/r', 'https://s.org/d', {'f.py'})[0]
        for name,bad,says in [('page', '<a href="c.html">', 'dead link c.html'), ('anchor', '<a href="b.html#y">', 'no such anchor b.html#y'), ('own anchor', '<a href="#y">', 'no such anchor #y'), ('picture', '<img src="q.png">', 'dead link q.png'),
            ('address', '<a href="http:/a">', 'is no address'), ('repository', '<a href="https://git.org/r/blob/main/g.py">', 'not in the repository'), ('own address', '<a href="https://s.org/d/c.html">', 'dead link')]: proof(f'link: {name}', links(good), links(bad), says)
        leaks = lambda body, hidden=(): check_leaks(site(a=body), {'a.html':hidden})
        secret = 'import tempfile\nfrom x import yzzy'
        for name,bad,hid,says in [('directive', '<pre>#| hide\nx</pre>', (), 'a directive'), ('traceback', 'Traceback (most recent call last)', (), 'a traceback'), ('error', '<div class="cell-output-error">e</div>', (), 'the error of a cell'),
            ('bar', ' 40%|████    | 2/5', (), 'a progress bar'), ('path', "<pre>'/home/me/x'</pre>", (), 'a path'), ('repr of a widget', 'VBox(children=(', (), "repr"), ('raw link', '[`tag`](build.html#tag)', (), 'a raw link'), ('hidden cell', f'<pre>{secret}</pre>', [secret], 'a hidden cell')]: proof(f'leak: {name}', leaks('<pre>x = 1</pre><p>40 % of it</p>', [secret]), leaks(bad, hid), says)
        proof('page not rendered', check_pages({'b.qmd':'b.qmd'}, (site(b=''), out)[1]), check_pages({'z.ipynb':'z.ipynb'}, out), 'z.ipynb: not rendered')
        (d/'m.py').write_text('__all__ = ["f","C"]\ndef f(\n    a, # one\n    **k # rest\n)->int: # two\n    "Does."\n    return a\nclass C:\n    "Is."\n    def m(self)->int: # three\n        "Gives."\n        return 1\n', encoding='utf-8')
        sys.path.insert(0, str(d))
        import m
        def api(**kw):
            src = (d/'m.py').read_text(encoding='utf-8')
            for a,b in kw.values(): assert a in src; src = src.replace(a, b)
            mod = f'm{len(done)}'
            (d/f'{mod}.py').write_text(src, encoding='utf-8')
            importlib.invalidate_caches()
            return check_api([importlib.import_module(mod)])[0]
        for name,a,b,says in [('parameter', 'a, # one', 'a,', 'f: no docment of a'), ('keywords', '**k # rest', '**k', 'f: no docment of k'), ('return', '->int: # two', ':', 'f: no docment of what it returns'), ('docstring', '    "Does."\n', '', 'f: no docstring'),
            ('method', '    def m(self)->int: # three', '    def m(self):', 'C.m: no docment of what it returns'), ('class', '    "Is."\n', '', 'C: no docstring')]: proof(f'docments: {name}', check_api([m])[0], api(x=(a, b)), says)
        proof('reference entry', check_reference([m], site(m='<h3 id="f"></h3><h3 id="c"></h3>')), check_reference([m], site(m='<h3 id="f"></h3>')), 'no reference entry of C')
        readme = '![p](p.png)\nmake run make test make lab\n'
        for name,bad,says in [('length', readme+'\n'*80, 'more than two screens'), ('picture', readme.replace('!', ''), 'no picture'), ('command', readme.replace('make test', ''), 'no make test'), ('link', readme+'[x](y.md)', 'dead link y.md')]: proof(f'README: {name}', check_readme(readme, {'p.png'}), check_readme(bad, {'p.png'}), says)
    both = dict(outputs=[dict(output_type='display_data', data={VIEW:{}, 'text/html':'<img>', 'text/plain':'VBox(children=())'}), dict(output_type='display_data', data={VIEW:{}, 'text/plain':'VBox(children=())'}),
        dict(output_type='stream', name='stderr', text=['fetch:  40%|████ | 2/5 [00:01<00:02]\r', 'fetch: 100%|█████| 5/5\n', 'plan for 5 pictures\n']), dict(output_type='execute_result', data={'text/plain':"Service('/tmp/tmpab12_x/g')"})])
    got = still(both)['outputs']
    assert [list(o.get('data', {})) for o in got]==[['text/html','text/plain'], [], ['text/plain']] and got[1]['text']=='plan for 5 pictures\n' and got[2]['data']['text/plain']=="Service('…/g')", got
    names = {'index.ipynb':'index.ipynb', '00_core.ipynb':'core.ipynb', 'how-to/x.qmd':'how-to/x.qmd', 'search.ipynb':'search-page.ipynb', '07_search.ipynb':'search.ipynb'}
    for here,text,want in [('index.ipynb', '[a](00_core.ipynb#b)', '[a](core.ipynb#b)'), ('how-to/x.qmd', '[a](../00_core.html)', '[a](../core.html)'), ('index.ipynb', '[a](search.ipynb)', '[a](search-page.ipynb)'), ('index.ipynb', '[a](07_search.ipynb)', '[a](search.ipynb)'),
        ('how-to/x.qmd', '[`say`](https://s.org/core.html#say)', '[`say`](../core.html#say)'), ('index.ipynb', '[`no`](https://s.org/core.html#no)', '`no`')]:
        assert (got := relink(text, names, here, 'https://s.org'))==want, (text, got)
    print(f'docs: {len(done)} checks find the fault that was planted for them; outputs are stilled, links follow the pages')

if __name__ == '__main__': sys.exit(prove() if sys.argv[1:]==['prove'] else main())
