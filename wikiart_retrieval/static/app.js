// The three controls of the search page: cards, facets, query pictures. One module, no build step, no network.
// Everything that comes from a collection is set as textContent or as a property, never as HTML.

const NAMED = { cards, facets, picture }

export default {
  render({ model, el }) {
    el.classList.add('wr', `wr-${model.get('kind')}`)
    el.setAttribute('data-lm-suppress-shortcuts', 'true')   // JupyterLab's one-letter commands stay out of the controls
    return NAMED[model.get('kind')](model, el)
  },
}

// ---------- small helpers

function h(tag, props = {}, ...kids) {
  const e = document.createElement(tag)
  for (const [k, v] of Object.entries(props)) {
    if (v === undefined || v === null || v === false) continue
    if (k.startsWith('on')) e.addEventListener(k.slice(2), v)
    else if (k === 'class') e.className = v
    else if (k === 'text') e.textContent = v
    else if (k in e && !k.includes('-')) e[k] = v
    else e.setAttribute(k, v === true ? '' : v)
  }
  e.append(...kids.filter(o => o !== null && o !== undefined && o !== false))
  return e
}

const linked = (text, url) => /^https?:\/\//i.test(url || '') ? h('a', { href: url, target: '_blank', rel: 'noopener noreferrer', text }) : document.createTextNode(text)

const rights = parts => parts && parts.length ? h('div', { class: 'wr-rights', dir: 'auto' }, ...parts.flatMap(([t, u], i) => [...(i ? [' · '] : []), linked(t, u)])) : null

const words = (s, cls) => s ? h('div', { class: cls, dir: 'auto', text: s }) : null

function watch(model, names, f) {          // f once now, then at most once for each burst of changes
  let due = false, live = true
  const later = () => { if (!due && live) { due = true; queueMicrotask(() => { due = false; if (live) f() }) } }
  names.forEach(n => model.on(`change:${n}`, later))
  f()
  return () => { live = false; names.forEach(n => model.off(`change:${n}`, later)) }
}

function hear(model, handlers) {           // custom messages of the kernel, by their `do`
  const f = (m, buffers) => handlers[m && m.do] && handlers[m.do](m, buffers || [])
  model.on('msg:custom', f)
  return () => model.off('msg:custom', f)
}

const saved = new Set()                    // downloads that were handed to the browser

function blobUrl(buffer, type) { return URL.createObjectURL(new Blob([buffer], { type: type || 'image/webp' })) }

async function copy(text) {
  try { await navigator.clipboard.writeText(text); return true } catch { /* no permission, or a page without https */ }
  const t = h('textarea', { value: text, style: 'position:fixed;opacity:0' })
  document.body.append(t)
  t.select()
  const ok = document.execCommand('copy')
  t.remove()
  return ok
}

// ---------- is anybody there? With what a person does the page asks the kernel; where no answer comes, a line says so

const WAIT = 6000, SILENT = 'The kernel does not answer: it is busy, stopped or disconnected. If this line stays, run the cells again (in Voilà, reload the page).'

function pulse(model, el, line) {
  let due = null
  const say = silent => { line.hidden = !silent; line.textContent = silent ? SILENT : '' }
  const rest = () => { clearTimeout(due); due = null }
  const beat = () => {
    if (due !== null) return
    due = setTimeout(() => { rest(); say(true) }, WAIT)
    try { model.send({ do: 'ping' }) } catch { rest(); say(true) }          // a connection that was closed
  }
  const onAct = e => { const app = el.closest('.wr-app'); if (app && e.target instanceof Node && app.contains(e.target) && (e.type !== 'keydown' || e.key === 'Enter')) beat() }
  const on = ['click', 'change', 'keydown', 'drop', 'paste']
  on.forEach(n => document.addEventListener(n, onAct, true))
  model.on('comm_live_update', beat)                                         // a restart
  const end = hear(model, { pong() { rest(); say(false) } })
  say(false)
  return () => { end(); rest(); model.off('comm_live_update', beat); on.forEach(n => document.removeEventListener(n, onAct, true)) }
}

