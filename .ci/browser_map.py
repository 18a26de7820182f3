"""The map in a real JupyterLab, by hand: words mark hits, the mouse over a point shows its picture, a click its details, a lasso a grid, a group its pictures; `python .ci/browser_map.py [FOLDER for the screenshots]`."""
import json, sys, tempfile, time
from io import BytesIO
from pathlib import Path
sys.path.insert(0, str(Path(__file__).resolve().parent))
from browsers import FLAGS, chromium, launch
from browser_lab import Person, lab, run_all

WEBGL = [f for f in FLAGS if f != '--disable-gpu'] + ['--use-gl=egl', '--ignore-gpu-blocklist'] # drawn by the processor where there is no card
CELLS = ["from wikiart_retrieval.atlas import map_widget\nfrom wikiart_retrieval.search import RetrievalService\ns = RetrievalService(offline=True, root='{root}')", "view = map_widget(s, colour='genre')\nview"]

def write_notebook(folder, cells):
    "A notebook of these cells where `lab` opens it."
    folder.mkdir(parents=True, exist_ok=True)
    code = [dict(cell_type='code', id=f'c{i}', metadata={}, execution_count=None, outputs=[], source=c) for i, c in enumerate(cells)]
    nb = dict(cells=code, metadata=dict(kernelspec=dict(display_name='python3', language='python', name='python3')), nbformat=4, nbformat_minor=5)
    (folder/'search.ipynb').write_text(json.dumps(nb), encoding='utf-8')
    return folder

class Mapper(Person):
    "Somebody before a map."
    def canvas(self): return self.see('.wr-map canvas')
    def dots(self):
        "Where points are drawn, in pixels of the canvas: those that are strongly coloured."
        import numpy as np
        from PIL import Image
        img = np.asarray(Image.open(BytesIO(self.canvas().screenshot())).convert('RGB')).astype(int)
        return np.argwhere(img.max(-1) - img.min(-1) > 60)[:, ::-1], img.shape
    def drawn(self, least=60, most=120):
        "Wait until the points are there; how long it took."
        t = time.time()
        while len(self.dots()[0]) < least:
            assert time.time() - t < most, 'no points are drawn'
            self.page.wait_for_timeout(100)
        return time.time() - t
    def at(self, xy):
        "A pixel of the canvas as one of the page."
        b = self.canvas().bounding_box()
        return b['x'] + float(xy[0]), b['y'] + float(xy[1])
    def tool(self, name):
        "Press a button of the plot's own bar."
        self.page.locator(f'.wr-map button[title*="{name}" i], .wr-map button[aria-label*="{name}" i]').first.click()
    def ring(self, share=.4):
        "Draw a lasso in the middle of the plot; when the button was let go."
        b, m = self.canvas().bounding_box(), self.page.mouse
        x, y, w, h = b['x'] + b['width']/2, b['y'] + b['height']/2, b['width']*share, b['height']*share
        m.move(x - w, y - h)
        m.down()
        for dx, dy in ((1, -1), (1, 1), (-1, 1), (-1, -1)): m.move(x + dx*w, y + dy*h, steps=8)
        m.up()
        return time.time()

def by_hand(p, url, shots, big):
    b = launch(p, big, args=WEBGL)
    me = Mapper(b.new_page(viewport=dict(width=1300, height=1250)), shots, 'map')
    run_all(me.page, url)
    me.canvas()
    me.drawn()
    me.shot('opens')
    before = me.dots()[0]
    me.page.get_by_placeholder('words to mark on the map').fill('a boat on the sea')
    me.page.keyboard.press('Enter')
    me.see('.wr-map [role=status]', 'marked')
    assert me.page.locator('.wr-map .wr-grid img').count() == 24
    end = time.time() + 30
    while len(me.dots()[0]) < 1.1*len(before) and time.time() < end: me.page.wait_for_timeout(100)
    assert len(me.dots()[0]) >= 1.1*len(before), 'marks do not show'
    me.shot('a-search-is-marked')
    me.page.get_by_role('button', name='Clear').click()
    me.until("() => !document.querySelector('.wr-map .wr-grid')")
    spot = me.dots()[0]
    me.page.mouse.move(*me.at(spot[len(spot)//2]))
    me.until("() => [...document.querySelectorAll('.wr-map *')].some(e => /data:image\\/webp/.test(e.style.backgroundImage))")
    me.shot('the-mouse-over-a-point')
    me.page.mouse.click(*me.at(spot[len(spot)//2]))
    me.see('.wr-map-details img')
    me.shot('a-click-shows-details')
    me.tool('lasso')
    me.ring()
    me.see('.wr-map [role=status]', 'pictures')
    assert me.page.locator('.wr-map .wr-grid img').count() >= 2
    me.shot('a-lasso-shows-its-pictures')
    me.page.locator('.wr-map .widget-hbox button', has_text='(').first.click()
    chip = me.page.locator('.wr-map .widget-hbox button', has_text='(').first.inner_text()
    me.see('.wr-map [role=status]', chip.rsplit('(', 1)[1].rstrip(')') + ' pictures')
    me.shot('a-group')
    me.page.locator('.wr-map select').select_option('Style')
    me.see('.wr-map-legend', 'Mosaic')
    me.shot('other-colours')
    bad = [e for e in me.errors if 'favicon' not in e]
    assert not bad, bad
    b.close()

def check(shots):
    from playwright.sync_api import sync_playwright
    from wikiart_retrieval.build import build_corpus
    big = chromium()
    if big is None: return
    shots.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as d, sync_playwright() as p:
        root = Path(d)/'gallery'
        build_corpus(source='gallery', sample_size=60, out=root, encoder='bundled', captioner='tags', offline=True, quiet=True, trees=0)
        folder = write_notebook(Path(d)/'nb', [c.replace('{root}', str(root)) for c in CELLS])
        with lab(folder, root) as url: by_hand(p, url, shots, big)

if __name__ == '__main__': check(Path(sys.argv[1] if len(sys.argv) > 1 else 'artifacts/screenshots'))
