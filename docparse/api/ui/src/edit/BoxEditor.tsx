/** A box with handles: drag it or its corners, or use the arrow keys (with Shift the size); Enter keeps it. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Box } from '../api/types'
import { px } from '../lib/format'
import type { Placed } from '../result/geometry'
import { useViewer } from '../state/viewer'
import { Button } from '../ui/controls'

type Grip = 'move' | 'nw' | 'ne' | 'sw' | 'se' | 'n' | 's' | 'w' | 'e'
const GRIPS: Grip[] = ['nw', 'n', 'ne', 'e', 'se', 's', 'sw', 'w']
const LEAST = 2

export function BoxEditor({ page, from, onKeep, onLeave }: { page: Placed; from: Box | null; onKeep: (box: Box) => Promise<unknown>; onLeave: () => void }) {
  const viewer = useViewer()
  const [box, setBox] = useState<Box>(from ?? [page.width * 0.2, page.height * 0.2, page.width * 0.8, page.height * 0.3])
  const ref = useRef<HTMLDivElement>(null)
  const grip = useRef<{ what: Grip; x: number; y: number; box: Box } | null>(null)
  const [sx, sy] = [page.w / page.width, page.h / page.height]
  useEffect(() => ref.current?.focus(), [])

  const keep = () => onKeep(box.map((value) => Math.round(value * 100) / 100) as Box)
  const onKey = (event: KeyboardEvent) => {
    const by = event.altKey ? 0.5 : 2
    const step = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key]
    if (step) setBox((now) => shift(now, event.shiftKey ? 'se' : 'move', step[0]!, step[1]!, page))
    else if (event.key === 'Enter') void keep()
    else if (event.key === 'Escape') onLeave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const start = (what: Grip) => (event: PointerEvent) => {
    event.stopPropagation()
    ;(event.currentTarget as Element).setPointerCapture(event.pointerId)
    grip.current = { what, x: event.clientX, y: event.clientY, box }
  }
  const move = (event: PointerEvent) => {
    const held = grip.current
    if (held) setBox(shift(held.box, held.what, (event.clientX - held.x) / sx, (event.clientY - held.y) / sy, page))
  }
  const end = () => (grip.current = null)
  const style = { left: px(box[0] * sx), top: px(box[1] * sy), width: px((box[2] - box[0]) * sx), height: px((box[3] - box[1]) * sy) }
  return (
    <div class="box-editor" data-no-pan>
      <div class="box-frame" style={style} ref={ref} tabIndex={0} role="group" onKeyDown={onKey}
        aria-label="Box: arrow keys move it, with Shift they size it; Enter keeps it, Escape leaves it"
        onPointerDown={start('move')} onPointerMove={move} onPointerUp={end} onPointerCancel={end}>
        {GRIPS.map((what) => (
          <span key={what} class={`grip ${what}`} onPointerDown={start(what)} onPointerMove={move} onPointerUp={end} />
        ))}
        <div class={`box-buttons ${box[1] * sy < 44 ? 'below' : ''}`} onPointerDown={(event) => event.stopPropagation()}>
          <Button icon="check" look="main" onClick={() => void keep()} disabled={viewer.saving.value}>Keep box</Button>
          <Button icon="close" label="Leave it as it was" onClick={onLeave} />
        </div>
      </div>
    </div>
  )
}

function shift(box: Box, what: Grip, dx: number, dy: number, page: { width: number; height: number }): Box {
  let [x0, y0, x1, y1] = box
  if (what === 'move') {
    const mx = Math.min(Math.max(dx, -x0), page.width - x1)
    const my = Math.min(Math.max(dy, -y0), page.height - y1)
    return [x0 + mx, y0 + my, x1 + mx, y1 + my]
  }
  if (what.includes('w')) x0 = Math.min(Math.max(x0 + dx, 0), x1 - LEAST)
  if (what.includes('e')) x1 = Math.max(Math.min(x1 + dx, page.width), x0 + LEAST)
  if (what.includes('n')) y0 = Math.min(Math.max(y0 + dy, 0), y1 - LEAST)
  if (what.includes('s')) y1 = Math.max(Math.min(y1 + dy, page.height), y0 + LEAST)
  return [x0, y0, x1, y1]
}
