/** The items of a list, one field each; a change is saved as its field is left. */

import type { Block, Edit } from '../api/types'
import { useViewer } from '../state/viewer'
import { Button } from '../ui/controls'
import { grow } from './Editor'

export function ListEditor({ block }: { block: Block }) {
  const viewer = useViewer()
  const items = block.items ?? []
  const send = (edit: Partial<Edit>) => void viewer.correct([{ op: 'item', block: block.id, ...edit } as Edit])
  return (
    <div class="list-editor">
      {items.map((item, index) => (
        <div class="item-row" key={`${index} ${item.text} ${item.level}`}>
          <span class="marker" aria-hidden="true">{item.marker || '•'}</span>
          <textarea rows={1} dir="auto" defaultValue={item.text} aria-label={`Item ${index + 1}`} ref={(element) => { if (element) grow(element) }}
            onInput={(event) => grow(event.currentTarget)}
            onBlur={(event) => event.currentTarget.value !== item.text && send({ index, text: event.currentTarget.value })} />
          <Button icon="left" label="One level out" look="quiet" disabled={item.level <= 1} onClick={() => send({ index, level: item.level - 1 })} />
          <Button icon="right" label="One level in" look="quiet" disabled={item.level >= 6} onClick={() => send({ index, level: item.level + 1 })} />
          <Button icon="trash" label={`Delete item ${index + 1}`} look="quiet" onClick={() => send({ index, action: 'delete' })} />
        </div>
      ))}
      <Button icon="plus" class="small" onClick={() => send({ index: items.length, action: 'insert', text: '' })}>Item</Button>
    </div>
  )
}
