"""Does the stand-in hub answer other versions of the client too? `python .ci/bench_hub.py 0.30.2 0.36.0 1.3.0` makes a virtual environment for each version of huggingface_hub (from the package registry), and runs in it
the calls of nbs/12a_hub.ipynb and, where the version has it, `upload_large_folder`."""
import json, subprocess, sys, tempfile, venv
from pathlib import Path
from wikiart_retrieval.hub import StandInHub, in_child

ROOT = Path(__file__).resolve().parent.parent
LARGE = r'''
import json
from pathlib import Path
from huggingface_hub import HfApi, snapshot_download
api, here = HfApi(), Path('up')
if not hasattr(api, 'upload_large_folder'): print(json.dumps(None)); raise SystemExit
here.mkdir()
for i in range(60): (here/f'{i}.bin').write_bytes(bytes([i])*5000)
api.create_repo('someone/big', repo_type='dataset')
api.upload_large_folder(repo_id='someone/big', folder_path=here, repo_type='dataset', num_workers=2, print_report=False)
down = Path(snapshot_download('someone/big', repo_type='dataset', local_dir='down'))
print(json.dumps(all((down/p.name).read_bytes()==p.read_bytes() for p in here.iterdir() if p.is_file())))
'''

def work():
    "The calls of the notebook."
    cells = json.loads((ROOT/'nbs/12a_hub.ipynb').read_text(encoding='utf-8'))['cells']
    return next(s for c in cells if (s := ''.join(c['source'])).startswith("work = r'''")).split("'''")[1]

def tried(version):
    "What one version made of it."
    with tempfile.TemporaryDirectory() as d:
        d = Path(d)
        for n in 'ab': (d/n).mkdir()
        venv.create(d/'venv', with_pip=True)
        python = next(p for p in (d/'venv/bin/python', d/'venv/Scripts/python.exe') if p.exists())
        subprocess.run([python, '-m', 'pip', 'install', '-q', f'huggingface_hub=={version}', 'fsspec'], check=True, stderr=subprocess.DEVNULL)
        with StandInHub(part=40_000, page=5) as hub: told = json.loads(in_child(hub, work(), cwd=d/'a', python=python, PYTHONPATH='').stdout)
        with StandInHub() as hub2: large = json.loads(in_child(hub2, LARGE, cwd=d/'b', python=python, PYTHONPATH='', haste=False).stdout.splitlines()[-1])
        return dict(version=version, same=all(told['the same']), range=told['a range']==[80,81,82], calls=sum(hub.log.values()), strays=hub.strays+hub2.strays, upload_large_folder=large)

if __name__ == '__main__':
    for v in sys.argv[1:]: print(json.dumps(tried(v)), flush=True)
