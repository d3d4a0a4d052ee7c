/** Search in all pages of the document; the service looks, so that nothing has to be loaded for it. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Hit } from '../api/types'
import { KINDS } from '../lib/words'
import { useViewer } from '../state/viewer'
import { tellError } from '../ui/controls'
import { Icon } from '../ui/icon'

export function Search() {
  const viewer = useViewer()
  const input = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const [found, setFound] = useState<{ hits: Hit[]; more: boolean } | null>(null)
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(-1)
  useEffect(() => {
    const focus = () => {
      input.current?.focus()
      input.current?.select()
    }
    addEventListener('viewer-search', focus)
    return () => removeEventListener('viewer-search', focus)
  }, [])
  useEffect(() => {
    setAt(-1)
    if (text.trim().length < 2) return setFound(null)
    const stop = new AbortController()
    const timer = setTimeout(() => viewer.api.search(text.trim(), stop.signal).then(setFound, tellError), 160)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [text])
  const hits = found?.hits ?? []
  const visit = (place: number) => {
    const hit = hits[place]
    if (!hit) return
    setAt(place)
    viewer.onlyFlagged.value = false
    if (viewer.hidden.peek().has(hit.kind)) viewer.hidden.value = new Set([...viewer.hidden.peek()].filter((kind) => kind !== hit.kind))
    viewer.select(hit.block, 'search')
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' || event.key === 'ArrowDown') visit((at + 1) % Math.max(hits.length, 1))
    else if (event.key === 'ArrowUp') visit((at - 1 + hits.length) % Math.max(hits.length, 1))
    else if (event.key === 'Escape') {
      setOpen(false)
      input.current?.blur()
    } else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="search" role="search" onFocusOut={(event) => !event.currentTarget.contains(event.relatedTarget as Node) && setOpen(false)}>
      <Icon name="search" size={15} />
      <input ref={input} type="text" inputMode="search" placeholder="Search" aria-label="Search in the document" value={text} role="combobox" aria-expanded={open && found !== null}
        aria-controls="search-hits" aria-activedescendant={at >= 0 ? `hit-${at}` : undefined} autocomplete="off"
        onInput={(event) => { setText(event.currentTarget.value); setOpen(true) }} onFocus={() => setOpen(true)} onKeyDown={onKey} />
      <kbd aria-hidden="true">/</kbd>
      {open && found && (
        <div class="search-hits">
          <p class="hint" aria-live="polite">{hits.length === 0 ? 'Nothing found' : `${hits.length}${found.more ? ' and more' : ''} found`}</p>
          <ul id="search-hits" role="listbox" aria-label="Found">
            {hits.map((hit, place) => (
              <li key={place} id={`hit-${place}`} role="option" aria-selected={place === at} tabIndex={-1} onPointerDown={(event) => { event.preventDefault(); visit(place) }}>
                <span class="where">p. {hit.page} · {KINDS[hit.kind]}</span>
                <span class="quote" dir="auto">{hit.before}<mark>{hit.match}</mark>{hit.after}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  )
}
