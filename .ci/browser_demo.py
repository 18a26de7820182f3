"The demo in a real browser: all three tabs, mistakes, narrow and dark, accessibility; `python .ci/browser_demo.py [FOLDER]` leaves a screenshot of each step."
import csv, os, re, socket, subprocess, sys, tempfile, time
from pathlib import Path
from urllib.parse import urlparse
sys.path.insert(0, str(Path(__file__).resolve().parent))
import browsers

BIN = Path(sys.executable).parent
RIGHTS = [('CC0', 'Museum of <Odd> Drawings', 'https://museum.example/works/{i}'), ('In Copyright', '"><img src=x onerror="window.hacked=6">', 'javascript:window.hacked=7'), ('', '', '')]
ODD = ['</script><script>window.hacked=1</script>', '"><img src=x onerror="window.hacked=2">', 'שמש ‮ مساء', '${window.hacked=3}{{constructor}}', '', 'Untitled']

def build(folder):
    "A small collection of drawings, some with hostile or missing titles."
    from wikiart_retrieval.build import build_corpus
    from wikiart_retrieval.gallery import draw
    source = folder/'source'
    source.mkdir()
    rows = []
    for i in range(30):
        d = draw(i)
        d.image.save(source/f'{i:04}.png')
        rows.append(dict(file_name=f'{i:04}.png', title=ODD[i] if i < len(ODD) else d.title, artist=d.author, style=d.style, genre=d.genre, **dict(zip(('license', 'credit_line', 'object_url'), (o.format(i=i) for o in RIGHTS[i % 3])))))
    with open(source/'metadata.csv', 'w', newline='', encoding='utf-8') as f:
        w = csv.DictWriter(f, list(rows[0]))
        w.writeheader(); w.writerows(rows)
    build_corpus(source=str(source), out=folder/'col', encoder='bundled', offline=True, trees=0, quiet=True)
    return folder/'col'

def start(root):
    "`wikiart-demo` on a free port; the process and its address."
    with socket.create_server(('127.0.0.1', 0)) as s: port = s.getsockname()[1]
    exe = BIN/('wikiart-demo.exe' if os.name == 'nt' else 'wikiart-demo')
    cmd = [exe] if exe.is_file() else [sys.executable, '-c', 'import sys; from wikiart_retrieval.demo import demo_main; sys.exit(demo_main())']
    log = open(root.parent/'demo.log', 'w+', encoding='utf-8')
    p = subprocess.Popen([*map(str, cmd), '--artifacts', str(root), '--port', str(port), '--offline'], stdout=subprocess.PIPE, stderr=log, text=True, encoding='utf-8', stdin=subprocess.DEVNULL)
    for line in p.stdout:
        if found := re.search(r'http://\S+', line): return p, found[0], log
    log.seek(0)
    raise AssertionError(f'wikiart-demo ended with {p.wait()}: {log.read()[-2000:]}')

class Watch:
    "What a page does behind its face: errors of its console, foreign and failed requests."
    def __init__(self, page):
        self.errors, self.foreign, self.failed = [], [], []
        page.on('console', lambda m: self.errors.append(m.text) if m.type == 'error' else None)
        page.on('pageerror', lambda e: self.errors.append(str(e)))
        page.on('request', lambda r: self.foreign.append(r.url) if urlparse(r.url).scheme not in ('data', 'blob') and urlparse(r.url).hostname != '127.0.0.1' else None)
        page.on('response', lambda r: self.failed.append(f'{r.status} {urlparse(r.url).path}') if r.status >= 400 else None)
        # Gradio ends the stream of an answered question by closing it
        page.on('requestfailed', lambda r: self.failed.append(f'{r.failure} {r.url}') if not ('/queue/data' in r.url and 'ERR_ABORTED' in (r.failure or '')) else None)
    def quiet(self, but=()):
        "Nothing went wrong since the last look, but for what was provoked."
        unexpected = lambda items: [o for o in items if not any(b in o for b in but)]
        bad = unexpected(self.errors), unexpected(self.failed), self.foreign[:]
        self.errors.clear(); self.failed.clear()
        assert not any(bad), f'console {bad[0]}, failed {bad[1]}, foreign {bad[2]}'

def accessible(page, what):
    "No serious violation in anything the page shows, Gradio's own parts included."
    from axe_playwright_python.sync_playwright import Axe
    found = Axe().run(page).response['violations']
    bad = [f'{v["id"]}: {n["html"][:200]}' for v in found if v['impact'] in ('serious', 'critical') for n in v['nodes']]
    assert not bad, f'axe on {what}: {bad}'

