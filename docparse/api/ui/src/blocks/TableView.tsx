/** Tables with their merged cells; a cell under the pointer lights up on the page image. */

import { useMemo } from 'preact/hooks'
import type { Block, Cell } from '../api/types'
import { parseNumber } from '../lib/number'
import { useViewer } from '../state/viewer'
import { Text } from './math'

export function rowsOf(block: Block): Cell[][] {
  const rows: Cell[][] = Array.from({ length: block.rows ?? 0 }, () => [])
  for (const cell of block.cells ?? []) (rows[cell.row] ??= []).push(cell)
  for (const row of rows) row?.sort((a, b) => a.col - b.col)
  return rows.map((row) => row ?? [])
}

export function TableView({ block }: { block: Block }) {
  const viewer = useViewer()
  const rows = useMemo(() => rowsOf(block), [block])
  if (rows.length === 0) return <p class="hint">A table without cells.</p>
  const light = (cell: Cell) => () => (viewer.spot.value = cell.bbox ? { page: block.page, box: cell.bbox } : null)
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={`Table of ${block.rows} rows and ${block.cols} columns`}
      onPointerLeave={() => (viewer.spot.value = null)}>
      <table class="grid">
        <tbody>
          {rows.map((row, place) => (
            <tr key={place}>
              {row.map((cell) => {
                const spans = { rowSpan: cell.rowspan > 1 ? cell.rowspan : undefined, colSpan: cell.colspan > 1 ? cell.colspan : undefined }
                const inner = <Text text={cell.text} links={cell.links} />
                return cell.header
                  ? <th key={cell.col} dir="auto" {...spans} scope={cell.row === 0 ? 'col' : 'row'} onPointerEnter={light(cell)}>{inner}</th>
                  : <td key={cell.col} dir="auto" {...spans} class={parseNumber(cell.text) === null ? '' : 'number'} onPointerEnter={light(cell)}>{inner}</td>
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
