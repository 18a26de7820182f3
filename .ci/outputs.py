"""Run notebooks in a real kernel and keep their outputs: `python .ci/outputs.py nbs/09_widgets.ipynb …`.
Outputs of evaluation cells that print nothing without WIKIART_SHARED stay as they were; a widget stays only where there is HTML beside it, and then as that HTML, so that a page without a kernel shows it."""
import os, sys
from pathlib import Path
import nbformat
from nbclient import NotebookClient

def told(outputs):
    "Streams joined, and of a progress bar its last state."
    out = []
    for o in outputs:
        if o.output_type == 'stream' and out and out[-1].output_type == 'stream' and out[-1].name == o.name: out[-1].text += o.text
        else: out.append(o)
    for o in out:
        if o.output_type == 'stream': o.text = '\n'.join(l.rstrip('\r').rsplit('\r', 1)[-1] for l in o.text.split('\n'))
    return out

def still(outputs):
    "Without the widgets that only a kernel shows."
    out = [o for o in outputs if VIEW not in o.get('data', {}) or 'text/html' in o['data']]
    for o in out: o.get('data', {}).pop(VIEW, None)
    return out

VIEW = 'application/vnd.jupyter.widget-view+json'

def main(paths):
    os.environ.update(HF_HUB_OFFLINE='1', IN_TEST='1')
    for path in map(Path, paths):
        nb = nbformat.read(path, 4)
        before = {c.id: c.outputs for c in nb.cells if c.cell_type == 'code'}
        NotebookClient(nb, timeout=1200, kernel_name='python3', resources=dict(metadata=dict(path=str(path.parent)))).execute()
        nb.metadata.pop('widgets', None)
        for c in nb.cells:
            if c.cell_type != 'code': continue
            if not c.outputs and 'WIKIART_SHARED' in c.source and not os.environ.get('WIKIART_SHARED'): c.outputs = before[c.id]
            c.outputs = told(c.outputs)
            c.outputs = still(c.outputs)
        nbformat.write(nb, path)
        print(path)

if __name__ == '__main__': main(sys.argv[1:])
