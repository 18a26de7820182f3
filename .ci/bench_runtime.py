"""Runtimes of the network of pictures side by side: `python .ci/bench_runtime.py [FILE.parquet|gallery] [-n 64] [--batch 16] [--rounds 7] [--threads 2]`.
A ViT-B/32 of its true size (the default of transformers' CLIPConfig, which is that of openai/clip-vit-base-patch32) with random weights of a fixed seed, and bundled-1 with its own. Without a file: the validation pictures of
WIKIART_SHARED where it is set, else the gallery. Each round every runtime does the same batches once, in turn and in an order that changes from round to round, in this one process, after a warm-up.
Times are of the network alone, without decoding and without making squares. Random weights say how fast a network is, and not how well trained weights bear 8 bits: rows of different pictures are much alike, so cosines are also
shown with the mean row taken away. How trained weights bear 8 bits is shown on the one trained transformer that is here, all-MiniLM-L6-v2 (from word vectors to the mean row; captions of WIKIART_SHARED). What holds for a real
checkpoint is checked when its copy is made, on the user's own pictures."""
import argparse, json, os, statistics, sys, tempfile, time
from pathlib import Path

p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
p.add_argument('source', nargs='?', default='', help='a parquet file with a column image, or gallery')
p.add_argument('-n', type=int, default=64, help='pictures (default: 64)')
p.add_argument('--batch', type=int, default=16, help='pictures at once (default: 16)')
p.add_argument('--rounds', type=int, default=7, help='rounds (default: 7)')
p.add_argument('--threads', type=int, default=min(2, os.cpu_count() or 1), help='threads of every runtime (default: 2)')
args = p.parse_args(None if __name__ == '__main__' else [])
os.environ.update(OMP_NUM_THREADS=str(args.threads), HF_HUB_OFFLINE='1')   # before anything that reads it

import numpy as np, torch
from bench_encoders import jpegs, machine
from wikiart_retrieval.encoders import ClipEncoder, lite_features, lite_pixels, load_minilm
from wikiart_retrieval.images import load_image
from wikiart_retrieval.runtime import LEAST, OnnxTower, agreement, image_tower, onnx_copy, torch_rows, write_int8, write_onnx
from wikiart_retrieval.testing import hush, seeded, write_clip_tokenizer

BARS = {'onnx': 1.15, 'onnx-int8': 2.}   # and 8 bits with the products behind the nonlinearity in float32, which is what a checkpoint gets that does not bear all of them

def full_size_clip(folder):
    "Save a random CLIP of the size of ViT-B/32."
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel
    folder = Path(folder)
    folder.mkdir()
    write_clip_tokenizer(folder)
    with seeded(0): CLIPModel(CLIPConfig()).save_pretrained(folder)
    CLIPImageProcessor().save_pretrained(folder)
    return folder

def race(runs, parts, rounds):
    "Wall and CPU ms a picture, a row a round, for each of the runtimes."
    n, took = sum(map(len, parts)), {k: [] for k in runs}
    for f in runs.values(): f(parts[0])
    for r in range(rounds):
        order = list(runs)[r % len(runs):]+list(runs)[:r % len(runs)]
        for k in order:
            t, c = time.perf_counter(), time.process_time()
            for b in parts: runs[k](b)
            took[k].append(((time.perf_counter()-t)/n*1000, (time.process_time()-c)/n*1000))
    return took

def centred(a, b):
    "Cosines without what all rows have in common."
    m = a.mean(0)
    return agreement(a-m, b-m)

