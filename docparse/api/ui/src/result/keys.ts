/** The keyboard of an open document. */

import { useLayoutEffect } from 'preact/hooks'
import type { Viewer } from '../state/viewer'
import { confirm } from './BlockView'

export const KEYS: [string, string][] = [
  ['n  p', 'next, previous page'],
  ['j  k', 'next, previous block'],
  ['f  F', 'next, previous flag'],
  ['o', 'only what is flagged'],
  ['/', 'search'],
  ['e', 'edit the block'],
  ['c', 'confirm the block: it is right'],
  ['b', 'change the box of the block'],
  ['a', 'add a block that was not found'],
  ['u', 'undo the last correction'],
  ['+  −  0', 'zoom in, out, to the width'],
  ['Esc', 'let go of the block'],
  ['?', 'this list'],
]

export function useKeys(viewer: Viewer, help: () => void): void {
  useLayoutEffect(() => { // at once: a key may come right after what is seen
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest('input, textarea, select, dialog, [role=menu]')) return
      const selected = viewer.selected.peek()
      const block = selected ? viewer.block(selected) : null
      const ended = viewer.ended.peek()
      const zoom = (what: string) => dispatchEvent(new CustomEvent('viewer-zoom', { detail: what }))
      switch (event.key) {
        case 'n': viewer.step(1); break
        case 'p': viewer.step(-1); break
        case 'j': viewer.stepBlock(1); break
        case 'k': viewer.stepBlock(-1); break
        case 'f': viewer.nextFlag(1); break
        case 'F': viewer.nextFlag(-1); break
        case 'o': viewer.onlyFlagged.value = !viewer.onlyFlagged.peek(); break
        case '/': dispatchEvent(new Event('viewer-search')); break
        case 'e': if (block && ended) viewer.editing.value = block.id; break
        case 'c': if (block && ended) confirm(viewer, block); break
        case 'b': if (block && ended) viewer.boxing.value = block.id; break
        case 'a': if (ended) viewer.startAdding(); break
        case 'u': if (viewer.edits.peek().length > 0) void viewer.undo(); break
        case '+': case '=': zoom('in'); break
        case '-': zoom('out'); break
        case '0': zoom('width'); break
        case '?': help(); break
        case 'Escape': viewer.select(null, 'drawer'); break
        default: return
      }
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [viewer])
}
