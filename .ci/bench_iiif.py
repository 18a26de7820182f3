"""Pictures a second over IIIF from this machine, without a limit of the rate: `python .ci/bench_iiif.py [PICTURES]`. The server draws its answers beforehand, so that the client is what is measured; the cache is a new folder."""
import sys, tempfile, time
from wikiart_retrieval.iiif import iiif_source, serve_iiif
from wikiart_retrieval.polite import Polite
from wikiart_retrieval.sources import GallerySource

def main(n=200):
    some = list(GallerySource(10))
    pictures = (some*(n//10+1))[:n]
    for version in (2,3):
        with tempfile.TemporaryDirectory() as cache, serve_iiif(pictures, version, level=2, scale=4) as server:
            made,answer = {},server.answer
            def ready(request):
                key = request.path_qs, request.headers.get('If-None-Match')
                if key not in made: made[key] = answer(request)
                return made[key]
            server.answer = ready
            with Polite(rate=0, allow_private=True) as polite: list(iiif_source(f'{server.url}/collection.json', polite=polite))
            for round_ in ('first', 'again'):
                with Polite(rate=0, allow_private=True, cache=cache) as polite:
                    source = iiif_source(f'{server.url}/collection.json', polite=polite)
                    began = time.perf_counter()
                    keys = source.keys()
                    planned = time.perf_counter()
                    sizes = [len(r.data) for r in source]
                    done = time.perf_counter()
                    print(f'version {version}, {round_}: {len(keys)/(planned-began):.0f} manifests/s, {len(sizes)/(done-planned):.0f} pictures/s of {sum(sizes)/len(sizes)/1000:.0f} kB; answered {sum(o["status"]==200 for o in polite.log)} × 200, {sum(o["status"]==304 for o in polite.log)} × 304')

if __name__ == '__main__': main(*map(int, sys.argv[1:2]))
