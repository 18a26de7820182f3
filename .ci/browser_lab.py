"""The search page in a real JupyterLab and in Voilà, by hand as a person would: `python .ci/browser_lab.py [FOLDER for the screenshots]`.

Servers run with their default settings (a free port of 127.0.0.1, a token, folders of their own). Nothing sleeps: every step waits for what a person would see."""
import contextlib, json, os, re, secrets, shutil, socket, subprocess, sys, tempfile, time, zlib
from pathlib import Path
from browsers import chromium, launch
from playwright.sync_api import TimeoutError as TimeoutError_

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
EVIL = '<script>window.hurt=1</script>"\'&<img src=x onerror="window.hurt=2">'
HEBREW = 'ציור של ים'

# ---------- servers

def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]

@contextlib.contextmanager
def serving(cmd, port, env, cwd, log):
    "Run a server until the block ends; its port is open when the block begins."
    with open(log, 'wb') as f:
        p = subprocess.Popen([str(c) for c in cmd], cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=f, stderr=subprocess.STDOUT)
        try:
            end = time.time() + 120
            while socket.socket().connect_ex(('127.0.0.1', port)):
                if p.poll() is not None or time.time() > end: raise AssertionError(f'{cmd[0]} does not answer:\n{Path(log).read_text(errors="replace")[-3000:]}')
                time.sleep(.2)
            yield p
        finally:
            p.terminate()
            try: p.wait(20)
            except subprocess.TimeoutExpired: p.kill()

def jupyter_env(home, artifacts):
    "Folders of its own, so that nobody's settings are read or written."
    home.mkdir(exist_ok=True)
    own = {f'JUPYTER_{k}_DIR': str(home/k.lower()) for k in ('CONFIG', 'RUNTIME', 'DATA')}
    return os.environ | own | dict(HOME=str(home), IPYTHONDIR=str(home/'ipython'), JUPYTERLAB_SETTINGS_DIR=str(home/'lab-settings'), JUPYTERLAB_WORKSPACES_DIR=str(home/'lab-workspaces'),
        WIKIART_ARTIFACTS=str(artifacts), HF_HUB_OFFLINE='1', PATH=f'{BIN}{os.pathsep}{os.environ["PATH"]}')

@contextlib.contextmanager
def lab(folder, artifacts):
    "JupyterLab on a folder with the search notebook; yields the notebook's address."
    port, token = free_port(), secrets.token_hex(16)
    root = ['--allow-root'] if hasattr(os, 'geteuid') and os.geteuid() == 0 else []
    cmd = [BIN/'jupyter', 'lab', '--no-browser', '--ip=127.0.0.1', f'--port={port}', f'--IdentityProvider.token={token}', f'--ServerApp.root_dir={folder}', *root]
    with serving(cmd, port, jupyter_env(folder/'home', artifacts), folder, folder/'lab.log'): yield f'http://127.0.0.1:{port}/lab/tree/search.ipynb?token={token}'

@contextlib.contextmanager
def voila(folder, artifacts):
    "Voilà on the search notebook; yields its address."
    port = free_port()
    cmd = [BIN/'voila', folder/'search.ipynb', '--no-browser', '--Voila.ip=127.0.0.1', f'--port={port}']
    with serving(cmd, port, jupyter_env(folder/'home', artifacts), folder, folder/'voila.log'): yield f'http://127.0.0.1:{port}/'

def notebook(folder):
    "The search notebook as it is committed, without its outputs, in a folder of its own."
    folder.mkdir(parents=True, exist_ok=True)
    nb = json.loads((ROOT/'nbs/search.ipynb').read_text(encoding='utf-8'))
    for c in nb['cells']:
        if c['cell_type'] == 'code': c['outputs'] = []
    (folder/'search.ipynb').write_text(json.dumps(nb), encoding='utf-8')
    return folder

def run_all(page, url):
    "Open the notebook in JupyterLab and run all its cells from the menu; again, as a person would, where the kernel was not listening yet."
    page.goto(url)
    page.locator('.jp-Notebook .jp-CodeCell').first.wait_for(timeout=90_000)
    page.locator('.jp-StatusBar-TextItem', has_text='| Idle').first.wait_for(timeout=90_000)
    page.get_by_role('button', name='No', exact=True).click(timeout=90_000)       # Jupyter asks whether it may send news
    for _ in range(5):
        page.get_by_role('menuitem', name='Run', exact=True).click()
        page.get_by_role('menuitem', name='Run All Cells', exact=True).click()
        try: return page.locator('.jp-CodeCell .jp-InputPrompt', has_text='[1]:').first.wait_for(timeout=15_000)
        except TimeoutError_: continue
    raise AssertionError('JupyterLab does not run the cells')

