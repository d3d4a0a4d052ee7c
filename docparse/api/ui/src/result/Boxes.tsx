/** The boxes of a page's blocks, coloured by kind; small ones lie above large ones. */

import { useComputed } from '@preact/signals'
import type { Block, Box } from '../api/types'
import { isFlagged, isUsers } from '../state/blocks'
import { useViewer } from '../state/viewer'
import { KINDS } from '../lib/words'
import { BoxEditor } from '../edit/BoxEditor'
import type { Placed } from './geometry'

const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1])

export function Boxes({ page }: { page: Placed }) {
  const viewer = useViewer()
  const { page: read } = viewer.page(page.number).value
  if (!read) return null
  const hidden = viewer.hidden.value
  const only = viewer.onlyFlagged.value
  const marks = read.blocks
    .filter((block) => !hidden.has(block.kind) && (!only || isFlagged(block)))
    .flatMap((block) => boxesOn(block, page.number).map((box) => ({ block, box })))
    .sort((a, b) => area(b.box) - area(a.box))
  const boxing = viewer.boxing.value
  const spot = viewer.spot.value?.page === page.number ? viewer.spot.value.box : null
  const edited = boxing ? read.blocks.find((block) => block.id === boxing) : undefined
  const adding = viewer.adding.value?.page === page.number ? viewer.adding.value : null
  const keepBox = async (block: string, bbox: Box) => {
    if (await viewer.correct([{ op: 'box', block, bbox }], 'Box saved.')) viewer.boxing.value = null
  }
  return (
    <>
      <svg class="boxes" viewBox={`0 0 ${page.width} ${page.height}`} preserveAspectRatio="none" aria-hidden="true">
        {marks.map(({ block, box }) => <Mark key={`${block.id} ${box[0]} ${box[1]}`} block={block} box={box} />)}
        {spot && <rect class="spot" x={spot[0]} y={spot[1]} width={spot[2] - spot[0]} height={spot[3] - spot[1]} />}
      </svg>
      {edited && <BoxEditor key={edited.id} page={page} from={edited.bbox} onKeep={(box) => keepBox(edited.id, box)} onLeave={() => (viewer.boxing.value = null)} />}
      {adding && <BoxEditor key={adding.after ?? 'first'} page={page} from={below(page, read.blocks.find((block) => block.id === adding.after))}
        onKeep={(box) => viewer.add(box)} onLeave={() => (viewer.adding.value = null)} />}
    </>
  )
}

/** Room for a new block: under another one, as wide as that is. */
function below(page: Placed, block: Block | undefined): Box | null {
  if (!block?.bbox) return null
  const top = Math.min(block.bbox[3] + 4, page.height - 24)
  return [block.bbox[0], top, Math.max(block.bbox[2], block.bbox[0] + 24), Math.min(top + 36, page.height)]
}

/** A block joined over pages has a part on each; its own box is on the first. */
function boxesOn(block: Block, page: number): Box[] {
  const parts = block.parts.filter((part) => part.page === page).map((part) => part.bbox)
  return parts.length > 0 ? parts : block.bbox ? [block.bbox] : []
}

function Mark({ block, box }: { block: Block; box: Box }) {
  const viewer = useViewer()
  const hovered = useComputed(() => viewer.hovered.value === block.id)
  const selected = useComputed(() => viewer.selected.value === block.id)
  const flagged = isFlagged(block)
  const names = ['mark', `k-${block.kind}`, flagged ? 'flagged' : '', isUsers(block) ? 'users' : '',
    hovered.value ? 'hovered' : '', selected.value ? 'selected' : '']
  return (
    <rect class={names.join(' ')} data-block={block.id} x={box[0]} y={box[1]} rx={1}
      width={Math.max(box[2] - box[0], 1)} height={Math.max(box[3] - box[1], 1)}
      onPointerEnter={() => (viewer.hovered.value = block.id)}
      onPointerLeave={() => viewer.hovered.value === block.id && (viewer.hovered.value = null)}
      onClick={() => viewer.select(block.id, 'image')}>
      <title>{`${KINDS[block.kind]}${flagged ? ', flagged' : ''}`}</title>
    </rect>
  )
}
