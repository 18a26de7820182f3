"The picture of the search page for the landing page: `python .ci/picture.py` (needs the gallery of `make run`)."
import io, tempfile
from pathlib import Path
from PIL import Image
from browser_lab import ROOT, Person, chromium, lab, launch, notebook, run_all
from playwright.sync_api import sync_playwright

with tempfile.TemporaryDirectory() as d, lab(notebook(Path(d)/'nb'), ROOT/'artifacts/gallery') as url, sync_playwright() as p:
    b = launch(p, chromium())
    page = b.new_page(viewport=dict(width=1240, height=900), device_scale_factor=1.5)
    me = Person(page, d, 'picture')
    run_all(page, url)
    me.pictures()
    page.keyboard.press('Control+b')                              # JupyterLab's side bar goes
    me.ask('anything')                                            # the encoder is loaded by now
    me.ask('a sailing boat on the sea')
    me.see('.wr-open').click()
    me.see('.wr-details img')
    me.words().focus()
    page.locator('.wr-app').evaluate("e => e.scrollIntoView()")
    box = page.locator('.wr-app').bounding_box()
    shot = page.screenshot(clip=dict(x=box['x']-6, y=max(box['y'], 0), width=box['width']+12, height=min(780, 900-max(box['y'], 0)-30)))
    b.close()
Image.open(io.BytesIO(shot)).convert('RGB').save(ROOT/'nbs/images/search-page.jpg', quality=84, optimize=True, progressive=True)