def run_again(page):
    "Run all cells once more."
    page.get_by_role('menuitem', name='Run', exact=True).click()
    page.get_by_role('menuitem', name='Run All Cells', exact=True).click()
    page.locator('.jp-CodeCell .jp-InputPrompt', has_text='[4]:').first.wait_for(timeout=60_000)

# ---------- what a person sees and does

SPIED = """() => [...document.querySelectorAll('.wr-app button, .wr-app input, .wr-app select, .wr-app textarea, .wr-app summary')].filter(e => e.offsetParent)
  .filter(e => !(e.getAttribute('aria-label') || e.textContent.trim() || e.title || (e.labels && e.labels.length && e.labels[0].textContent.trim()))).map(e => e.outerHTML.slice(0, 120))"""
LOADED = "() => { const l = [...document.querySelectorAll('.wr-card img')]; return l.length && l.every(i => i.complete && i.naturalWidth > 0) }"

ICONS = 'https://cdn.jsdelivr.net/npm/@fortawesome/' # Voilà's own page asks for these; there is no network in a test

class Person:
    "Somebody before the search page, with a folder for screenshots."
    def __init__(self, page, shots, prefix, theirs=None):
        self.page, self.shots, self.prefix, self.n, self.errors = page, Path(shots), prefix, 0, []
        page.on('console', lambda m: self.errors.append(f'{m.text} {m.location.get("url", "")}') if m.type == 'error' and not (theirs and m.location.get('url', '').startswith(theirs)) else None)
        page.on('pageerror', lambda e: self.errors.append(str(e)))

    def shot(self, name):
        self.n += 1
        self.page.screenshot(path=self.shots/f'{self.prefix}-{self.n:02d}-{name}.png')

    def see(self, selector, text=None, **kw):
        "Wait until something is on the screen."
        l = self.page.locator(selector, has_text=text, **kw).locator('visible=true').first if text else self.page.locator(selector).locator('visible=true').first
        l.wait_for(timeout=60_000)
        return l

    def until(self, js, arg=None): self.page.wait_for_function(js, arg=arg, timeout=60_000)
    def status(self, text): return self.see('.wr-status', text)
    def pictures(self): self.until(LOADED)
    def cards(self): return self.page.evaluate("() => [...document.querySelectorAll('.wr-card')].map(c => c.dataset.id)")
    def words(self): return self.page.get_by_label('Words').locator('visible=true')
    def press(self, name): self.page.locator('.wr-app button', has_text=re.compile(rf'^\s*{name}\s*$')).locator('visible=true').first.click()
    def tab(self, name): self.page.get_by_role('tab', name=name).click()
    def tick(self, group, label): self.see('.wr-facet', group).get_by_role('checkbox', name=label, exact=False).first.click()

    def alone(self):
        "Take out the query pictures, if there are any; wait for the answer."
        remove = self.page.locator('.wr-picture:visible button', has_text=re.compile('^Remove (all|picture)$')).locator('visible=true')
        if not remove.count(): return
        remove.first.click()
        self.until("() => !document.querySelector('.wr-picked') && !/· like /.test(document.querySelector('.wr-status').textContent)")

    def file(self, path, beside=False):
        "A file of one's own, instead of the query pictures or beside them."
        if not beside: self.alone()
        self.page.locator('.wr-picture:visible input[type=file]').first.set_input_files(path)

    def ask(self, text):
        "Words and Enter; wait for their answer."
        self.words().fill(text)
        self.page.keyboard.press('Enter')
        self.status(f'“{text}”')
        self.pictures()

    def fit(self):
        "No control without a name, nothing wider than the page."
        nameless = self.page.evaluate(SPIED)
        assert not nameless, f'controls without a label: {nameless}'
        wide = self.page.evaluate("() => { const a = document.querySelector('.wr-app'); return a.scrollWidth - a.clientWidth }")
        assert wide <= 1, f'the page is {wide} px too wide'

    def axe(self, where):
        "No serious violation of accessibility on the page, ipywidgets' elements included (JupyterLab around it is not ours)."
        from axe_playwright_python.sync_playwright import Axe
        found = Axe().run(self.page, context=dict(include=[['.wr-app']]), options=dict(resultTypes=['violations'])).response['violations']
        bad = [f'{v["id"]} ({v["impact"]}): {v["nodes"][0]["html"][:150]} {v["nodes"][0].get("failureSummary", "")[:200]}' for v in found if v['impact'] in ('serious', 'critical')]
        assert not bad, f'{where}: ' + '; '.join(bad)