// ---------- cards: status, feedback chips, grid, details

function cards(model, el) {
  const urls = new Map(), asked = new Set(), view = `${Math.random()}`
  let shown = [], run = null, opener = null, current = null
  const status = h('div', { class: 'wr-status', role: 'status', tabIndex: -1 })
  const chips = h('ul', { class: 'wr-chips', 'aria-label': 'Feedback' })
  const grid = h('ul', { class: 'wr-grid', 'aria-label': 'Results' })
  const details = h('section', { class: 'wr-details', 'aria-label': 'Details', tabIndex: -1, hidden: true })
  const next = h('button', { type: 'button', class: 'wr-button wr-next', text: 'More', onclick: () => model.send({ do: 'next' }) })
  const silent = h('div', { class: 'wr-alert wr-silent', role: 'alert' })
  el.append(silent, status, chips, h('div', { class: 'wr-body' }, h('div', { class: 'wr-main' }, grid, next), details))
  const app = () => el.closest('.wr-app')
  const send = (what, id, more = {}) => model.send({ do: what, id, view, ...more })

  const pressed = (id, sign) => sign === 'add' ? (model.get('asked') || []).includes(id) : (model.get('marks') || {})[id] === sign

  function acts(a, long) {
    const b = (sign, label, short, what, extra) => h('button', { type: 'button', class: 'wr-button wr-act', 'data-act': what + (extra.sign || ''), title: label, text: long ? label : short,
      'aria-label': long ? undefined : `${label}: ${a.heading}`, 'aria-pressed': sign ? String(pressed(a.id, sign)) : undefined, onclick: () => send(what, a.id, extra) })
    return h('div', { class: 'wr-acts' }, b('', 'Find similar', '≈', 'similar', {}), b('add', 'Add to the question', '&', 'add', {}), b('more', 'More like this', '+', 'feedback', { sign: 'more' }), b('less', 'Less like this', '−', 'feedback', { sign: 'less' }))
  }

  function card(a) {
    const img = h('img', { alt: '', loading: 'eager', decoding: 'async' })
    const open = h('button', { type: 'button', class: 'wr-open', 'aria-label': `Details: ${a.heading}`, onclick: () => { opener = open; send('details', a.id) } }, img, h('span', { class: 'wr-missing', text: '' }))
    const dist = a.distance === null ? null : h('div', { class: 'wr-distance', title: 'distance: 0 is the same, 2 the opposite' },
      h('span', { text: a.distance.toFixed(3) }), h('span', { class: 'wr-bar', 'aria-hidden': 'true' }, h('span', { style: `width:${Math.round(100 * a.bar)}%` })))
    const li = h('li', { class: 'wr-card', 'data-id': a.id }, open, h('div', { class: 'wr-title', dir: 'auto', text: `${a.rank}. ${a.heading}` }),
      words(a.by), words(a.kind), words(a.caption, 'wr-caption'), rights(a.rights), dist, acts(a, false))
    paint(li, a.id)
    return li
  }

  function paint(li, id) {
    const url = urls.get(id), img = li.querySelector('img'), note = li.querySelector('.wr-missing')
    if (url === undefined) return
    if (url) { if (img.src !== url) img.src = url } else { img.hidden = true; note.textContent = 'picture missing' }
  }

  function refresh() {
    const list = model.get('cards') || [], same = run === model.get('run') && shown.length <= list.length && shown.every((id, i) => list[i].id === id)
    const at = document.activeElement, focused = !same && grid.contains(at) ? { id: at.closest('.wr-card').dataset.id, act: at.dataset.act } : null
    if (!same) { grid.replaceChildren(); shown = []; run = model.get('run') }
    const fresh = list.slice(shown.length)
    grid.append(...fresh.map(card))
    shown = list.map(a => a.id)
    if (same) for (const li of grid.children) mark(li)
    if (focused) land(focused.id, focused.act)
    const missing = shown.filter(id => !urls.has(id) && !asked.has(id))
    missing.forEach(id => asked.add(id))
    if (missing.length) model.send({ do: 'thumbs', ids: missing })
  }

  function land(id, act) {                   // the focus goes to the same control of the same card, else to the status line
    const li = [...grid.children].find(o => o.dataset.id === id)
    const to = li && li.querySelector(act ? `[data-act="${act}"]` : '.wr-open')
    ;(to || status).focus({ preventScroll: true })
  }

  function mark(box) {
    for (const [s, act] of [['more', 'feedbackmore'], ['less', 'feedbackless'], ['add', 'add']]) { const b = box.querySelector(`[data-act=${act}]`); if (b) b.setAttribute('aria-pressed', String(pressed(box.dataset.id, s))) }
  }

  function say() {
    const alert = model.get('alert')
    status.setAttribute('role', alert ? 'alert' : 'status')
    status.classList.toggle('wr-alert', alert)
    status.textContent = model.get('status')
    el.classList.toggle('wr-busy', model.get('busy'))
    grid.setAttribute('aria-busy', String(model.get('busy')))
    next.hidden = !model.get('more')
  }

  function feedback() {
    const list = model.get('chips') || []
    const had = chips.contains(document.activeElement)
    chips.hidden = !list.length
    chips.replaceChildren(...list.map(c => h('li', { class: `wr-chip wr-${c.sign}` }, h('span', { dir: 'auto', text: c.label }),
      h('button', { type: 'button', class: 'wr-x', 'aria-label': `Remove: ${c.label}`, title: 'Remove', text: '✕', onclick: () => model.send({ do: 'unchip', key: c.key }) }))))
    if (had) (chips.querySelector('button') || status).focus({ preventScroll: true })
    for (const li of grid.children) mark(li)
    if (current) mark(details)
  }

  function close() {
    if (details.hidden) return
    const id = current, had = details.contains(document.activeElement)
    details.hidden = true
    current = null
    el.classList.remove('wr-with-details')
    if (opener && opener.isConnected) opener.focus({ preventScroll: true })
    else if (had) land(id)
  }

  function showDetails(m, [buffer]) {
    if (m.view !== view) return                      // the same page is shown twice, and the other one asked
    const a = m.art, big = buffer && buffer.byteLength ? blobUrl(buffer, 'image/webp') : null
    const old = details.querySelector('img')
    if (old) URL.revokeObjectURL(old.src)
    current = a.id
    details.dataset.id = a.id
    const copyButton = h('button', { type: 'button', class: 'wr-button', text: 'Copy path', onclick: async () => { copyButton.textContent = await copy(a.path) ? 'Copied' : 'Copy by hand' } })
    const rows = a.fields.map(([k, v]) => [h('dt', { text: k }), h('dd', { dir: 'auto' }, linked(v, (a.links || {})[k]))]).flat()
    const groups = a.tags.map(([name, tags]) => h('div', { class: 'wr-taggroup' }, h('h4', { text: name }), h('ul', {}, ...tags.map(t => h('li', { title: `confidence ${t.confidence.toFixed(2)}, cosine ${t.score.toFixed(3)}` },
      h('span', { dir: 'auto', text: t.label }), h('span', { class: 'wr-bar', 'aria-hidden': 'true' }, h('span', { style: `width:${Math.round(100 * t.confidence)}%` })), h('span', { text: t.confidence.toFixed(2) }))))))
    details.replaceChildren(
      h('button', { type: 'button', class: 'wr-x wr-close', 'aria-label': 'Close details', title: 'Close (Esc)', text: '✕', onclick: close }),
      big ? h('img', { src: big, alt: a.caption || a.heading }) : h('p', { text: 'picture missing' }),
      h('h3', { dir: 'auto', text: a.heading }), acts(a, true), h('dl', {}, ...rows),
      h('div', { class: 'wr-path' }, h('code', { dir: 'ltr', text: a.path }), copyButton), ...groups)
    details.hidden = false
    el.classList.add('wr-with-details')
    details.focus({ preventScroll: true })
    details.scrollIntoView({ block: 'nearest' })
  }

  const onKey = e => { if (e.key === 'Escape' && !details.hidden) { close(); e.stopPropagation() } }
  el.addEventListener('keydown', onKey)
  const ends = [
    hear(model, {
      thumbs(m, buffers) {
        m.ids.forEach((id, i) => { if (!urls.has(id)) urls.set(id, buffers[i] && buffers[i].byteLength ? blobUrl(buffers[i]) : '') })
        for (const li of grid.children) paint(li, li.dataset.id)
      },
      details: showDetails,
      close,
      forget() { urls.forEach(u => u && URL.revokeObjectURL(u)); urls.clear(); asked.clear() },
      download(m, [buffer]) {
        if (saved.has(m.key)) return                 // one file, however often the page is shown
        saved.add(m.key)
        const url = blobUrl(buffer, m.mime), a = h('a', { href: url, download: m.name })
        document.body.append(a)
        a.click()
        a.remove()
        setTimeout(() => URL.revokeObjectURL(url), 60000)
      },
    }),
    watch(model, ['cards', 'run'], refresh),
    watch(model, ['status', 'alert', 'busy', 'more'], say),
    watch(model, ['chips', 'marks', 'asked'], feedback),
    pulse(model, el, silent),
  ]
  requestAnimationFrame(() => app() && app().setAttribute('data-lm-suppress-shortcuts', 'true'))
  return () => { ends.forEach(f => f()); urls.forEach(u => u && URL.revokeObjectURL(u)) }
}

