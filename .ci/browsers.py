"A real browser for the tests that look at a page: `chromium()` finds or installs one, `launch(p)` starts it under Playwright."
import os, shutil, subprocess, sys

NAMES = ('chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'msedge')
FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

def starts(path):
    "Does this browser run at all? On Windows `--version` opens a window, so the file's presence has to do."
    if os.name == 'nt': return os.path.isfile(path)
    try: return subprocess.run([path, '--version'], capture_output=True, timeout=60, stdin=subprocess.DEVNULL).returncode == 0
    except (OSError, subprocess.TimeoutExpired): return False

def installed():
    "The first of the usual browsers that runs."
    return next((p for n in NAMES if (p := shutil.which(n)) and starts(p)), None)

def apt_install():
    "Debian's chromium, where we are root on such a machine; the reason where it cannot be had, else ''."
    if sys.platform != 'linux' or not shutil.which('apt-get'): return 'there is no apt-get to install one'
    if os.geteuid() != 0: return 'only root can install one'
    env = os.environ | dict(DEBIAN_FRONTEND='noninteractive')
    apt = lambda *a: subprocess.run(['apt-get', *a], capture_output=True, text=True, env=env, stdin=subprocess.DEVNULL, timeout=900)
    try:
        r = apt('install', '-y', '--no-install-recommends', 'chromium')
        if r.returncode:
            apt('update')
            r = apt('install', '-y', '--no-install-recommends', 'chromium')
    except subprocess.TimeoutExpired: return 'apt-get took too long'
    return '' if r.returncode == 0 else 'apt-get install chromium failed: ' + ' '.join((r.stderr or r.stdout).split())[-200:]

def chromium():
    "Path of a browser that runs, or None with the reason printed."
    if own := os.environ.get('WIKIART_CHROMIUM'):
        if path := shutil.which(own):
            if starts(path): return path
        print(f'no browser: WIKIART_CHROMIUM={own} does not run')
        return None
    if path := installed(): return path
    why = apt_install()
    path = None if why else installed()
    if path is None: print(f'no browser: none of {", ".join(NAMES)} is on the PATH, and {why or "the one installed does not run"}; WIKIART_CHROMIUM names one')
    return path

def launch(p, path=None, **options):
    "Start the browser: `with sync_playwright() as p: b = launch(p)`; `options` go to Playwright's `launch`."
    return p.chromium.launch(**dict(executable_path=path or chromium(), args=FLAGS) | options)

if __name__ == '__main__':
    print(chromium())