def answered(page, mode, n):
    "Wait for n pictures that have really arrived, n rows, and a line."
    page.wait_for_function('''([m,n]) => { const i = [...document.querySelectorAll(`#${m}-gallery .grid-container img`)];
        return i.length==n && i.filter(x => x.getBoundingClientRect().top<innerHeight).every(x => x.complete && x.naturalWidth>0) && document.querySelector(`#${m}-line .wr-line`).innerText.startsWith(n+' of ') }''', arg=[mode, n])
    grid = page.locator(f'#{mode}-table [role=grid][aria-rowcount="{n+1}"]')
    grid.locator('[role=gridcell]').first.wait_for()
    cells = [[c.strip() for c in r] for r in grid.evaluate('g => [...g.querySelectorAll("[role=row]")].map(r => [...r.querySelectorAll("th .header, [role=gridcell]")].map(c => c.innerText))')]
    return cells[0], cells[1:]         # rows out of sight are not in the page

def mistake(page, mode, text):
    "Wait for an error line; the page is empty under it."
    line = page.locator(f'#{mode}-line .wr-bad')
    line.filter(has_text=text).wait_for()
    assert page.locator(f'#{mode}-gallery .grid-container img').count() == 0
    assert 'Traceback' not in page.inner_text('body')
    return line.inner_text()

