/** A column of page images that holds only those in sight: zoom, pan, pinch, and whatever lies over each page. */

import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ImageSize } from '../api/job'
import type { Box } from '../api/types'
import { px } from '../lib/format'
import { Button } from '../ui/controls'
import { at, MARGIN, place, type Placed, type Sheet, type Zoom } from './geometry'

const MOST_ZOOM = 6
const LEAST_ZOOM = 0.2
const STEP = 1.25
const SCREEN_SIDE = 1400

/** A page, or a place on it, to be brought into sight; `of` is what asked for it. */
export interface Goal {
  page: number
  box: Box | null
  of: unknown
}

interface Anchor { page: number; fx: number; fy: number; x: number; y: number }

export function PageColumn({ sheets, image, overlay, current, onCurrent, goal, label, tools, onBackground, onImage }: {
  sheets: Sheet[]
  image: (page: number, size: ImageSize) => string
  overlay: (page: Placed) => ComponentChildren
  current: number
  onCurrent: (page: number) => void
  goal: Goal | null
  label: string
  tools?: ComponentChildren
  onBackground?: () => void
  onImage?: () => void
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const [pane, setPane] = useState({ width: 0, height: 0 })
  const [zoom, setZoom] = useState<Zoom>('width')
  const [view, setView] = useState({ from: 0, to: 1200 })
  const anchor = useRef<Anchor | null>(null)
  const driven = useRef(false)
  const layout = useMemo(() => place(sheets, pane, zoom), [sheets, pane, zoom])
  const pages = layout.pages

  useLayoutEffect(() => {
    const element = scroller.current!
    const watch = new ResizeObserver(() => setPane({ width: element.clientWidth, height: element.clientHeight }))
    setPane({ width: element.clientWidth, height: element.clientHeight })
    watch.observe(element)
    return () => watch.disconnect()
  }, [])

  const onScroll = useCallback(() => {
    const element = scroller.current!
    setView({ from: element.scrollTop - 400, to: element.scrollTop + element.clientHeight + 400 })
    if (!driven.current) return
    const here = at(pages, element.scrollTop + element.clientHeight / 3)
    if (here) onCurrent(here.number)
  }, [pages, onCurrent])

  useLayoutEffect(() => {
    const kept = anchor.current
    const element = scroller.current!
    const page = kept && pages.find((found) => found.number === kept.page)
    if (kept && page) {
      element.scrollTo(page.left + kept.fx * page.w - kept.x, page.top + kept.fy * page.h - kept.y)
      anchor.current = null
    }
    onScroll()
  }, [layout])

  useLayoutEffect(() => {
    const page = goal && pages.find((found) => found.number === goal.page)
    if (!goal || !page || pane.width === 0) return
    driven.current = false
    aimAt(scroller.current!, page, goal.box)
    onScroll()
  }, [goal, pane.width === 0])

  const zoomTo = useCallback((next: Zoom | ((now: number) => number), x?: number, y?: number) => {
    const element = scroller.current!
    const cx = x ?? element.clientWidth / 2
    const cy = y ?? element.clientHeight / 3
    const page = at(pages, element.scrollTop + cy)
    if (page)
      anchor.current = {
        page: page.number, x: cx, y: cy,
        fx: (element.scrollLeft + cx - page.left) / page.w, fy: (element.scrollTop + cy - page.top) / page.h,
      }
    setZoom((before) => {
      if (typeof next !== 'function') return next
      const room = Math.max(element.clientWidth - 2 * MARGIN, 80)
      const now = typeof before === 'number' ? before : (page?.w ?? room) / room
      return Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, next(now)))
    })
  }, [pages])

  usePointers(scroller, zoomTo)
  const drive = () => { driven.current = true }
  useEffect(() => {
    const onKey = (event: Event) => {
      const what = (event as CustomEvent<string>).detail
      if (what === 'in') zoomTo((now) => now * STEP)
      else if (what === 'out') zoomTo((now) => now / STEP)
      else zoomTo('width')
    }
    addEventListener('viewer-zoom', onKey)
    return () => removeEventListener('viewer-zoom', onKey)
  }, [zoomTo])

  const shown = pane.width === 0 ? [] : pages.filter((page) => page.top + page.h > view.from && page.top < view.to)
  const room = Math.max(pane.width - 2 * MARGIN, 80)
  const share = typeof zoom === 'number' ? zoom : (pages.find((page) => page.number === current)?.w ?? room) / room
  return (
    <div class="page-column">
      <div class="column-tools" role="toolbar" aria-label="Page image">
        <Button icon="minus" label="Zoom out (−)" look="quiet" onClick={() => zoomTo((now) => now / STEP)} />
        <span class="zoom-share" aria-live="polite">{Math.round(share * 100)} %</span>
        <Button icon="plus" label="Zoom in (+)" look="quiet" onClick={() => zoomTo((now) => now * STEP)} />
        <Button icon="width" label="Fit to width (0)" look="quiet" aria-pressed={zoom === 'width'} onClick={() => zoomTo('width')} />
        <Button icon="fit" label="Fit the whole page" look="quiet" aria-pressed={zoom === 'page'} onClick={() => zoomTo('page')} />
        {tools}
      </div>
      <div class="column-scroll" ref={scroller} onScroll={onScroll} tabIndex={0} role="region" aria-label={label}
        onWheel={drive} onTouchStart={drive} onPointerDown={drive} onKeyDown={drive}
        onClick={(event) => event.target === event.currentTarget && onBackground?.()}>
        <div class="column-sheet" style={{ width: px(layout.width), height: px(layout.height) }}>
          {shown.map((page) => (
            <div key={page.number} class="sheet" data-page={page.number}
              style={{ top: px(page.top), left: px(page.left), width: px(page.w), height: px(page.h) }}>
              <PageImage page={page} image={image} onImage={onImage} />
              {overlay(page)}
            </div>
          ))}
        </div>
      </div>
    </div>
  )
}

