"""How long a search takes in the notebook UI, from Enter to the last picture on the screen: `python .ci/bench_page.py COLLECTION`.
JupyterLab, the search notebook and headless Chromium on this machine; the median of ten questions of each kind, 24 and 60 cards."""
import statistics, sys, tempfile
from pathlib import Path
from browser_lab import LOADED, Person, chromium, lab, launch, notebook, run_all
from playwright.sync_api import sync_playwright

WORDS = ['a boat at sea', 'a woman reading by a window', 'flowers in a vase', 'a snowy street', 'a battle', 'an old man with a beard', 'mountains and a lake', 'a church', 'a horse', 'a mother and her child']
ARM = f"""() => {{ const loaded = {LOADED}, grid = document.querySelector('.wr-grid')
  window.took = null
  const start = e => {{ if (e.type === 'keydown' && e.key !== 'Enter') return
    ['keydown', 'click', 'change'].forEach(n => document.removeEventListener(n, start, true))
    const t = performance.now(); let changed = false
    new MutationObserver((_, o) => {{ changed = true; o.disconnect() }}).observe(grid, {{ childList: true }})
    const look = () => {{ if (changed && loaded()) window.took = performance.now() - t; else requestAnimationFrame(look) }}
    look() }}
  ;['keydown', 'click', 'change'].forEach(n => document.addEventListener(n, start, true)) }}"""

def took(page, act):
    "Milliseconds from the key or click that `act` ends with to all the new pictures being there."
    page.evaluate(ARM)
    act()
    return page.wait_for_function('() => window.took').json_value()

def main(collection):
    with tempfile.TemporaryDirectory() as d, lab(notebook(Path(d)/'nb'), Path(collection).resolve()) as url, sync_playwright() as p:
        b = launch(p, chromium())
        page = b.new_page(viewport=dict(width=1400, height=1000))
        me = Person(page, d, 'bench')
        run_all(page, url)
        me.pictures()
        print(f'{"cards":>6} {"question":>9} {"median":>8} {"best":>8} {"worst":>8}   ms from Enter or click to the last picture')
        me.ask('anything')                                        # the encoder is loaded by now
        for k in (24, 60):
            page.get_by_role('spinbutton', name='Results').fill(str(k))
            page.keyboard.press('Enter')
            me.until(f"() => document.querySelectorAll('.wr-card').length === {k}")
            me.pictures()
            words = []
            for w in WORDS:
                me.words().fill(w)
                words.append(took(page, lambda: page.keyboard.press('Enter')))
            similar = [took(page, lambda: page.locator('.wr-card [data-act=similar]').nth(i % 5 + 1).click()) for i in range(10)]
            files = sorted((Path(collection)/'images').iterdir())[:10]
            uploads = []
            for f in files:
                me.alone()
                uploads.append(took(page, lambda: me.file(f)))
            for name, ms in (('words', words), ('similar', similar), ('upload', uploads)): print(f'{k:>6} {name:>9} {statistics.median(ms):>8.0f} {min(ms):>8.0f} {max(ms):>8.0f}')
            me.tab('Caption → Image')
            me.pictures()
        b.close()

if __name__ == '__main__': main(sys.argv[1])