// ---------- facets: groups of ticks with counts and type-ahead

function facets(model, el) {
  const hint = h('p', { class: 'wr-hint' }), boxes = new Map()
  const clear = h('button', { type: 'button', class: 'wr-button', text: 'Clear ticks', onclick: () => pick({}) })
  el.setAttribute('role', 'group')
  el.setAttribute('aria-label', 'Styles, genres, moods and tags')
  const where = h('input', { type: 'search', class: 'wr-find', placeholder: 'style = Baroque and year < 1700', 'aria-label': 'Only where: a condition', spellcheck: false, dir: 'auto',
    title: 'A condition on any field: = != < <= > >= ~ (contains), in (…), is unknown; and, or, not, brackets', onchange: () => meet(where.value), onkeydown: e => { if (e.key === 'Enter') meet(where.value) }, oninput: () => { if (!where.value) meet('') } })
  const meet = v => { if (v !== model.get('where')) { model.set('where', v); model.save_changes() } }
  el.append(h('label', { class: 'wr-where' }, h('span', { text: 'Only where' }), where), hint, clear)
  const picked = g => (model.get('picked') || {})[g] || []
  function pick(p) { model.set('picked', p); model.save_changes() }
  function toggle(g, label) {
    const now = picked(g)
    pick({ ...model.get('picked'), [g]: now.includes(label) ? now.filter(o => o !== label) : [...now, label] })
  }

  function group(g) {
    const input = h('input', { type: 'search', class: 'wr-find', placeholder: `Find in ${g.label.toLowerCase()}`, 'aria-label': `Find in ${g.label.toLowerCase()}` })
    const list = h('ul', { class: 'wr-ticks' }), count = h('span', { class: 'wr-count' })
    const box = h('details', { class: 'wr-facet', open: g.open && !narrow }, h('summary', {}, h('span', { text: g.label }), ' ', count), input, list)
    const fill = () => {
      const want = input.value.trim().toLowerCase(), ticked = picked(g.id), had = list.contains(document.activeElement) ? document.activeElement.dataset.label : null
      const rows = g.options.filter(([l]) => ticked.includes(l)).concat(g.options.filter(([l]) => !ticked.includes(l) && l.toLowerCase().includes(want)))
      list.replaceChildren(...rows.map(([l, n]) => h('li', { class: n ? '' : 'wr-none' }, h('label', {},
        h('input', { type: 'checkbox', checked: ticked.includes(l), 'data-label': l, onchange: () => toggle(g.id, l) }), h('span', { dir: 'auto', text: l }), h('span', { class: 'wr-n', text: String(n) })))))
      rove()
      if (!rows.length) list.append(h('li', { class: 'wr-nothing', text: 'nothing of that name' }))
      count.textContent = ticked.length ? `${ticked.length} ticked` : `${g.options.filter(o => o[1]).length}`
      box.classList.toggle('wr-ticked', ticked.length > 0)
      if (had !== null) for (const o of list.querySelectorAll('input')) if (o.dataset.label === had) o.focus({ preventScroll: true })
    }
    const rove = to => list.querySelectorAll('input').forEach((o, i) => { o.tabIndex = to ? (o === to ? 0 : -1) : (i ? -1 : 0) })   // one stop of Tab a list, arrows within
    list.addEventListener('focusin', e => e.target.matches('input') && rove(e.target))
    input.addEventListener('input', fill)
    input.addEventListener('keydown', e => {
      const first = [...list.querySelectorAll('input')].find(o => o.dataset.label.toLowerCase().includes(input.value.trim().toLowerCase()))
      if (e.key === 'ArrowDown' && first) { e.preventDefault(); first.focus() }
      if (e.key === 'Enter' && first && input.value.trim()) { e.preventDefault(); input.value = ''; toggle(g.id, first.dataset.label) }
    })
    list.addEventListener('keydown', e => {
      const all = [...list.querySelectorAll('input')], i = all.indexOf(document.activeElement), step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
      if (step && i >= 0) { e.preventDefault(); (all[i + step] || (step < 0 ? input : all[i])).focus() }
    })
    return { box, update(next) { g = next; fill() } }
  }

  let narrow = false                      // where the page becomes narrow, the groups close, so that the results are in sight
  const size = new ResizeObserver(() => {
    const app = el.closest('.wr-app'), now = Boolean(app) && app.clientWidth > 0 && app.clientWidth <= 760
    if (now && !narrow) for (const b of boxes.values()) b.box.open = false
    narrow = now
  })
  size.observe(el)

  const stop = watch(model, ['where'], () => { if (where.value !== model.get('where')) where.value = model.get('where') || '' })
  const end = watch(model, ['groups', 'picked', 'hint'], () => {
    hint.textContent = model.get('hint')
    const list = model.get('groups') || []
    for (const [id, b] of boxes) if (!list.some(g => g.id === id)) { b.box.remove(); boxes.delete(id) }
    for (const g of list) {
      if (!boxes.has(g.id)) { boxes.set(g.id, group(g)); el.append(boxes.get(g.id).box) }
      boxes.get(g.id).update(g)
    }
    clear.hidden = !Object.values(model.get('picked') || {}).some(v => v.length)
  })
  return () => { end(); stop(); size.disconnect() }
}

