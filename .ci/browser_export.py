"The exported page in a real browser: no console error, no request to anywhere, hostile texts, light and dark, accessibility; `python .ci/browser_export.py [FOLDER]` leaves a screenshot of each step."
import sys, tempfile, time
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, str(Path(__file__).resolve().parent))
import browsers
from browser_demo import accessible, build

BAD = '</title></pre></script><script>window.hacked=1</script>"><img src="https://example.org/x" onerror="window.hacked=2"><style>@import url(https://example.org/y)</style>'

def pages(tmp):
    "An ordinary page and one whose every text is hostile: path → record."
    from wikiart_retrieval.export import write_page
    from wikiart_retrieval.records import recorded
    from wikiart_retrieval.search import RetrievalService
    service = RetrievalService(build(tmp), offline=True)
    for a in service.artworks: a.licence, a.rights, a.credit, a.source_url = 'CC0-1.0', 'http://creativecommons.org/publicdomain/zero/1.0/', 'Drawn here', f'https://example.org/works/{a.id}'
    res = recorded(service).search_caption('a boat on the sea', k=12)
    good, bad = write_page(res, service, tmp/'good.html'), tmp/'bad.html'
    record = res.record
    for i, r in enumerate(res): res[i] = replace(r, title=BAD, author=BAD, caption=BAD, style=BAD, genre=BAD, credit=BAD, licence=BAD, rights='javascript:window.hacked=3', source_url='javascript:window.hacked=4')
    res.query = BAD
    res.record = record | dict(question=dict(mode='caption', text=BAD))
    write_page(res, service, bad)
    return good, bad, record

class Watch:
    "Every request and every error of a page."
    def __init__(self, page):
        self.asked, self.errors = [], []
        page.on('request', lambda r: self.asked.append(r.url))
        page.on('console', lambda m: self.errors.append(m.text))
        page.on('pageerror', lambda e: self.errors.append(str(e)))
    def only(self, own):
        "Nothing was asked for but the file itself and what is inside it, and nothing was complained of."
        foreign = [u for u in self.asked if u != own and not u.startswith('data:')]
        assert not foreign and not self.errors, f'requests {foreign}, console {self.errors}'

def whole(page, n):
    "n pictures that are really there, the page no wider than its window, no script of anybody's run."
    got = page.evaluate('[...document.images].map(i => i.complete && i.naturalWidth>0)')
    assert got == [True]*n, got
    assert page.evaluate('document.documentElement.scrollWidth<=innerWidth'), 'wider than the window'
    assert page.evaluate('window.hacked') is None and page.locator('script').count() == 0

def visit(b, good, bad, record, shots, tmp):
    "Both pages, light and dark, wide and narrow; axe needs scripts, so it has a context of its own."
    from wikiart_retrieval.records import read_record
    for path, scheme, width in ((good, 'light', 1200), (good, 'dark', 390), (bad, 'light', 390), (bad, 'dark', 1200)):
        ctx = b.new_context(color_scheme=scheme, viewport=dict(width=width, height=900), accept_downloads=True)
        page = ctx.new_page()
        watch = Watch(page)
        page.goto(path.as_uri(), wait_until='load')
        whole(page, 12)
        page.screenshot(path=shots/f'export-{path.stem}-{scheme}.png', full_page=True)
        page.locator('summary').click()
        if path == good:
            assert page.title() == 'a boat on the sea'
            with page.expect_download() as got: page.get_by_text('Download the record').click()
            got.value.save_as(tmp/'record.json')
            assert read_record(tmp/'record.json') == record and got.value.suggested_filename == 'search-record.json'
            watch.asked = [u for u in watch.asked if not u.startswith('data:')]
        watch.only(path.as_uri())
        ctx.close()
        ctx = b.new_context(color_scheme=scheme, viewport=dict(width=width, height=900), bypass_csp=True)
        page = ctx.new_page()
        page.goto(path.as_uri())
        accessible(page, f'{path.stem} {scheme}')
        ctx.close()

def would_notice(b, good, tmp):
    "The watch is known to be able to fail: a page that does load something."
    leaky = tmp/'leaky.html'
    leaky.write_text(good.read_text(encoding='utf-8').replace("img-src data:", "img-src data: http:").replace('</main>', '<img src="http://127.0.0.1:9/x" alt="x"></main>'), encoding='utf-8')
    page = b.new_page()
    watch = Watch(page)
    page.goto(leaky.as_uri(), wait_until='load')
    try: watch.only(leaky.as_uri())
    except AssertionError: return page.close()
    raise AssertionError('a request was not noticed')

def check(shots):
    "Run it all. Returns without a test where no browser can be had."
    from playwright.sync_api import sync_playwright
    path = browsers.chromium()
    if path is None: return print('skipped: the exported page in a browser')
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d:
        tmp = Path(d)
        good, bad, record = pages(tmp)
        with sync_playwright() as pw:
            b = browsers.launch(pw, path)
            try:
                visit(b, good, bad, record, shots, tmp)
                would_notice(b, good, tmp)
            finally: b.close()

if __name__ == '__main__':
    t = time.time()
    check(Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix='shots-')).resolve())
    print(f'the exported page in a browser: {time.time()-t:.0f} s')
