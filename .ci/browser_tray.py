"""The tray and the comparison in a real JupyterLab, by hand as a person would: `python .ci/browser_tray.py [FOLDER for the screenshots]`.

A note is typed, pictures are ordered and compared, zoomed by keys and by dragging; the kernel is restarted, and everything is there again."""
import json, re, sys, tempfile
from pathlib import Path
from browser_lab import Person, lab, run_all
from browsers import chromium, launch

CELLS = ['''import os
from wikiart_retrieval.records import recorded
from wikiart_retrieval.search import RetrievalService
from wikiart_retrieval.tray import Tray, tray_view
service = RetrievalService(os.environ['WIKIART_ARTIFACTS'], offline=True)
tray = Tray(service, 'ships')
if not len(tray):
    tray.add(recorded(service).search_caption('a boat at sea', k=3))
    tray.add(recorded(service).search_caption('trees', k=2))
print('kernel', os.getpid())''', 'tray_view(tray)']
VIEWS = "() => [...document.querySelectorAll('.wr-side-box img')].map(i => i.style.transform)"

def notebook(folder):
    "Two cells, where `lab` looks for them."
    folder.mkdir(parents=True)
    cell = lambda i,s: dict(cell_type='code', id=f'cell{i}', metadata={}, source=s, outputs=[], execution_count=None)
    nb = dict(cells=[cell(i, s) for i,s in enumerate(CELLS)], metadata=dict(kernelspec=dict(display_name='Python 3 (ipykernel)', language='python', name='python3')), nbformat=4, nbformat_minor=5)
    (folder/'search.ipynb').write_text(json.dumps(nb), encoding='utf-8')
    return folder

def line(me, i): return me.page.locator('.jp-OutputArea .widget-vbox > .widget-vbox > .widget-hbox').nth(i)
def kernel(me): return me.see('.jp-OutputArea-output', 'kernel ').inner_text().strip()
def order(me): return [re.sub(r'^\d+\. ', '', t.split('\n')[0]) for t in me.page.locator('.jp-OutputArea .widget-html-content', has_text=re.compile(r'^\s*\d+\. ')).all_inner_texts()]

def keep(me, url):
    "A note, an order, and both after a restart."
    run_all(me.page, url)
    first = kernel(me)
    me.see('h3', 'ships: 5 pictures')
    was = order(me)
    assert len(was) == 5, was
    me.page.get_by_label('Note').first.fill('the sail <i>again</i>')
    me.page.get_by_label('Note').first.press('Enter')
    me.page.get_by_label('Group').nth(1).fill('boats')
    me.page.get_by_label('Group').nth(1).press('Enter')
    me.page.get_by_role('button', name='↓').first.click()
    me.until("() => document.querySelectorAll('.jp-OutputArea input[placeholder=note]')[1]?.value === 'the sail <i>again</i>'")
    assert order(me) == [was[1], was[0], *was[2:]], (was, order(me))
    me.shot('kept')
    me.page.get_by_role('menuitem', name='Run', exact=True).click()
    me.page.get_by_role('menuitem', name=re.compile('^Restart Kernel and Run All Cells')).click()
    me.page.get_by_role('button', name='Confirm Kernel Restart').click()
    me.until("was => [...document.querySelectorAll('.jp-OutputArea-output')].some(o => /kernel \\d/.test(o.textContent) && o.textContent.trim() !== was)", first)
    me.until("() => document.querySelectorAll('.jp-OutputArea input[placeholder=note]')[1]?.value === 'the sail <i>again</i>'")
    assert kernel(me) != first and order(me) == [was[1], was[0], *was[2:]]
    assert me.page.get_by_label('Group').first.input_value() == 'boats'
    me.shot('after-the-restart')

def side_by_side(me):
    "Three pictures at equal height, zoomed together by keys and by dragging, then one alone."
    page = me.page
    page.get_by_role('button', name='Compare').click()
    me.see('div[role=alert]', '0 pictures are ticked')
    for i in range(3): page.get_by_label('compare').nth(i).check()
    page.get_by_role('button', name='Compare').click()
    me.until("() => { const l = [...document.querySelectorAll('.wr-side-box img')]; return l.length === 3 && l.every(i => i.complete && i.naturalWidth && i.alt) }")
    heights = page.evaluate("() => [...document.querySelectorAll('.wr-side-box')].map(b => b.getBoundingClientRect().height)")
    assert max(heights) - min(heights) < 1 and min(heights) > 50, heights
    page.locator('.wr-side-bar').scroll_into_view_if_needed()
    me.shot('side-by-side')
    page.get_by_role('button', name='Zoom out').focus()
    for _ in range(3): page.keyboard.press('Tab')                     # Whole, Linked, the first picture
    assert 'plus and minus zoom' in page.evaluate("() => document.activeElement.getAttribute('aria-label') || ''")
    for k in ('+', '+', '+', 'ArrowRight'): page.keyboard.press(k)
    a = page.evaluate(VIEWS)
    assert len({*a}) == 1 and 'scale(2.197' in a[0], a
    box = page.locator('.wr-side-box').nth(1).bounding_box()
    x, y = box['x'] + box['width']/2, box['y'] + box['height']/2
    page.mouse.move(x, y); page.mouse.down(); page.mouse.move(x - 40, y - 30, steps=4); page.mouse.up()
    b = page.evaluate(VIEWS)
    assert len({*b}) == 1 and b != a, (a, b)
    me.shot('zoomed')
    page.get_by_role('button', name='Linked').click()
    page.locator('.wr-side-box').nth(2).focus()
    page.keyboard.press('0')
    c = page.evaluate(VIEWS)
    assert c[:2] == b[:2] and c[2] != b[2], c
    assert page.locator('.wr-side-rows .wr-differs').count() > 3 and page.locator('.wr-side-rows mark').count() > 0
    assert not page.locator('.jp-OutputArea i').count()               # a note is text
    me.shot('one-alone')

def check(shots):
    path = chromium()
    if not path: return
    from playwright.sync_api import sync_playwright
    from wikiart_retrieval.build import build_corpus
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        d = Path(d)
        build_corpus(24, 'gallery', d/'artifacts/drawings', encoder='bundled', captioner='tags', trees=0, quiet=True, offline=True)
        with lab(notebook(d/'lab'), d/'artifacts') as url:
            browser = launch(p, path)
            page = browser.new_page(viewport=dict(width=1280, height=1100))
            me = Person(page, shots, 'tray')
            try:
                keep(me, url)
                side_by_side(me)
            except BaseException:
                me.shot('failed')
                raise
            finally: browser.close()
            print(f'tray: {me.n} screenshots, errors of the page that name the package: {[e for e in me.errors if "compare.js" in e or "wr-" in e]}')

if __name__ == '__main__': check(Path(sys.argv[1] if len(sys.argv) > 1 else 'artifacts/screenshots'))
