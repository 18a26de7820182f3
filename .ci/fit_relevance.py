"""Fit the probability that something relevant is there, for the bundled engines, and write `wikiart_retrieval/data/relevance.json`: `python .ci/fit_relevance.py [bundled-N …]`.
Needs WIKIART_SHARED, a folder with `train-*.parquet` and `captions-train.jsonl`; engines not named keep their weights. About a minute an engine."""
import os, sys
from wikiart_retrieval.encoders import bundled_names, get_encoder
from wikiart_retrieval.relevance import fit_relevance, held_pictures, relevance_data, relevance_file, training_words, write_relevance

folder = os.environ.get('WIKIART_SHARED')
if not folder: sys.exit('fit_relevance: set WIKIART_SHARED to the folder of the WikiArt parquet files')
bank,known = training_words()
engines = {k:v for k,v in (relevance_data()['engines'] if relevance_file().exists() else {}).items() if k in bundled_names()}
for name in sys.argv[1:] or bundled_names():
    encoder = get_encoder(name)
    engines[name] = fit_relevance(*held_pictures(folder, encoder), encoder, dict(bank=bank, known=set(known)))
    print(name, engines[name], flush=True)
write_relevance(relevance_file(), bank, known, engines)
print(f'{len(bank)} words in the bank, {len(known)} known words, {relevance_file().stat().st_size/1000:.0f} KB')
