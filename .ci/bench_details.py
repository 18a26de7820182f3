"""How well details are found: `WIKIART_SHARED=folder python .ci/bench_details.py FOLDER [split]`; FOLDER keeps what is made, so that it can go on where it was.
A collection of the split's 700 pictures and its region index; then random rectangles of 1/4, 1/9 and 1/16 of the area (two a picture and size, width over height changed by up to 1.5 either way, seed 7), brought to 224 pixels and saved as JPEG at quality 85 as a reader's cut-out would be, look for
their own picture: by the picture index as any picture does, by whole pictures with the weights of details, by windows of a half, of a half and a third. Then one-word queries (subjects' last words, 5 pictures to a fifth of them), of all words and of those that name something small. `train` takes 700 of its pictures (seed 0), `held` those that the engine never saw in training."""
import io, json, os, sys, time
from pathlib import Path
os.environ.setdefault('OMP_NUM_THREADS', '1')
import numpy as np
from PIL import Image
from wikiart_retrieval.build import build_corpus
from wikiart_retrieval.core import Progress
from wikiart_retrieval.details import GRID, WINDOW, Regions, build_regions, crop, open_regions, part_scale, windows
from wikiart_retrieval.encoders import unit
from wikiart_retrieval.evaluate import average_precision, paired, subject_words
from wikiart_retrieval.known import described_pictures
from wikiart_retrieval.search import RetrievalService

SMALL = ('angel animal apple basket beard bell bird boat book bottle bowl bread bucket butterfly candle cane cap cat chair clock cow cross crown cup dog dove earring fan feather fish flag flower fruit glass glove goat gondola hand hat hen helmet horse instrument jar jug knife ladder lamb lamp '
         'letter lute mask mirror moon moustache necklace oar orange parasol pear pipe pitcher plate pot rabbit ribbon ring rose ruff sail scarf sheep shoe skull spear spoon staff statue stick sun sword teapot umbrella vase violin wagon wheel wing').split()

def pictures(split, folder):
    "The split's pictures as files, and their descriptions."
    keep = None
    if split == 'train': keep = set(np.random.default_rng(0).choice(10500, 700, replace=False).tolist())
    records = []
    (folder/'pictures').mkdir(parents=True, exist_ok=True)
    for i,(im,rec,_) in enumerate(described_pictures(os.environ['WIKIART_SHARED'], 'train' if split == 'held' else split)):
        if (keep is not None and i not in keep) or (split == 'held' and i%18): continue
        path = folder/'pictures'/f'{len(records):04}.png'
        if not path.exists(): im.save(path)
        records.append(rec|dict(key=path.name))
    return records

def rectangle(rng, area):
    "A random box of a share of the area."
    a = np.exp(rng.uniform(-np.log(1.5), np.log(1.5))/2)
    w,h = area**.5*a,area**.5/a
    x,y = rng.uniform(0, 1-w),rng.uniform(0, 1-h)
    return x,y,x+w,y+h

def cut_out(im, box):
    "What a reader would cut out and save."
    im = crop(im, box)
    s = 224/max(im.size)
    im,buf = im.resize((max(1, round(im.width*s)), max(1, round(im.height*s))), Image.Resampling.LANCZOS),io.BytesIO()
    im.save(buf, 'JPEG', quality=85)
    return Image.open(buf).convert('RGB')

def queries(folder, service):
    "Boxes, whose they are, and the rows of their cut-outs."
    rng = np.random.default_rng(7)
    asked = [(i, a, rectangle(rng, 1/a)) for a in (4,9,16) for i in range(len(service)) for _ in range(2)]
    parts = []
    for j in range(0, len(asked), 280):
        part = folder/f'queries-{j}.npy'
        if not part.exists(): np.save(part, service.encoder.index_vectors([cut_out(Image.open(service.picture_path(service.artworks[i])).convert('RGB'), b) for i,_,b in asked[j:j+280]]))
        parts.append(np.load(part))
    return np.array([i for i,_,_ in asked]), np.array([a for _,a,_ in asked]), [b for *_,b in asked], np.concatenate(parts)

def ranks(scores, own):
    "The place of the own picture, those of equal score before it."
    return (scores >= scores[np.arange(len(scores)), own][:,None]).sum(1)

def line(name, scores, own, area):
    r = ranks(scores, own)
    print(f'{name:46}'+'   '.join(f'{(r[area == a] <= 1).mean():.3f} {(r[area == a] <= 10).mean():.3f}' for a in (4,9,16)), flush=True)

def overlap(a, b):
    i = max(0, min(a[2],b[2])-max(a[0],b[0]))*max(0, min(a[3],b[3])-max(a[1],b[1]))
    return i/((a[2]-a[0])*(a[3]-a[1])+(b[2]-b[0])*(b[3]-b[1])-i)

