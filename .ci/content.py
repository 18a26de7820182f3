"""What the bundled engine shows for ten plain words, for people to judge: `WIKIART_SHARED=folder python .ci/content.py [FOLDER]`.
Builds a collection of the validation and sample pictures (1,400), searches each of QUERIES by words and writes one contact sheet a query into FOLDER, `_docs/content` if left out (never tracked: the pictures are
not ours). Judgements are kept in `.ci/content.json` by picture name; the table counts the right ones of ten. Pictures that nobody has judged are listed, and counted as wrong."""
import contextlib, io, json, os, sys, tempfile
from pathlib import Path

QUERIES = ['ships', 'still life with fruit', 'horses', 'mountain landscape', 'a church', 'flowers in a vase', 'a dog', 'man in armour', 'bathers', 'winter snow']
ROOT = Path(__file__).resolve().parent.parent
JUDGED = ROOT/'.ci'/'content.json'

def collection(shared, folder):
    "The pictures of both splits as one collection, without captions."
    from wikiart_retrieval.build import build_corpus
    from wikiart_retrieval.search import RetrievalService
    both = Path(folder)/'both'
    both.mkdir()
    for f in [*Path(shared).glob('validation-*.parquet'), *Path(shared).glob('sample-*.parquet')]: (both/f.name).symlink_to(f.resolve())
    with contextlib.redirect_stderr(io.StringIO()): build_corpus(None, str(both), Path(folder)/'c', encoder='bundled', captioner='none', offline=True, quiet=True)
    return RetrievalService(Path(folder)/'c', backend='exact')

def table(rows):
    "Counts of right pictures among the first ten, as Markdown."
    return '\n'.join(['| words | right of the first ten |', '|---|---|', *(f'| {q} | {n} |' for q, n in rows), f'| mean | {sum(n for _, n in rows)/len(rows)/10:.2f} |'])

def main():
    shared = os.environ.get('WIKIART_SHARED')
    if not shared: sys.exit('content: set WIKIART_SHARED to the folder of the WikiArt parquet files')
    out = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT/'_docs'/'content')
    out.mkdir(parents=True, exist_ok=True)
    judged, rows, open_ = json.loads(JUDGED.read_text(encoding='utf-8')) if JUDGED.exists() else {}, [], []
    with tempfile.TemporaryDirectory() as d:
        s = collection(shared, d)
        for q in QUERIES:
            found = s.search_caption(q, k=10)
            found.sheet(out/f'{q.replace(" ", "-")}.png')
            names = [s.get(r.id).source_key for r in found]
            rows.append((q, sum(judged.get(q, {}).get(n) is True for n in names)))
            open_ += [(q, i+1, n) for i, n in enumerate(names) if n not in judged.get(q, {})]
        print(f'{len(s)} pictures, {s.manifest["encoder"]["name"]}, sheets in {out}\n\n{table(rows)}')
        for o in open_: print('not judged:', *o)

if __name__ == '__main__': main()
