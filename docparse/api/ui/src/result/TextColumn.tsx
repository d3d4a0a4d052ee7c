/** The column of what was read. Pages are filled as they come near, and emptied (keeping their height) as they go. */

import { createContext } from 'preact'
import { useContext, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { PageOverview } from '../api/types'
import { px } from '../lib/format'
import { isFlagged, pageOf } from '../state/blocks'
import { useViewer, type Aim } from '../state/viewer'
import { BlockView } from './BlockView'
import { PageHead } from './PageHead'

const AHEAD = '900px 0px'
const HEAD_HEIGHT = 90
const BLOCK_HEIGHT = 64

class Nearness {
  private readonly told = new WeakMap<Element, (near: boolean) => void>()
  private readonly watch: IntersectionObserver

  constructor(root: Element) {
    this.watch = new IntersectionObserver((entries) => {
      for (const entry of entries) this.told.get(entry.target)?.(entry.isIntersecting)
    }, { root, rootMargin: AHEAD })
  }

  observe(element: Element, tell: (near: boolean) => void): () => void {
    this.told.set(element, tell)
    this.watch.observe(element)
    return () => this.watch.unobserve(element)
  }

  close(): void {
    this.watch.disconnect()
  }
}

const NearnessContext = createContext<Nearness | null>(null)

export function TextColumn() {
  const viewer = useViewer()
  const scroller = useRef<HTMLDivElement>(null)
  const driven = useRef(false)
  const [nearness, setNearness] = useState<Nearness | null>(null)
  useLayoutEffect(() => {
    const made = new Nearness(scroller.current!)
    setNearness(made)
    return () => made.close()
  }, [])

  const aim = viewer.aim.value
  useEffect(() => {
    if (!aim || aim.from === 'text') return
    driven.current = false
    return steer(scroller.current!, aim, () => driven.current)
  }, [aim, nearness])

  const frame = useRef(0)
  const onScroll = () => {
    if (!driven.current) return
    cancelAnimationFrame(frame.current)
    frame.current = requestAnimationFrame(() => {
      const page = pageInSight(scroller.current!)
      if (page && page !== viewer.current.peek()) viewer.goTo(page, null, 'text')
    })
  }
  const drive = () => (driven.current = true)
  const only = viewer.onlyFlagged.value
  const pages = (viewer.overview.value?.pages ?? []).filter((page) => !only || page.flagged.length > 0 || page.flags.length > 0 || page.error)
  return (
    <div class="text-column" ref={scroller} role="region" aria-label="What was read" tabIndex={-1} onScroll={onScroll}
      onWheel={drive} onTouchStart={drive} onPointerDown={drive} onKeyDown={drive}>
      <NearnessContext.Provider value={nearness}>
        {pages.map((page) => <TextPage key={page.number} info={page} />)}
      </NearnessContext.Provider>
      {only && pages.length === 0 && <p class="empty">Nothing is flagged in this document.</p>}
    </div>
  )
}

function TextPage({ info }: { info: PageOverview }) {
  const viewer = useViewer()
  const nearness = useContext(NearnessContext)
  const ref = useRef<HTMLElement>(null)
  const [near, setNear] = useState(false)
  const [height, setHeight] = useState(HEAD_HEIGHT + BLOCK_HEIGHT * Math.max(info.blocks, 3))
  useEffect(() => {
    if (!nearness) return
    return nearness.observe(ref.current!, (now) => {
      const editing = viewer.editing.peek()
      if (!now && editing && pageOf(editing) === info.number) return
      if (!now && ref.current && ref.current.offsetHeight > 0) setHeight(ref.current.offsetHeight)
      setNear(now)
    })
  }, [nearness])
  return (
    <section ref={ref} class="text-page" data-page={info.number} aria-label={`Page ${info.number}`} style={near ? undefined : { height: px(height) }}>
      {near && <PageBody info={info} />}
    </section>
  )
}

function PageBody({ info }: { info: PageOverview }) {
  const viewer = useViewer()
  const { page, error, loading } = viewer.page(info.number).value
  const only = viewer.onlyFlagged.value
  const hidden = viewer.hidden.value
  const blocks = useMemo(() => (page?.blocks ?? []).filter((block) => !hidden.has(block.kind) && (!only || isFlagged(block))), [page, only, hidden])
  return (
    <>
      <PageHead info={info} page={page} error={error} />
      {blocks.map((block, place) => <BlockView key={block.id} block={block} first={place === 0 && info.number === viewer.current.value} />)}
      {page && page.blocks.length === 0 && !page.error && <p class="empty">Nothing stands on this page.</p>}
      {loading && <p class="empty" aria-busy="true">{viewer.ended.value ? 'Loading …' : 'Not read yet …'}</p>}
    </>
  )
}

function pageInSight(scroller: HTMLElement): number {
  const line = scroller.getBoundingClientRect().top + scroller.clientHeight / 3
  const sections = scroller.querySelectorAll<HTMLElement>('.text-page')
  let low = 0
  let high = sections.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (sections[middle]!.getBoundingClientRect().bottom > line) high = middle
    else low = middle + 1
  }
  return Number(sections[low]?.dataset.page ?? 0)
}

/** Bring a page or block into sight, again as it gets its content, until the person takes over. */
function steer(scroller: HTMLElement, aim: Aim, taken: () => boolean): () => void {
  let timer = 0
  let tries = 0
  const go = () => {
    if (taken()) return
    const page = scroller.querySelector<HTMLElement>(`.text-page[data-page="${aim.page}"]`)
    const block = aim.block ? page?.querySelector<HTMLElement>(`[data-block="${CSS.escape(aim.block)}"]`) : null
    if (block) intoSight(scroller, block)
    else if (page) scroller.scrollTop += page.getBoundingClientRect().top - scroller.getBoundingClientRect().top
    tries += 1
    if (tries < (block ? 4 : 14)) timer = window.setTimeout(go, block ? 160 : 90)
  }
  go()
  return () => clearTimeout(timer)
}

function intoSight(scroller: HTMLElement, block: HTMLElement): void {
  const [outer, inner] = [scroller.getBoundingClientRect(), block.getBoundingClientRect()]
  const edge = 40
  if (inner.top >= outer.top + edge && inner.bottom <= outer.bottom - edge) return
  const room = Math.max(edge, (outer.height - inner.height) / 3)
  scroller.scrollTop += inner.top - outer.top - room
}
