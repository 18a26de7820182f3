// Two to four pictures side by side at equal height, with linked zoom and pan. One module, no build step, no network.
// Everything that comes from a collection is set as textContent or as a property, never as HTML.

const MOST = 16, STEP = 1.3, MOVE = 0.15

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

// What is in the middle of a pane stays inside its picture: a view is [zoom, x, y], x and y as shares of the picture.
export function held([zoom, x, y]) {
  const z = Math.min(MOST, Math.max(1, zoom)), edge = 0.5 / z, inside = v => Math.min(1 - edge, Math.max(edge, v))
  return [z, inside(x), inside(y)]
}

// Zoom so that the point (px, py) of the pane, as shares of the pane, stays where it is.
export function zoomed([z, x, y], by, px = 0.5, py = 0.5) {
  const n = Math.min(MOST, Math.max(1, z * by))
  return held([n, x + (px - 0.5) * (1 / z - 1 / n), y + (py - 0.5) * (1 / z - 1 / n)])
}

export default { render }

function render({ model, el }) {
  el.classList.add('wr-side')
  el.setAttribute('data-lm-suppress-shortcuts', 'true')   // JupyterLab's one-letter commands stay out
  let urls = [], panes = [], views = []
  const all = h('div', { class: 'wr-side-panes', role: 'group', 'aria-label': 'Pictures side by side' })
  const said = h('span', { class: 'wr-side-said', role: 'status' })
  const b = (text, label, f) => h('button', { type: 'button', text, 'aria-label': label, title: label, onclick: f })
  const link = h('button', { type: 'button', text: 'Linked', title: 'Move all pictures together', onclick: () => { model.set('linked', !model.get('linked')); model.save_changes() } })
  const bar = h('div', { class: 'wr-side-bar', role: 'toolbar', 'aria-label': 'Zoom' }, b('+', 'Zoom in', () => press(v => zoomed(v, STEP))), b('−', 'Zoom out', () => press(v => zoomed(v, 1 / STEP))),
    b('Whole', 'Show the whole pictures', () => press(() => [1, 0.5, 0.5])), link, said)
  const table = h('table', { class: 'wr-side-rows' })
  el.append(bar, all, table)

  let last = 0                                             // the pane that was used last: buttons act on it where panes are not linked
  const press = f => change(last, f(views[last]))

  function change(i, view, keep = true) {
    view = held(view)
    const linked = model.get('linked')
    views = views.map((v, j) => linked || j === i ? view : v)
    draw()
    if (keep) store()
  }

  function store() { model.set('views', views.map(v => [...v])); model.save_changes() }

  function draw() {
    panes.forEach(({ img }, i) => {
      const [z, x, y] = views[i]
      if (img) img.style.transform = `translate(${(0.5 - x * z) * 100}%, ${(0.5 - y * z) * 100}%) scale(${z})`
      panes[i].box.classList.toggle('wr-zoomed', z > 1)
    })
    const each = views.map(v => `${Math.round(v[0] * 100)} %`)
    said.textContent = new Set(each).size === 1 ? each[0] : each.join(', ')
  }

  function keys(i, e) {
    if (e.ctrlKey || e.metaKey || e.altKey) return
    const [z, x, y] = views[i], step = MOVE / z
    const next = { '+': () => zoomed(views[i], STEP), '=': () => zoomed(views[i], STEP), '-': () => zoomed(views[i], 1 / STEP), '0': () => [1, 0.5, 0.5], Home: () => [1, 0.5, 0.5],
      ArrowLeft: () => [z, x - step, y], ArrowRight: () => [z, x + step, y], ArrowUp: () => [z, x, y - step], ArrowDown: () => [z, x, y + step] }[e.key]
    if (!next || (e.key.startsWith('Arrow') && z === 1)) return      // a whole picture does not move: the page may scroll
    e.preventDefault()
    e.stopPropagation()
    change(i, next())
  }

  function drag(i, box) {
    const at = new Map()                                   // pointers that are down
    const spread = () => { const [p, q] = [...at.values()]; return Math.hypot(p.clientX - q.clientX, p.clientY - q.clientY) }
    box.addEventListener('pointerdown', e => { if (e.button) return; at.set(e.pointerId, e); box.setPointerCapture(e.pointerId); last = i })
    box.addEventListener('pointermove', e => {
      const was = at.get(e.pointerId), r = box.getBoundingClientRect(), [z, x, y] = views[i]
      if (!was || !r.width || !r.height) return
      if (at.size === 2) {
        const before = spread()
        at.set(e.pointerId, e)
        if (before) change(i, zoomed(views[i], spread() / before, (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height), false)
      } else {
        at.set(e.pointerId, e)
        change(i, [z, x - (e.clientX - was.clientX) / r.width / z, y - (e.clientY - was.clientY) / r.height / z], false)
      }
    })
    const end = e => { if (at.delete(e.pointerId) && !at.size) store() }
    box.addEventListener('pointerup', end)
    box.addEventListener('pointercancel', end)
    box.addEventListener('dblclick', e => { const r = box.getBoundingClientRect(); change(i, zoomed(views[i], 2, (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height)) })
    let due = null
    box.addEventListener('wheel', e => {
      if (!e.ctrlKey) return                               // without it the page scrolls
      e.preventDefault()
      const r = box.getBoundingClientRect()
      last = i
      change(i, zoomed(views[i], Math.exp(-e.deltaY / 300), (e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height), false)
      clearTimeout(due)
      due = setTimeout(store, 200)
    }, { passive: false })
  }

  function build() {
    urls.forEach(URL.revokeObjectURL)
    const pictures = model.get('pictures') || []
    const given = model.get('views') || []
    urls = pictures.map(p => p.byteLength ? URL.createObjectURL(new Blob([p], { type: 'image/webp' })) : '')
    panes = (model.get('panes') || []).map((p, i) => {
      const img = urls[i] ? h('img', { src: urls[i], alt: p.alt, draggable: false }) : null
      const box = h('div', { class: 'wr-side-box', tabIndex: 0, role: 'group', 'aria-label': `${p.heading}: plus and minus zoom, arrows move, 0 shows the whole`, onkeydown: e => keys(i, e), onfocus: () => { last = i } }, img || h('span', { text: 'picture missing' }))
      box.style.aspectRatio = `${p.aspect}`
      drag(i, box)
      const figure = h('figure', {}, box, h('figcaption', { dir: 'auto' }, h('strong', { text: p.heading }), h('br'), p.by))
      figure.style.flex = `${p.aspect} 1 0`                // shares of the width in proportion to the aspects: equal heights
      return { img, box, figure }
    })
    last = 0
    views = panes.map((_, i) => held(given[i] || [1, 0.5, 0.5]))
    all.replaceChildren(...panes.map(p => p.figure))
    const cell = v => h('td', { dir: 'auto' }, ...(v.length ? v.flatMap(([text, shared], i) => [i ? ', ' : '', shared ? text : h('mark', { text })]) : ['–']))
    const head = h('tr', {}, h('td'), ...(model.get('panes') || []).map(p => h('th', { scope: 'col', dir: 'auto', text: p.heading })))
    table.replaceChildren(h('thead', {}, head), h('tbody', {}, ...(model.get('rows') || []).map(r => h('tr', { class: r.differs ? 'wr-differs' : '' },
      h('th', { scope: 'row' }, r.name, r.differs ? h('span', { role: 'img', 'aria-label': 'differs', text: ' ≠' }) : null), ...r.values.map(cell)))))
    draw()
  }

  const onLinked = () => { link.setAttribute('aria-pressed', String(model.get('linked'))); if (model.get('linked') && views.length) change(last, views[last]) }
  const onViews = () => { const v = model.get('views') || []; if (JSON.stringify(v) !== JSON.stringify(views)) { views = panes.map((_, i) => held(v[i] || [1, 0.5, 0.5])); draw() } }
  build()
  link.setAttribute('aria-pressed', String(model.get('linked')))
  const on = { 'change:pictures': build, 'change:panes': build, 'change:rows': build, 'change:linked': onLinked, 'change:views': onViews }
  Object.entries(on).forEach(([k, f]) => model.on(k, f))
  return () => { Object.entries(on).forEach(([k, f]) => model.off(k, f)); urls.forEach(URL.revokeObjectURL) }
}