// ---------- query pictures: choose, drop, paste, random; checked and shrunk here, checked again by the kernel

const MB = 1 << 20, MAX_FILE = 20 * MB, MAX_PIXELS = 120e6, SIDE = 1024, PART = 3 * MB

async function pictureHead(file) {          // { type, width, height } from the first bytes; nothing is decoded
  const b = new Uint8Array(await file.slice(0, MB).arrayBuffer()), v = new DataView(b.buffer)
  const text = (i, n) => String.fromCharCode(...b.subarray(i, i + n))
  const at = (type, width, height) => ({ type, width, height })
  if (b.length < 26) return null
  if (text(1, 3) === 'PNG' && b[0] === 0x89) return at('png', v.getUint32(16), v.getUint32(20))
  if (text(0, 4) === 'GIF8') return at('gif', v.getUint16(6, true), v.getUint16(8, true))
  if (text(0, 2) === 'BM') return at('bmp', Math.abs(v.getInt32(18, true)), Math.abs(v.getInt32(22, true)))
  if (text(0, 4) === 'RIFF' && text(8, 4) === 'WEBP') {
    if (b.length < 30) return null
    if (text(12, 4) === 'VP8X') return at('webp', 1 + b[24] + (b[25] << 8) + (b[26] << 16), 1 + b[27] + (b[28] << 8) + (b[29] << 16))
    if (text(12, 4) === 'VP8L') { const n = v.getUint32(21, true); return at('webp', 1 + (n & 0x3fff), 1 + ((n >> 14) & 0x3fff)) }
    return at('webp', v.getUint16(26, true) & 0x3fff, v.getUint16(28, true) & 0x3fff)
  }
  if (['II*\0', 'MM\0*'].includes(text(0, 4))) return at('tiff', 0, 0)
  if (text(4, 4) === 'ftyp') return at(['avif', 'avis'].includes(text(8, 4)) ? 'avif' : 'heic', 0, 0)
  if (b[0] === 0xff && b[1] === 0xd8) {
    for (let i = 2; i + 9 < b.length;) {
      if (b[i] !== 0xff) { i++; continue }
      const m = b[i + 1]
      if (m >= 0xc0 && m <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(m)) return at('jpeg', v.getUint16(i + 7), v.getUint16(i + 5))
      i += m === 0xff ? 1 : m === 0x01 || (m >= 0xd0 && m <= 0xd8) ? 2 : 2 + v.getUint16(i + 2)
    }
    return at('jpeg', 0, 0)
  }
  return null
}

