__version__ = "0.1.0"

_lazy = dict(build_corpus='build', caption_corpus='build', RetrievalService='search')

def __getattr__(name):
    "The main names without their cost: nothing heavy is imported before it is used."
    if name not in _lazy: raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    from importlib import import_module
    return getattr(import_module(f'{__name__}.{_lazy[name]}'), name)
