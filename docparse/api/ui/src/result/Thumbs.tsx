/** Small pages with their flags; pictures are fetched as they come into sight. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageOverview } from '../api/types'
import { plural } from '../lib/format'
import { isDoubt } from '../lib/words'
import { useViewer } from '../state/viewer'
import { Icon } from '../ui/icon'

export function Thumbs() {
  const viewer = useViewer()
  const root = useRef<HTMLElement>(null)
  const pages = viewer.overview.value?.pages ?? []
  const current = viewer.current.value
  useEffect(() => {
    const nav = root.current
    const here = nav?.querySelector<HTMLElement>(`[data-thumb="${current}"]`)
    if (!nav || !here) return
    const down = here.offsetTop - nav.scrollTop
    if (down < 0 || down + here.offsetHeight > nav.clientHeight) nav.scrollTop = here.offsetTop - nav.clientHeight / 3
    const across = here.offsetLeft - nav.scrollLeft
    if (across < 0 || across + here.offsetWidth > nav.clientWidth) nav.scrollLeft = here.offsetLeft - nav.clientWidth / 3
  }, [current])
  return (
    <nav class="thumbs" ref={root} aria-label="Pages">
      {pages.map((page) => <Thumb key={page.number} page={page} current={page.number === current} root={root} />)}
    </nav>
  )
}

function Thumb({ page, current, root }: { page: PageOverview; current: boolean; root: { current: HTMLElement | null } }) {
  const viewer = useViewer()
  const ref = useRef<HTMLButtonElement>(null)
  const [near, setNear] = useState(false)
  const ready = page.width !== null
  useEffect(() => {
    if (near || !ready) return
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && setNear(true), { root: root.current, rootMargin: '100px' })
    watch.observe(ref.current!)
    return () => watch.disconnect()
  }, [near, ready])
  const flags = page.flagged.length || page.flags.filter(isDoubt).length
  const failed = page.state === 'failed' || page.error !== null
  const words = [`Page ${page.number}`, flags > 0 && plural(flags, 'flag'), failed && 'failed', page.corrected.length > 0 && 'corrected', !ready && page.state]
  const shape = { aspectRatio: `${page.width ?? 210} / ${page.height ?? 297}` }
  return (
    <button ref={ref} type="button" class={current ? 'thumb current' : 'thumb'} data-thumb={page.number} aria-current={current ? 'page' : undefined}
      aria-label={words.filter(Boolean).join(', ')} onClick={() => viewer.goTo(page.number, null, 'thumbs')}>
      <span class={ready ? 'thumb-image' : 'thumb-image waiting'} style={shape}>
        {near && viewer.settled.value && <img src={viewer.api.image(page.number, 'thumb')} alt="" decoding="async" draggable={false} />}
        {failed ? <span class="badge bad"><Icon name="warning" size={11} /></span> : flags > 0 && <span class="badge"><Icon name="flag" size={11} />{flags}</span>}
        {page.corrected.length > 0 && <span class="badge good low"><Icon name="check" size={11} /></span>}
      </span>
      <span class="thumb-number">{page.number}</span>
    </button>
  )
}