async function shrunk(file, head) {         // a picture of at most SIDE pixels, as JPEG on white; small files stay as they are
  const known = head.width && head.height
  if (known && Math.max(head.width, head.height) <= SIDE && file.size <= PART) { await createImageBitmap(file).then(b => b.close()); return file }
  const bmp = await createImageBitmap(file, { imageOrientation: 'from-image' })
  const f = Math.min(1, Math.max(SIDE / Math.max(bmp.width, bmp.height), 16 / Math.min(bmp.width, bmp.height))), c = h('canvas', { width: Math.max(1, Math.round(bmp.width * f)), height: Math.max(1, Math.round(bmp.height * f)) })
  const x = c.getContext('2d')
  x.fillStyle = '#fff'
  x.fillRect(0, 0, c.width, c.height)
  x.imageSmoothingQuality = 'high'
  x.drawImage(bmp, 0, 0, c.width, c.height)
  bmp.close()
  return await new Promise((ok, no) => c.toBlob(b => b ? ok(b) : no(new Error('canvas')), 'image/jpeg', .92))
}

async function checkedPicture(file) {       // the bytes to send, or an Error that says what to do
  const name = file.name || 'the pasted picture'
  if (!file.size) throw new Error(`${name} is empty: choose another file`)
  if (file.size > MAX_FILE) throw new Error(`${name} has ${+(file.size / MB).toFixed(1)} MB, more than ${MAX_FILE / MB} MB: shrink it or choose another file`)
  const head = await pictureHead(file)
  if (!head) throw new Error(`${name} is not a picture: choose a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF file`)
  if (head.width * head.height > MAX_PIXELS) throw new Error(`${name} has ${head.width}×${head.height} pixels, more than ${MAX_PIXELS / 1e6} million: shrink it or choose another file`)
  try { return await shrunk(file, head) } catch {
    if (['tiff', 'avif', 'bmp'].includes(head.type)) return file          // the kernel reads what this browser does not
    if (head.type === 'heic') throw new Error(`${name} is a HEIC picture or a film, which cannot be read here: export it as JPEG`)
    throw new Error(`${name} cannot be read: the file is damaged, choose another one`)
  }
}