def visit(b, url, root, shots, tmp):
    "The whole walk through the demo."
    from PIL import Image
    from wikiart_retrieval.search import RetrievalService
    service = RetrievalService(root)
    page = b.new_page(viewport=dict(width=1300, height=950))
    page.set_default_timeout(20_000)
    watch, shot = Watch(page), lambda n: page.screenshot(path=str(shots/f'{n}.png'))
    tab = lambda name: page.get_by_role('tab', name=f'{name} →').click()
    few = lambda mode, n: (page.locator('input[type=number]:visible').fill(str(n)), page.keyboard.press('Tab'))

    page.goto(url)
    page.get_by_role('button', name='Find similar pictures').wait_for()
    page.locator('#image-examples img').nth(4).wait_for()
    shot('demo-1-start'); accessible(page, 'start'); watch.quiet()

    # by a picture: one of the collection, uploaded
    few('image', 6)
    art = service.artworks[10]
    page.locator('#image-input input[type=file]').set_input_files(service.picture_path(art))
    page.locator('#image-line').get_by_text('Now press').wait_for()
    page.get_by_role('button', name='Find similar pictures').click()
    head, rows = answered(page, 'image', 6)
    assert head == 'path title author style genre caption rights distance'.split(), head
    assert rows[0][0] == art.path and rows[0][1] == art.title and float(rows[0][7]) < .02, rows[0]
    shot('demo-2-picture'); watch.quiet()
    page.locator('#image-examples button').nth(2).click()
    page.locator('#image-line').get_by_text('6 of 30').wait_for()
    watch.quiet()

    # by words, with Enter; hostile titles are text, a missing title is the caption in brackets
    tab('Caption'); few('caption', 30)
    page.get_by_label('What the picture shows').fill('a boat on the sea')
    page.keyboard.press('Enter')
    head, rows = answered(page, 'caption', 30)
    assert page.evaluate('window.hacked') is None
    from wikiart_retrieval.sources import clean_text                  # marks that turn the direction of a text do not come in
    shown = page.locator('#caption-gallery .caption-label').all_inner_texts()
    for t in map(clean_text, ODD[:4]): assert any(t in s for s in shown), (t, shown)
    first = service.search_caption('a boat on the sea', 30)
    for r, s in zip(first, shown):
        if r.title.strip().lower() in ('', 'untitled'): assert f'[{" ".join(r.caption.split()[:6])}' in s and 'Untitled' not in s, s
    assert sum('[' in s for s in shown) >= 2, shown
    assert rows[0][0] == first[0].path[len(str(root))+1:].replace(os.sep, '/'), rows[0]
    links = page.locator('#caption-table [role=gridcell] a').evaluate_all('l => l.map(a => [a.textContent, a.href, a.target, a.rel])')
    assert any(l[1] == 'https://creativecommons.org/publicdomain/zero/1.0/' for l in links) and any(l[0] == 'Museum of <Odd> Drawings' and l[1].startswith('https://museum.example/works/') for l in links), links
    assert all(l[1].startswith('https://') and 'noopener' in l[3] for l in links), links
    assert sum('CC0 1.0' in s and 'Museum of <Odd> Drawings' in s for s in shown) == 10, shown
    shot('demo-3-words'); accessible(page, 'caption'); watch.quiet()
    page.locator('#caption-gallery button.thumbnail-item').first.click()
    page.locator('#caption-gallery .preview').wait_for()
    shot('demo-4-large'); watch.quiet()

    # only what is open
    page.locator('button[aria-label*="lose"]:visible').first.click()
    page.get_by_label('Only open').locator('visible=true').check()
    page.locator('button:visible', has_text='Find pictures').click()
    answered(page, 'caption', 10)
    shot('demo-4-only-open'); accessible(page, 'only open'); watch.quiet()
    page.get_by_label('Only open').locator('visible=true').uncheck()

    # words that would be code anywhere they are not escaped
    box = page.get_by_label('What the picture shows')
    box.fill('<img src=x onerror=window.hacked=4> ${window.hacked=5}')
    page.keyboard.press('Enter')
    page.locator('#caption-line').get_by_text('for “<img src=x').wait_for()
    assert page.evaluate('window.hacked') is None
    watch.quiet()

    # by words with a style, a genre and a tag
    tab('Omni')
    art = next(a for a in service.artworks if a.style_from == a.genre_from == 'label')
    page.get_by_label('Words (may stay empty)').fill('a landscape')
    for label, name in (('Styles', art.style), ('Genres', art.genre), ('Moods, subjects and other tags', 'calm')):
        field = page.get_by_role('combobox', name=label)
        field.click(); field.fill(name)
        page.get_by_role('option', name=re.compile(f'^\\W*{re.escape(name)}', re.I)).first.click()
        page.keyboard.press('Escape')
    few('omni', 8)
    page.locator('button:visible', has_text='Find pictures').click()
    head, rows = answered(page, 'omni', 8)
    want = service.search_omni('a landscape', art.style, art.genre, 'calm', k=8)
    assert [r[1] for r in rows] == [r.title for r in want][:len(rows)], rows
    shot('demo-5-omni'); accessible(page, 'omni'); watch.quiet()

    # mistakes
    tab('Caption'); box.fill('')
    page.locator('button:visible', has_text='Find pictures').click()
    mistake(page, 'caption', 'the query is empty')
    shot('demo-6-empty'); watch.quiet()
    box.fill('лодка на море'); page.keyboard.press('Enter')
    mistake(page, 'caption', 'does not read Cyrillic')
    watch.quiet()
    tab('Image')
    (tmp/'words.jpg').write_text('only words')
    page.locator('button[aria-label*="Clear"]:visible, button[aria-label*="Remove"]:visible').first.click()
    page.locator('#image-input input[type=file]').set_input_files(str(tmp/'words.jpg'))
    mistake(page, 'image', 'not a picture')
    shot('demo-7-not-a-picture'); watch.quiet(['403 /gradio_api/file=', 'status of 403'])                  # its preview was refused
    with open(tmp/'big.jpg', 'wb') as f: f.truncate(200*2**20)
    with page.expect_response(lambda r: '/upload_progress' in r.url):      # Gradio asks how far the upload is that it has itself refused to begin
        page.locator('#image-input input[type=file]').set_input_files(str(tmp/'big.jpg'))
        toast = page.get_by_text('exceed the maximum allowed size of 20').first
        toast.wait_for()
        page.wait_for_function('''e => { let r = e.getBoundingClientRect(), clear = r.top>=0 && r.right<=innerWidth;
            for (; e; e = e.parentElement) clear &&= getComputedStyle(e).opacity == 1; return clear }''', arg=toast.element_handle())                  # it has finished sliding in
        shot('demo-8-too-big')
    page.locator('#image-examples button').first.click()
    answered(page, 'image', 6)                                          # the app goes on
    watch.quiet(['404 /gradio_api/upload_progress', 'status of 404', 'Response'])

    # narrow and dark
    page.set_viewport_size(dict(width=900, height=950))
    page.goto(url+'?__theme=dark')
    page.get_by_role('button', name='Find similar pictures').wait_for()
    tab('Caption')
    page.locator('#caption-examples button').first.click()
    answered(page, 'caption', 12)
    assert page.evaluate('document.documentElement.scrollWidth<=innerWidth'), 'wider than the window'
    shot('demo-9-dark'); accessible(page, 'dark'); watch.quiet()

def check(shots):
    "Run it all; a line in the end. Returns without a test where no browser can be had."
    from playwright.sync_api import sync_playwright
    path = browsers.chromium()
    if path is None: return print('skipped: the demo in a browser')
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d:
        tmp = Path(d)
        root = build(tmp)
        p, url, log = start(root)
        try:
            with sync_playwright() as pw:
                b = browsers.launch(pw, path)
                try: visit(b, url, root, shots, tmp)
                finally: b.close()
            log.seek(0)
            assert 'Traceback' not in (said := log.read()), said[-3000:]
        finally:
            p.terminate(); p.wait(30); log.close()

if __name__ == '__main__':
    t = time.time()
    check(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix='shots-')).resolve())
    print(f'the demo in a browser: {time.time()-t:.0f} s')