def report(title, net, pixels, kinds):
    "One network, all its runtimes: times and cosines."
    parts, runs, seen = list(pixels.split(args.batch)), dict(torch=lambda b: torch_rows(net, b)), {}
    for k in kinds:
        t = time.perf_counter()
        if k == 'wary': write_int8(onnx_copy(net, pixels[:16], 'onnx', title), path := Path(os.environ['WIKIART_CACHE'])/'wary.onnx', wary=True)
        else: path = onnx_copy(net, pixels[:16], k, title)
        copy = OnnxTower(path)
        runs[k] = lambda b, copy=copy: copy(b.numpy())
        seen[k] = time.perf_counter()-t, copy.path.stat().st_size/1e6
    took = race(runs, parts, args.rounds)
    rows = {k: np.concatenate([f(b) for b in parts]) for k, f in runs.items()}
    base, c = took['torch'], rows['torch']/np.linalg.norm(rows['torch'], axis=1, keepdims=True)
    print(f'\n{title}: {sum(v.numel() for v in net.parameters())/1e6:.0f} million weights, {len(pixels)} pictures in batches of {args.batch}; two different pictures have cosine {(c@c.T)[np.triu_indices(len(c), 1)].mean():.4f}')
    print(f'  {"runtime":10} {"ms each":>8} {"CPU ms":>7} {"x torch":>8} {"slowest–fastest":>16} {"x by CPU":>9} {"bar":>7}   {"cosine mean":>11} {"worst":>8} {"bar":>13}   {"centred":>8} {"worst":>8} {"MB":>6} {"made in s":>9}')
    good = True
    for k, v in took.items():
        wall, cpu = (statistics.median(x) for x in zip(*v))
        ratios = [b[0]/o[0] for b, o in zip(base, v)]
        line = f'  {k:10} {wall:8.1f} {cpu:7.1f}'
        if k != 'torch':
            bar, least = BARS.get(k, BARS['onnx-int8']), LEAST.get(k, LEAST['onnx-int8'])
            x, (mean, worst), (cm, cw) = statistics.median(ratios), agreement(rows[k], rows['torch']), centred(rows['torch'], rows[k])
            good = good and mean >= least[0] and worst >= least[1]
            line += f' {x:8.2f} {min(ratios):9.2f}–{max(ratios):<6.2f} {statistics.median(b[1] for b in base)/cpu:9.2f} {f">= {bar}":>7}   {mean:11.6f} {worst:8.6f} {f"{least[0]}, {least[1]}":>13}   {cm:8.5f} {cw:8.5f} {seen[k][1]:6.0f} {seen[k][0]:9.1f}'
        print(line)
    sys.stdout.flush()
    return good

def trained(folder):
    "8 bits on a trained transformer: cosines with torch of 200 captions of 16 words and pieces."
    tok, model = load_minilm()
    lines = open(Path(os.environ['WIKIART_SHARED'])/'captions-validation.jsonl', encoding='utf-8')
    ids = [i[:16] for i in (tok(json.loads(l)['caption'])['input_ids'] for l in lines) if len(i) >= 16][:200]
    with torch.no_grad(): words = model.embeddings.word_embeddings(torch.tensor(ids))
    class Sentences(torch.nn.Module):
        def __init__(self): super().__init__(); self.model = model
        def forward(self, words): return self.model(inputs_embeds=words).last_hidden_state.mean(1)
    net, path = Sentences().eval(), Path(folder)/'minilm.onnx'
    write_onnx(net, words, path)
    print(f'\nall-MiniLM-L6-v2, trained weights, {len(words)} captions: cosine with torch, mean and worst')
    for what, wary in (('all products in 8 bits', False), ('wary', True)):
        write_int8(path, f'{path}.8', wary)
        print('  {:24} {:.4f} {:.4f}'.format(what, *agreement(OnnxTower(f'{path}.8', True)(words.numpy()), torch_rows(net, words))))
    sys.stdout.flush()

def main():
    hush()
    files = sorted(Path(os.environ['WIKIART_SHARED']).glob('validation-*.parquet')) if os.environ.get('WIKIART_SHARED') else []
    source = args.source or (str(files[0]) if files else 'gallery')
    pics = [load_image(b) for b in jpegs(source, args.n)]
    torch.set_num_threads(args.threads)
    import onnxruntime
    print(f'{len(pics)} pictures of {Path(source).name}, median of {args.rounds} interleaved rounds; "x torch" is the median of the rounds\' ratios\n{machine()}; load before: {os.getloadavg()[0]:.1f}; torch {torch.__version__}, onnxruntime {onnxruntime.__version__}')
    with tempfile.TemporaryDirectory() as d:
        os.environ['WIKIART_CACHE'] = f'{d}/cache'
        enc = ClipEncoder(full_size_clip(f'{d}/vit-b-32-random'), device='cpu')
        good = report('ViT-B/32, random weights', image_tower(enc.model), enc.pixels(pics), ['onnx', 'onnx-int8', 'wary'])
        if os.environ.get('WIKIART_SHARED'): trained(d)
        good = report('bundled-1 (EfficientNet-Lite0, trained weights)', lite_features(), lite_pixels(pics), ['onnx']) and good
    print(f'\nload after: {os.getloadavg()[0]:.1f}' if good else '\na copy is not like torch')
    sys.exit(not good)

if __name__ == '__main__': main()
