/** Drawing by libraries that are loaded when the first block needs them. */

import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'

/** Draws into an element that is the library's own; until then, and where it fails, `children` stand there. */
export function Drawn({ draw, deps, label, class: className = '', children, as = 'div', onError }: {
  draw: (into: HTMLElement) => Promise<void | (() => void)>
  deps: unknown[]
  label?: string
  class?: string
  children?: ComponentChildren
  as?: 'div' | 'span'
  onError?: (message: string) => void
}) {
  const ref = useRef<HTMLElement>(null)
  const [state, setState] = useState<'waiting' | 'drawn' | 'failed'>('waiting')
  useEffect(() => {
    let live = true
    let undo: void | (() => void)
    const into = document.createElement(as)
    into.className = className
    draw(into).then(
      (end) => {
        if (!live) return end?.()
        undo = end
        ref.current?.replaceChildren(into)
        setState('drawn')
        onError?.('')
      },
      (error: unknown) => {
        if (!live) return
        ref.current?.replaceChildren()
        setState('failed')
        onError?.(error instanceof Error ? error.message : String(error))
      },
    )
    return () => {
      live = false
      undo?.()
    }
  }, deps)
  const Tag = as
  return (
    <>
      <Tag ref={ref as never} class={state === 'drawn' ? 'drawn' : `drawn empty ${state}`}
        {...(label ? { role: 'img', 'aria-label': label } : {})} />
      {state !== 'drawn' && children}
    </>
  )
}