def crops(folder, service, regions):
    "R@1 and R@10 of cut-outs; of the best window, how well it covers the rectangle."
    own,area,boxes,V = queries(folder, service)
    scale,whole = part_scale(service.encoder),np.asarray(service.vectors['image'], np.float32)
    Q = unit(V*scale)
    W = np.asarray(regions.vectors, np.float32)[regions.rows]
    C = np.stack([W@q for q in (Q@regions.axes if regions.axes is not None else Q)]).astype(np.float16)   # queries, pictures, windows
    base = Q@(whole*scale).T
    print(f'{len(own):,} rectangles, {len(service)} pictures; R@1 R@10'+' '*17+'1/4           1/9           1/16')
    line('picture index, as any picture', V@whole.T, own, area)
    line('whole pictures, weights of details', base, own, area)
    half = len(windows([GRID[0]]))
    for name,n in (('windows of a half (9)', half), ('windows of a half and a third (34)', len(regions.boxes))): line(name, np.maximum(base, C[:,:,:n].max(2)), own, area)
    best = C[np.arange(len(own)), own].argmax(1)
    o = np.array([overlap(b, regions.boxes[j]) for b,j in zip(boxes, best)])
    print('intersection over union of the best window and the rectangle: '+', '.join(f'1/{a}: {o[area == a].mean():.2f}' for a in (4,9,16)))

def words(service, regions, records):
    "mAP of one-word queries, by the weight of the windows."
    row = {a.source_key:i for i,a in enumerate(service.artworks)}
    for r in records: r['row'] = row[r['key']]
    asked,scale = subject_words(records),part_scale(service.encoder)
    names,z = list(asked),lambda v: (v-v.mean())/v.std()
    T = service.encoder.lift(service.encoder.encode_texts(names))
    small = np.array([n in SMALL or n.rstrip('s') in SMALL for n in names])
    ap = {}
    for w in (0, .1, .2, .3, .4, .5):
        ap[w] = np.array([average_precision(np.isin(np.argsort(-((1-w)*z(service._raw('image', t, np.arange(len(service))))+w*z(regions.best(t*scale)[0])), kind='stable'), asked[n])[None], [len(asked[n])])[0] for n,t in zip(names, T)])
    print(f'mAP of one-word queries: {len(names)} words, {small.sum()} of them something small ({", ".join(n for n,s in zip(names, small) if s)})')
    for w,v in ap.items(): print(f'weight of the best window {w:.1f}: all {v.mean():.4f}, small {v[small].mean():.4f}'+(' (the default)' if w == WINDOW else ''))
    for name,keep in (('all', slice(None)), ('small', small)): print(f'default against none, {name}: {paired(ap[WINDOW][keep], ap[0][keep])}')

def costs(folder, service, regions):
    "Seconds and bytes."
    done = folder/'seconds.json'
    if done.exists(): print('building: {cpu:.2f} s of one core a picture ({wall:.2f} s of the clock, on a machine busy with other work), encoding {n} windows each'.format(**json.loads(done.read_text())))
    size = sum(p.stat().st_size for p in regions.folder.iterdir())
    print(f'{size:,} bytes, {size/len(regions):,.0f} a picture; with all numbers it would be {len(regions.boxes)*service.encoder.index_dim*2:,}')
    q = np.ones(service.encoder.index_dim, np.float32)
    for n in (len(regions), 20_000):
        many = Regions.__new__(Regions)
        many.vectors = regions.vectors if n == len(regions) else np.broadcast_to(np.asarray(regions.vectors[:500]), (n//500, 500, *regions.vectors.shape[1:])).reshape(n, *regions.vectors.shape[1:])
        many.axes,many.rows = regions.axes,np.arange(n)
        many.best(q)
        c = time.process_time()
        many.best(q)
        print(f'comparing {n:,} pictures: {1000*(time.process_time()-c):.0f} ms of one core')

def main(folder, split='validation'):
    folder = Path(folder)/split
    records,root = pictures(split, folder),folder/'collection'
    if not (root/'manifest.json').exists(): build_corpus(source=str(folder/'pictures'), out=root, encoder='bundled', captioner='none', trees=0, offline=True, quiet=True)
    t,c = time.perf_counter(),time.process_time()
    fresh = not list(root.glob('regions-*')) and not list((root/'.build').glob('regions-parts-*'))
    build_regions(root, progress=Progress(quiet=True))
    service = RetrievalService(root, offline=True)
    regions = open_regions(service)
    if fresh: (folder/'seconds.json').write_text(json.dumps(dict(cpu=(time.process_time()-c)/len(service), wall=(time.perf_counter()-t)/len(service), n=len(regions.boxes))))
    print(split, regions, flush=True)
    costs(folder, service, regions)
    words(service, regions, records)
    crops(folder, service, regions)

if __name__ == '__main__': main(*sys.argv[1:3])