# ---------- files to be refused, and a collection with hostile metadata

def hostile_files(folder):
    "A text called .jpg, 200 MB of nothing, a picture of 900 million pixels."
    folder.mkdir(exist_ok=True)
    text, huge, bomb = folder/'notes.jpg', folder/'huge.jpg', folder/'bomb.png'
    text.write_text('this is no picture, it is a text ' * 20)
    with open(huge, 'wb') as f: f.truncate(200 << 20)
    chunk = lambda kind, data: len(data).to_bytes(4, 'big') + kind + data + zlib.crc32(kind + data).to_bytes(4, 'big')
    c = zlib.compressobj(9)
    rows = b''.join([c.compress(bytes(30_001 * 100)) for _ in range(300)] + [c.flush()])
    head = (30_000).to_bytes(4, 'big') * 2 + b'\x08\0\0\0\0'
    bomb.write_bytes(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', rows) + chunk(b'IEND', b''))
    return text, huge, bomb

def strange_collection(folder, out):
    "Scripts, quotes and right-to-left letters in titles, authors, file names and rights; one work is open. Built with the installed command."
    from PIL import Image
    folder.mkdir()
    evil = dict(license='<script>window.hurt=3</script>', credit=EVIL, source_url='javascript:window.hurt=4')
    free = dict(license='CC0', credit='Museum of <Strange> Pictures', source_url='https://museum.example/works/2')
    for i, (name, title, rights) in enumerate([('<b>"x" & y\'.png', EVIL, evil), ('שלום עולם.png', HEBREW, free)]):
        Image.effect_noise((120, 90), 90 + i).save(folder/name)
        with open(folder/'metadata.jsonl', 'a', encoding='utf-8') as f: f.write(json.dumps(dict(file_name=name, title=title, author=EVIL, **rights)) + '\n')
    env = os.environ | dict(HF_HUB_OFFLINE='1', OMP_NUM_THREADS='1')
    subprocess.run([BIN/'wikiart-build', '--source', folder, '--encoder', 'bundled', '--captioner', 'tags', '--out', out, '--offline'], check=True, capture_output=True, env=env)

# ---------- the tests

def in_lab(p, url, shots, tmp, big):
    "Everything, in JupyterLab, beginning without a collection."
    b = launch(p, big)
    page = b.new_page(viewport=dict(width=1400, height=1000))
    me = Person(page, shots, 'lab')
    run_all(page, url)
    me.see('.wr-app', 'no collection yet')
    me.see('.wr-app', 'fetch')
    me.shot('builds-the-gallery')
    me.status('24 of 60')                                         # built, and shown
    me.pictures()
    assert len(me.cards()) == 24
    me.fit()
    shutil.move(tmp/'later', tmp/'artifacts/strange')             # another collection; the gallery stays the newest
    os.utime(tmp/'artifacts/small-gallery/manifest.json')
    run_again(page)
    me.status('24 of 60')
    me.pictures()
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    me.shot('the-collection')
    paused_build(me, tmp)

    me.ask('a boat at sea')
    assert len(me.cards()) == 24 and me.see('.wr-distance').inner_text().strip().startswith('0.')
    me.shot('words')
    first = me.cards()[0]
    me.see('.wr-open').click()                                    # details of the first one
    me.see('.wr-details img')
    for text in ('Title', 'Caption', 'Style', 'Id'): assert me.page.locator('.wr-details dt', has_text=text).count(), text
    assert page.evaluate("() => document.activeElement.classList.contains('wr-details')")
    assert me.see('.wr-path code').inner_text().endswith(('.jpg', '.png')) and me.see('.wr-taggroup li').inner_text()
    me.until("() => { const i = document.querySelector('.wr-details > img'); return i.complete && Math.max(i.naturalWidth, i.naturalHeight) > 256 }")
    me.shot('details')
    me.fit()
    me.axe('details, light')
    page.keyboard.press('Escape')
    me.until("id => document.querySelector('.wr-details').hidden && document.activeElement.closest('.wr-card')?.dataset.id === id", first)
    me.see('.wr-open').click()
    me.see('.wr-details').get_by_role('button', name='Find similar').click()
    me.status('like ')
    me.pictures()
    assert page.get_by_role('tab', name='Image → Image').get_attribute('aria-selected') == 'true' and first not in me.cards()
    me.see('.wr-picked img')
    me.shot('find-similar')

    style = me.see('.wr-facet', 'Style').locator('li label').first.inner_text().split('\n')[0].strip()
    me.tick('Style', style)                                       # ticks narrow this mode
    me.status(f'only {style}')
    assert all(style in t for t in page.locator('.wr-card').all_inner_texts())
    me.shot('a-style-ticked')
    find = me.see('.wr-facet', 'Genre').get_by_role('searchbox')
    find.fill('mari')                                             # type-ahead: what is left is ticked by Enter
    assert [t.split('\n')[0].strip() for t in me.see('.wr-facet', 'Genre').locator('li').all_inner_texts()] == ['marine']
    find.press('Enter')
    me.status('marine')
    me.press('Clear ticks')
    me.until("() => !document.querySelector('.wr-status').textContent.includes('only')")

    where = me.see('.wr-where input')                             # a condition narrows too; a mistake in it is a line that helps
    where.fill('genre = marine and not title ~ storm')
    where.press('Enter')
    me.status('where genre = marine')
    assert me.cards() and all('marine' in t and 'Storm' not in t for t in page.locator('.wr-card').all_inner_texts())
    where.fill('gender = marine')
    where.press('Enter')
    me.see('.wr-status.wr-alert', 'did you mean genre')
    me.shot('a-condition-refused')
    where.fill('')
    me.until("() => !document.querySelector('.wr-status').textContent.includes('where')")

    picture = next((tmp/'artifacts/small-gallery/images').glob(f'{first}.*'))
    me.file(picture)                                              # a file of one's own
    me.status(f'like {picture.name}')
    me.until('id => document.querySelector(".wr-card").dataset.id === id', first)
    me.pictures()
    me.shot('uploaded')
    from PIL import Image
    Image.open(picture).convert('RGB').resize((4000, 3000)).save(tmp/'large.png')
    me.file(tmp/'large.png')                                      # shrunk by the browser, and still the same picture
    me.status('like large.png')
    me.until('id => document.querySelector(".wr-card").dataset.id === id', first)

    Image.open(picture).convert('RGB').resize((1900, 1900)).save(tmp/'parts.tif')
    assert (tmp/'parts.tif').stat().st_size > 10 << 20            # more than JupyterLab takes in one message: this browser cannot shrink a TIFF
    me.file(tmp/'parts.tif')
    me.status('like parts.tif')
    me.until('id => document.querySelector(".wr-card").dataset.id === id', first)

    second = me.cards()[1]
    page.locator(f'.wr-card[data-id="{second}"]').get_by_role('button', name='Less like this').click()
    me.see('.wr-chip.wr-less')
    me.until('id => ![...document.querySelectorAll(".wr-card")].some(c => c.dataset.id === id)', second)
    me.until("() => document.activeElement.closest('.wr-cards')")                # the card is gone, the focus is not lost
    third = me.cards()[2]
    page.locator(f'.wr-card[data-id="{third}"]').get_by_role('button', name='More like this').click()
    me.see('.wr-chip.wr-more')
    me.until('id => document.querySelector(`.wr-card[data-id="${id}"] [data-act=feedbackmore]`).getAttribute("aria-pressed") === "true"', third)
    me.shot('less-like-this')
    me.see('.wr-chip.wr-less').get_by_role('button').click()      # a chip can be removed
    me.until("() => !document.querySelector('.wr-chip.wr-less')")
    me.until('id => [...document.querySelectorAll(".wr-card")].some(c => c.dataset.id === id)', second)

    before = me.cards()
    me.see('.wr-next').scroll_into_view_if_needed()
    top = page.locator(f'.wr-card[data-id="{before[-1]}"]').bounding_box()['y']
    me.press('More')
    me.until('() => document.querySelectorAll(".wr-card").length === 48')
    assert me.cards()[:24] == before and abs(page.locator(f'.wr-card[data-id="{before[-1]}"]').bounding_box()['y'] - top) < 2, 'the page jumped'
    me.pictures()

    me.tab('Omni → Image')
    me.words().fill('flowers')
    page.keyboard.press('Enter')
    me.status('flowers')
    me.press('Remove picture')
    me.until("() => !document.querySelector('.wr-status').textContent.includes('like ')")
    me.tick('Genre', 'still life')
    me.status('towards')
    me.pictures()
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    me.shot('omni')
    me.axe('omni, light')
    me.press('Back')
    me.until("() => !document.querySelector('.wr-status').textContent.includes('towards')")
    history = page.get_by_label('History').locator('visible=true')
    history.select_option(label=next(o for o in history.locator('option').all_text_contents() if o.replace('\xa0', ' ') == '“a boat at sea”'))
    me.status('“a boat at sea”')

    for name, ending, start in (('CSV', 'csv', b'\xef\xbb\xbfrank,id,path'), ('JSON', 'json', b'['), ('Sheet', 'png', b'\x89PNG'), ('Page', 'html', b'<!doctype html>'), ('Record', 'record.json', b'{')):
        with page.expect_download() as d: me.press(name)
        assert d.value.suggested_filename == f'a-boat-at-sea.{ending}' and Path(d.value.path()).read_bytes().startswith(start), name

    me.tab('Image → Image')
    me.status('the whole collection')
    for path, why in zip(hostile_files(tmp/'hostile'), ('is not a picture', '200 MB', '30000×30000')):
        me.file(path)
        line = me.see('.wr-status.wr-alert', why)
        assert line.get_attribute('role') == 'alert' and path.name in line.inner_text() and 'Traceback' not in line.inner_text()
    me.shot('refused')
    data = list(picture.read_bytes())
    drop = """([kind, ...all]) => { const d = new DataTransfer(); all.forEach((bytes, i) => d.items.add(new File([new Uint8Array(bytes)], kind + (i ? i + 1 : '') + '.jpg', { type: 'image/jpeg' })))
      const at = document.querySelector(kind === 'dropped' ? '.wr-grid' : '.wr-status')
      at.dispatchEvent(kind === 'dropped' ? new DragEvent('drop', { dataTransfer: d, bubbles: true, cancelable: true }) : new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })) }"""
    for kind in ('dropped', 'pasted'):                            # anywhere on the page
        me.alone()
        page.evaluate(drop, [kind, data])
        me.status(f'like {kind}.jpg')
        me.until('id => document.querySelector(".wr-card").dataset.id === id', first)
    page.evaluate("""bytes => { const d = new DataTransfer(); d.items.add(new File([new Uint8Array(bytes)], 'clip.png', { type: 'image/png' })); d.setData('text/plain', 'a horse')
      window.kept = [...document.querySelectorAll('.wr-app .widget-text input')][0].dispatchEvent(new ClipboardEvent('paste', { clipboardData: d, bubbles: true, cancelable: true })) }""", data)
    assert page.evaluate('() => window.kept'), 'a text pasted into a field was taken for a picture'
    me.press('Random picture')
    me.until("() => !document.querySelector('.wr-status').textContent.includes('pasted')")
    several_pictures(me, drop, data, list(next(p for p in sorted((tmp/'artifacts/small-gallery/images').iterdir()) if p.stem not in (first, *me.cards()[:2])).read_bytes()))

    me.tab('Caption → Image')
    me.words().fill('корабль в бурю')
    page.keyboard.press('Enter')
    me.see('.wr-status.wr-alert', 'multilingual')
    me.words().fill('')
    me.words().focus()
    stops = 0
    while not page.evaluate("() => document.activeElement.closest('.wr-card')"):
        page.keyboard.press('Tab')
        stops += 1
        assert stops < 40, 'too many stops of Tab before the first card'
    me.words().focus()
    order = []
    for _ in range(11):                                           # the order of Tab: words, the row of buttons, then facets
        page.keyboard.press('Tab')
        order.append(page.evaluate("() => { const e = document.activeElement; return e.getAttribute('aria-label') || e.textContent.trim() || e.labels?.[0]?.textContent || e.tagName }"))
    assert [o for o in order if o in ('Search', 'Results', 'CSV', 'JSON', 'Sheet', 'Page', 'Record')] == ['Search', 'Results', 'CSV', 'JSON', 'Sheet', 'Page', 'Record'], order
    assert order.index('Search') == 0, order

    only_open = page.get_by_label('Only open').locator('visible=true')
    assert not only_open.count(), 'a tick for rights in a collection without any'
    page.get_by_label('Collection').locator('visible=true').select_option(label='strange (2 artworks)')
    me.status('2 of 2')
    me.pictures()
    assert any(EVIL in t for t in page.locator('.wr-title').all_inner_texts()) and any(HEBREW in t for t in page.locator('.wr-title').all_inner_texts())
    evil = page.locator('.wr-card', has=page.locator('.wr-title', has_text=EVIL))
    evil.locator('.wr-open').click()
    assert EVIL in me.see('.wr-details h3').inner_text()
    evil.get_by_role('button', name='More like this').click()
    assert EVIL in me.see('.wr-chip').inner_text()
    me.shot('strange-metadata')
    rights_shown(me, evil, only_open)
    assert page.evaluate('() => window.hurt') is None, 'a script of the metadata ran'
    page.get_by_label('Collection').locator('visible=true').select_option(label='small-gallery (60 artworks)')
    me.status('24 of 60')

    page.get_by_role('menuitem', name='Settings', exact=True).click()
    page.locator('.lm-Menu-item[data-type=submenu]', has_text='Theme').first.hover()
    page.locator('.lm-Menu-item', has_text=re.compile('^JupyterLab Dark$')).click()
    me.until("() => document.body.dataset.jpThemeLight === 'false'")
    me.ask('a mountain landscape')
    me.see('.wr-open').click()
    me.see('.wr-details img')
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    me.shot('dark')
    me.axe('dark')
    page.set_viewport_size(dict(width=900, height=1000))
    me.see('.wr-card')
    me.fit()
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    me.shot('dark-900px')
    assert page.locator('.wr-silent').first.is_hidden(), 'the kernel answered, and the page says that it does not'
    assert not me.errors, f'the console says: {me.errors}'
    b.close()

def rights_shown(me, evil, only_open):
    "What may be done with a picture: text and links of the web, nothing else; a tick for what is open."
    page, links = me.page, "e => [...e.querySelectorAll('.wr-rights a, dd a')].map(a => [a.textContent, a.href, a.target, a.rel])"
    assert '<script>window.hurt=3</script>' in evil.locator('.wr-rights').inner_text() and evil.evaluate(links) == []
    assert me.see('.wr-details').evaluate(links) == [] and 'javascript:' not in me.see('.wr-details').inner_text()
    free = page.locator('.wr-card', has=page.locator('.wr-title', has_text=HEBREW))
    museum, cc0 = ['https://museum.example/works/2', '_blank', 'noopener noreferrer'], ['https://creativecommons.org/publicdomain/zero/1.0/', '_blank', 'noopener noreferrer']
    assert free.evaluate(links) == [['CC0 1.0', *cc0], ['Museum of <Strange> Pictures', *museum]], free.evaluate(links)
    free.locator('.wr-open').click()
    me.until("t => document.querySelector('.wr-details h3')?.textContent === t", HEBREW)
    assert [l[1:] for l in me.see('.wr-details').evaluate(links)] == [cc0, museum]
    me.shot('rights')
    me.axe('rights')
    me.fit()
    only_open.check()
    me.status('only open')
    me.until("() => document.querySelectorAll('.wr-card').length === 1")
    assert HEBREW in page.locator('.wr-title').inner_text()
    me.shot('only-open')
    only_open.uncheck()
    me.until("() => document.querySelectorAll('.wr-card').length === 2")

def paused_build(me, tmp):
    "A build in the page: paused, seen to wait, resumed, paused again and given up. The page can be searched meanwhile."
    page = me.page
    page.locator('.jupyter-widget-Collapse-header', has_text='Build a collection').click()
    field = lambda name: page.locator('.widget-text, .widget-inline-hbox', has_text=name).locator('input').locator('visible=true').first
    for name, text in (('Name', 'given-up'), ('Pictures', '400')):
        field(name).fill(text)
        page.keyboard.press('Tab')
    button = lambda name: page.get_by_role('button', name=name, exact=True).locator('visible=true').first
    assert button('Pause').is_disabled()
    button('Build').click()
    me.see('.widget-label', re.compile(r'^[1-9]\d* of 400'))      # some pictures are there
    button('Pause').click()
    said = me.see('[role=status]', re.compile(r'^paused at \w+, \d+ of 400: press Resume'))
    at, bars = said.inner_text(), "() => [...document.querySelectorAll('.wr-app .widget-label')].map(e => e.textContent).filter(t => / of 400/.test(t)).join()"
    still = page.evaluate(bars)
    assert button('Build').is_disabled() and not button('Cancel').is_disabled()
    button('Resume').scroll_into_view_if_needed()
    me.shot('a-build-is-paused')
    me.fit()
    me.axe('a paused build')
    me.ask('a boat at sea')                                       # a whole search later nothing has moved
    assert (said.inner_text(), page.evaluate(bars)) == (at, still), 'the build went on while it was paused'
    button('Resume').click()
    me.until("was => { const now = [...document.querySelectorAll('.wr-app .widget-label')].map(e => e.textContent).filter(t => / of 400/.test(t)).join(); return now && now !== was }", still)
    button('Pause').click()
    me.see('[role=status]', re.compile('^paused at '))
    button('Cancel').click()                                      # stopped, though it was paused
    me.see('[role=alert]', 'stopped: nothing already built is lost')
    assert not button('Build').is_disabled() and button('Pause').is_disabled()
    assert not (tmp/'artifacts/given-up/manifest.json').exists()
    page.locator('.jupyter-widget-Collapse-header', has_text='Build a collection').click()
    me.words().fill('')
    page.keyboard.press('Enter')
    me.status('24 of 60')

def several_pictures(me, drop, one, two):
    "Pictures join the question one beside the other, and are taken out again, by mouse and by keyboard."
    page = me.page
    names = "() => [...document.querySelectorAll('.wr-picture')].find(e => e.offsetParent).querySelectorAll('.wr-picked').length"
    me.alone()
    page.evaluate(drop, ['dropped', one, two])                    # two files at once
    me.status('like dropped.jpg + dropped2.jpg')
    me.until(f'n => ({names})() === n', 2)
    me.until("() => [...document.querySelectorAll('.wr-picked img')].every(i => i.complete && (i.naturalWidth || !i.offsetParent))")
    me.pictures()
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    me.shot('two-pictures')
    me.fit()
    me.axe('two pictures')
    added = page.locator('.wr-card').first.get_attribute('data-id')
    page.locator('.wr-card').first.get_by_role('button', name='Add to the question').click()
    me.until(f'n => ({names})() === n', 3)
    me.until('id => ![...document.querySelectorAll(".wr-card")].some(c => c.dataset.id === id)', added)
    me.see('.wr-open').click()                                    # the same from the details; there it can be taken back, too
    button = me.see('.wr-details').get_by_role('button', name='Add to the question')
    button.click()
    me.until(f'n => ({names})() === n', 4)
    me.until("() => document.querySelector('.wr-details [data-act=add]').getAttribute('aria-pressed') === 'true'")
    me.shot('four-pictures')
    button.click()
    me.until(f'n => ({names})() === n', 3)
    page.keyboard.press('Escape')
    me.see('.wr-picked').get_by_role('button', name='Remove: dropped.jpg').focus()
    for n in (2, 1, 0):                                           # the focus stays among the pictures, at last on the field for new ones
        page.keyboard.press('Enter')
        me.until(f'n => ({names})() === n', n)
        me.until("s => document.activeElement.matches(s) && document.activeElement.offsetParent", '.wr-picked .wr-x' if n else '.wr-drop')
    page.evaluate(drop, ['many', *[one] * 5, list(b'this is no picture, it is a text'), *[one] * 4])
    line = me.see('.wr-status.wr-alert', 'like many.jpg')
    assert 'many6.jpg is not a picture' in line.inner_text() and 'many10.jpg left out: a question has at most 8 pictures' in line.inner_text(), line.inner_text()
    me.shot('eight-and-what-was-refused')
    me.fit()
    page.get_by_label('More varied').locator('visible=true').check()
    me.status('more varied')
    page.get_by_label('More varied').locator('visible=true').uncheck()
    me.until("() => !document.querySelector('.wr-status').textContent.includes('varied')")
    me.alone()

def twice(p, url, shots, big):
    "The same page shown twice, and a saved notebook without its kernel."
    b = launch(p, big)
    page = b.new_page(viewport=dict(width=1400, height=1000))
    me = Person(page, shots, 'again')
    run_all(page, url)
    me.status('24 of 60')
    page.locator('.jp-CodeCell').nth(1).click()
    page.keyboard.press('Escape')
    page.keyboard.press('c'); page.keyboard.press('v')            # the cell that shows the page, once more
    page.keyboard.press('Control+Enter')
    me.until("() => document.querySelectorAll('.wr-app').length === 2")
    page.locator('.wr-cards').nth(1).locator('.wr-open').first.click()
    page.locator('.wr-cards').nth(1).locator('.wr-details').wait_for()
    assert page.locator('.wr-cards').nth(0).locator('.wr-details').is_hidden(), 'both views opened the details'
    got = []
    page.on('download', lambda d: got.append(d))
    with page.expect_download(): me.press('JSON')
    me.until("() => document.querySelectorAll('.wr-app').length === 2")
    assert len(got) == 1, 'the file was saved twice'
    assert page.locator('.wr-static').first.is_hidden()
    assert not me.errors, f'the console says: {me.errors}'
    page.get_by_role('menuitem', name='File', exact=True).click()
    page.locator('.lm-Menu-item', has_text='Save Notebook').first.click()
    me.until("() => !document.querySelector('.lm-DockPanel-tabBar .jp-mod-dirty')")
    page.get_by_role('menuitem', name='Kernel', exact=True).click()
    page.locator('.lm-Menu-item', has_text='Shut Down Kernel').first.click()
    page.locator('.jp-StatusBar-TextItem', has_text='No Kernel').first.wait_for()
    assert me.page.locator('.wr-silent').first.is_hidden()
    me.press('Search')
    me.see('.wr-silent', 'The kernel does not answer')            # a line instead of silence
    page.locator('.wr-app').first.evaluate("e => e.scrollIntoView()")
    me.shot('the-kernel-is-gone')
    page.reload()
    me.see('.wr-static img')                                      # the pictures are still there
    me.shot('saved-without-a-kernel')
    b.close()

def in_voila(p, url, shots, big):
    "The same page in Voilà, shorter."
    b = launch(p, big)
    me = Person(b.new_page(viewport=dict(width=1200, height=900)), shots, 'voila', ICONS)
    me.page.goto(url, timeout=120_000)
    me.status('24 of 60')
    me.pictures()
    me.ask('flowers in a vase')
    me.see('.wr-open').click()
    me.see('.wr-details').get_by_role('button', name='Find similar').click()
    me.status('like ')
    me.pictures()
    me.file(ROOT/'nbs/images/three-ways.jpg')
    me.status('like three-ways.jpg')
    me.pictures()
    me.page.locator('.wr-card').first.get_by_role('button', name='Less like this').click()
    me.see('.wr-chip.wr-less')
    me.fit()
    me.axe('voila')
    me.shot('page')
    assert not me.errors, f'the console says: {me.errors}'
    b.close()

def check(shots):
    "All of it, or nothing where no browser can be had (the reason is printed)."
    from playwright.sync_api import sync_playwright
    big = chromium()
    if big is None: return
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        tmp = Path(d)
        (tmp/'artifacts').mkdir()
        strange_collection(tmp/'odd', tmp/'later')
        folder = notebook(tmp/'nb')
        with lab(folder, tmp/'artifacts') as url:
            in_lab(p, url, shots, tmp, big)
        os.utime(tmp/'artifacts/small-gallery/manifest.json')
        with lab(notebook(tmp/'nb2'), tmp/'artifacts') as url: twice(p, url, shots, big)
        with voila(folder, tmp/'artifacts') as url: in_voila(p, url, shots, big)

if __name__ == '__main__': check(Path(sys.argv[1] if len(sys.argv) > 1 else 'artifacts/screenshots'))