function picture(model, el) {
  const list = h('ul', { class: 'wr-pictures', 'aria-label': 'Query pictures' }), note = h('span', { class: 'wr-note' })
  const input = h('input', { type: 'file', accept: 'image/*', multiple: true, class: 'wr-file', tabIndex: -1, 'aria-label': 'Picture files', onchange: () => { take([...input.files]); input.value = '' } })
  const drop = h('button', { type: 'button', class: 'wr-drop', onclick: () => input.click() }, note)
  const act = (label, what) => h('button', { type: 'button', class: 'wr-button', text: label, onclick: () => model.send({ do: what }) })
  const random = act('Random picture', 'random'), remove = act('Remove picture', 'clear')
  el.append(list, drop, input, h('div', { class: 'wr-row' }, random, remove))
  let urls = [], queue = Promise.resolve(), taking = 0

  function take(files) {                     // one drop after another, so that the order is kept
    if (!files.length) return
    taking++
    el.classList.add('wr-busy')
    queue = queue.then(() => send(files)).catch(() => {}).then(() => { if (!--taking) el.classList.remove('wr-busy') })
  }

  async function send(files) {
    const good = [], said = [], left = [], batch = `${Date.now()}-${Math.random()}`
    for (const file of files) {
      if (good.length === model.get('most')) { left.push(file.name); continue }
      try { good.push([file.name || 'pasted picture', await checkedPicture(file)]) } catch (e) { said.push(e.message) }
    }
    if (!good.length) return model.send({ do: 'problem', text: said.slice(0, 3).join('; ') + (said.length > 3 ? `; and ${said.length - 3} more` : '') })
    for (const [j, [name, blob]] of good.entries()) {
      const n = Math.max(1, Math.ceil(blob.size / PART)), about = { do: 'part', key: `${batch} ${j}`, n, size: blob.size, name, batch, rest: good.length - 1 - j, said, left }
      for (let i = 0; i < n; i++) model.send({ ...about, i }, undefined, [await blob.slice(i * PART, (i + 1) * PART).arrayBuffer()])
    }
  }

  // dropped or pasted anywhere in this app; of several views of this control the first one takes them
  const inApp = e => { const app = el.closest('.wr-app'); return app && e.target instanceof Node && app.contains(e.target) && !e.wrTaken }
  const isText = e => e.clipboardData && e.target.closest && e.target.closest('input, textarea') && [...e.clipboardData.types].includes('text/plain')
  const given = (e, data) => {
    const files = [...(data ? data.files : [])]
    if (!files.length || !inApp(e)) return
    e.wrTaken = true
    e.preventDefault()
    e.stopPropagation()
    take(files)
  }
  const onPaste = e => { if (!isText(e)) given(e, e.clipboardData) }
  const onOver = e => { if (inApp(e) && [...e.dataTransfer.types].includes('Files')) { e.preventDefault(); e.stopPropagation(); el.classList.add('wr-over') } }
  const onLeave = () => el.classList.remove('wr-over')
  const onDrop = e => { el.classList.remove('wr-over'); given(e, e.dataTransfer) }
  const on = [['paste', onPaste], ['dragover', onOver], ['dragleave', onLeave], ['drop', onDrop]]
  on.forEach(([n, f]) => document.addEventListener(n, f, true))

  function picked(p) {
    const url = p.thumb && p.thumb.byteLength ? blobUrl(p.thumb) : null
    if (url) urls.push(url)
    return h('li', { class: 'wr-picked' }, h('span', { class: 'wr-thumb' }, url && h('img', { src: url, alt: '' })), h('span', { class: 'wr-name', dir: 'auto', title: p.name, text: p.name }),
      h('button', { type: 'button', class: 'wr-x', 'aria-label': `Remove: ${p.name}`, title: 'Remove', text: '✕', onclick: () => model.send({ do: 'unpick', key: p.key }) }))
  }

  const end = watch(model, ['pictures'], () => {
    const pics = model.get('pictures') || [], at = [...list.children].findIndex(li => li.contains(document.activeElement)), had = at >= 0 || document.activeElement === remove
    urls.forEach(u => URL.revokeObjectURL(u))
    urls = []
    list.replaceChildren(...pics.map(picked))
    list.hidden = remove.hidden = !pics.length
    remove.textContent = pics.length > 1 ? 'Remove all' : 'Remove picture'
    note.textContent = pics.length ? 'Add another: choose, drop or paste' : 'Choose, drop or paste pictures'
    drop.classList.toggle('wr-further', pics.length > 0)
    if (had) (pics.length ? at < 0 ? remove : list.children[Math.min(at, pics.length - 1)].querySelector('button') : drop).focus({ preventScroll: true })
  })
  return () => { end(); on.forEach(([n, f]) => document.removeEventListener(n, f, true)); urls.forEach(u => URL.revokeObjectURL(u)) }
}
