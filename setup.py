"setup.py reads settings.ini, so that nbdev and pip share one source of truth (without pkg_resources, which current setuptools lacks)."
import os
from configparser import ConfigParser
from setuptools import setup, find_packages
from setuptools.command.build_py import build_py

class BuildPy(build_py):
    "CITATION.cff goes into the installed package, too; a clone has it beside the package."
    def run(self):
        super().run()
        if not getattr(self, 'editable_mode', False): self.copy_file('CITATION.cff', os.path.join(self.build_lib, 'wikiart_retrieval', 'CITATION.cff'))

config = ConfigParser(delimiters=['='])
config.read('settings.ini', encoding='utf-8')
cfg = config['DEFAULT']
statuses = ['1 - Planning', '2 - Pre-Alpha', '3 - Alpha', '4 - Beta', '5 - Production/Stable', '6 - Mature', '7 - Inactive']
pythons = ['3.11', '3.12', '3.13']
requirements = cfg['requirements'].split() + cfg['pip_requirements'].split()
demo, faiss, onnx, museums, maps, bench = (cfg[f'{o}_requirements'].split() for o in ('demo','faiss','onnx','museums','map','bench'))
scripts = [o.strip() for o in cfg['console_scripts'].splitlines() if o.strip()]

setup(
    name=cfg['lib_name'],
    version=cfg['version'],
    description=cfg['description'],
    long_description=open('README.md', encoding='utf-8').read(),
    long_description_content_type='text/markdown',
    url=cfg['git_url'],
    author=cfg['author'],
    author_email=cfg['author_email'],
    license='Apache-2.0',
    keywords=cfg['keywords'],
    packages=find_packages(include=['wikiart_retrieval', 'wikiart_retrieval.*']),
    package_data={'wikiart_retrieval': ['*.toml', '*.txt', 'models/*', 'static/*', 'data/*']},
    include_package_data=True,
    python_requires='>=' + cfg['min_python'],
    install_requires=requirements,
    extras_require={'demo': demo, 'faiss': faiss, 'onnx': onnx, 'museums': museums, 'map': maps, 'bench': bench + faiss, 'dev': cfg['dev_requirements'].split() + demo + faiss + onnx + museums + maps},
    entry_points={'console_scripts': scripts, 'nbdev': [f'{cfg["lib_name"]}={cfg["lib_path"]}._modidx:d']},
    classifiers=[f'Development Status :: {statuses[int(cfg["status"])-1]}', 'Intended Audience :: Science/Research',
                 'License :: OSI Approved :: Apache Software License'] + [f'Programming Language :: Python :: {v}' for v in pythons],
    zip_safe=False,
    cmdclass={'build_py': BuildPy},
)
