/** The cells of a table, or the data of a chart, edited where they stand; each change is saved at once. */

import { useMemo, useRef, useState } from 'preact/hooks'
import type { Block, Cell, Edit } from '../api/types'
import { rowsOf } from '../blocks/TableView'
import { useViewer } from '../state/viewer'
import { Menu, type MenuItem } from '../ui/controls'

export function GridEditor({ block }: { block: Block }) {
  const viewer = useViewer()
  const [at, setAt] = useState<{ row: number; col: number }>({ row: 0, col: 0 })
  const grid = useRef<HTMLTableElement>(null)
  const isTable = block.kind === 'table'
  const rows = useMemo(() => (isTable ? rowsOf(block) : rowsOfData(block.data ?? [])), [block])
  const cell = rows[at.row]?.find((found) => found.col === at.col)
  const send = (edit: Edit) => void viewer.correct([{ ...edit, block: block.id }])
  const line = (op: 'row' | 'column', action: 'insert' | 'delete', place: number) => () => send({ op, action, at: place })
  const lines: (MenuItem | null)[] = [
    { label: 'Insert row above', run: line('row', 'insert', at.row) },
    { label: 'Insert row below', run: line('row', 'insert', at.row + (cell?.rowspan ?? 1)) },
    { label: 'Delete row', icon: 'trash', danger: true, run: line('row', 'delete', at.row) },
    null,
    { label: 'Insert column before', run: line('column', 'insert', at.col) },
    { label: 'Insert column after', run: line('column', 'insert', at.col + (cell?.colspan ?? 1)) },
    { label: 'Delete column', icon: 'trash', danger: true, run: line('column', 'delete', at.col) },
  ]
  const span = (rowspan: number, colspan: number) => () => send({ op: 'span', row: at.row, col: at.col, rowspan, colspan })
  const cells: (MenuItem | null)[] = cell && isTable ? [
    { label: cell.header ? 'No header cell' : 'Header cell', run: () => send({ op: 'cell', row: at.row, col: at.col, header: !cell.header }) },
    { label: 'Merge with the cell right', run: span(cell.rowspan, cell.colspan + 1) },
    { label: 'Merge with the cell below', run: span(cell.rowspan + 1, cell.colspan) },
    ...(cell.rowspan * cell.colspan > 1 ? [{ label: 'Split', run: span(1, 1) }] : []),
  ] : []
  const move = (row: number, col: number) => grid.current?.querySelector<HTMLElement>(`[data-at="${row},${col}"]`)?.focus()
  return (
    <div class="grid-editor">
      <div class="editor-row">
        <Menu icon="table" label="Rows and columns" text="Rows and columns" items={lines} align="start" />
        {cells.length > 0 && <Menu label="Cell" text="Cell" items={cells} align="start" />}
        <span class="hint">Row {at.row + 1}, column {at.col + 1}</span>
      </div>
      <div class="table-scroll">
        <table class="grid" ref={grid}>
          <tbody>
            {rows.map((row, place) => (
              <tr key={place}>
                {row.map((found) => (
                  <CellInput key={`${found.row} ${found.col} ${found.text}`} cell={found} onFocus={() => setAt({ row: found.row, col: found.col })}
                    onKeep={(text) => send({ op: 'cell', row: found.row, col: found.col, text })} onDown={(by) => move(found.row + by, found.col)} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function CellInput({ cell, onFocus, onKeep, onDown }: {
  cell: Cell; onFocus: () => void; onKeep: (text: string) => void; onDown: (by: number) => void
}) {
  const ref = useRef<HTMLTextAreaElement>(null)
  const keep = () => {
    const text = ref.current!.value
    if (text !== cell.text) onKeep(text)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && !event.shiftKey && !event.ctrlKey) {
      ref.current!.blur() // leaving the field keeps it
      onDown(1)
    } else if (event.key === 'ArrowUp' && event.altKey) onDown(-1)
    else if (event.key === 'ArrowDown' && event.altKey) onDown(1)
    else if (event.key === 'Escape' && ref.current!.value !== cell.text) ref.current!.value = cell.text
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const Tag = cell.header ? 'th' : 'td'
  return (
    <Tag rowSpan={cell.rowspan > 1 ? cell.rowspan : undefined} colSpan={cell.colspan > 1 ? cell.colspan : undefined}>
      <textarea ref={ref} dir="auto" rows={1} data-at={`${cell.row},${cell.col}`} defaultValue={cell.text} aria-label={`Row ${cell.row + 1}, column ${cell.col + 1}`}
        onFocus={onFocus} onBlur={keep} onKeyDown={onKey} />
    </Tag>
  )
}

function rowsOfData(data: string[][]): Cell[][] {
  return data.map((row, place) => row.map((text, col) => ({ row: place, col, rowspan: 1, colspan: 1, text, header: place === 0, bbox: null })))
}