function PageImage({ page, image, onImage }: { page: Placed; image: (page: number, size: ImageSize) => string; onImage?: () => void }) {
  const [state, setState] = useState<'waiting' | 'there' | 'failed'>('waiting')
  const large = Math.max(page.w, page.h) * Math.min(devicePixelRatio, 2) > SCREEN_SIDE * 1.35
  const size = large ? 'full' : 'screen'
  return (
    <>
      <img src={image(page.number, size)} alt={`Image of page ${page.number}`} draggable={false} decoding="async"
        class={state} onLoad={() => { setState('there'); onImage?.() }} onError={() => { setState('failed'); onImage?.() }} />
      {state === 'failed' && <p class="no-image">The image of this page can’t be had.</p>}
    </>
  )
}

function aimAt(element: HTMLElement, page: Placed, box: Box | null): void {
  if (!box) {
    element.scrollTo({ top: page.top - MARGIN / 2 })
    return
  }
  const [sx, sy] = [page.w / page.width, page.h / page.height]
  const [x0, y0, x1, y1] = [page.left + box[0] * sx, page.top + box[1] * sy, page.left + box[2] * sx, page.top + box[3] * sy]
  const edge = 48
  const seen = y0 >= element.scrollTop + edge && y1 <= element.scrollTop + element.clientHeight - edge
  const top = seen ? element.scrollTop : y0 - Math.max(edge, (element.clientHeight - (y1 - y0)) / 3)
  const wide = x0 >= element.scrollLeft && x1 <= element.scrollLeft + element.clientWidth
  const left = wide ? element.scrollLeft : x0 - Math.max(16, (element.clientWidth - (x1 - x0)) / 2)
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches || Math.abs(top - element.scrollTop) > 3000
  element.scrollTo({ top, left, behavior: calm ? 'auto' : 'smooth' })
}

/** Wheel with Ctrl and two fingers zoom; dragging with the mouse pans. */
function usePointers(scroller: { current: HTMLElement | null }, zoomTo: (next: (now: number) => number, x?: number, y?: number) => void): void {
  useEffect(() => {
    const element = scroller.current!
    const down = new Map<number, { x: number; y: number }>()
    let spread = 0
    let dragging = false
    const spot = (x: number, y: number): [number, number] => {
      const box = element.getBoundingClientRect()
      return [x - box.left, y - box.top]
    }
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return
      event.preventDefault()
      zoomTo((now) => now * Math.exp(-event.deltaY / 300), ...spot(event.clientX, event.clientY))
    }
    const onDown = (event: PointerEvent) => {
      if ((event.target as Element).closest('[data-no-pan]') || (event.pointerType === 'mouse' && event.button !== 0)) return
      down.set(event.pointerId, { x: event.clientX, y: event.clientY })
      dragging = false
      spread = 0
    }
    const onMove = (event: PointerEvent) => {
      const before = down.get(event.pointerId)
      if (!before) return
      down.set(event.pointerId, { x: event.clientX, y: event.clientY })
      if (down.size === 2) {
        const [a, b] = [...down.values()] as [{ x: number; y: number }, { x: number; y: number }]
        const now = Math.hypot(a.x - b.x, a.y - b.y)
        if (spread > 0) zoomTo((zoom) => (zoom * now) / spread, ...spot((a.x + b.x) / 2, (a.y + b.y) / 2))
        spread = now
      } else if (event.pointerType === 'mouse') {
        const [dx, dy] = [event.clientX - before.x, event.clientY - before.y]
        if (!dragging && Math.hypot(dx, dy) < 4) {
          down.set(event.pointerId, before)
          return
        }
        if (!dragging) element.setPointerCapture(event.pointerId)
        dragging = true
        element.classList.add('panning')
        element.scrollBy(-dx, -dy)
      }
    }
    const onUp = (event: PointerEvent) => {
      down.delete(event.pointerId)
      element.classList.remove('panning')
      if (dragging) addEventListener('click', (click) => click.stopPropagation(), { capture: true, once: true })
      if (dragging) setTimeout(() => (dragging = false))
    }
    element.addEventListener('wheel', onWheel, { passive: false })
    element.addEventListener('pointerdown', onDown)
    element.addEventListener('pointermove', onMove)
    element.addEventListener('pointerup', onUp)
    element.addEventListener('pointercancel', onUp)
    return () => {
      element.removeEventListener('wheel', onWheel)
      element.removeEventListener('pointerdown', onDown)
      element.removeEventListener('pointermove', onMove)
      element.removeEventListener('pointerup', onUp)
      element.removeEventListener('pointercancel', onUp)
    }
  }, [zoomTo])
}
