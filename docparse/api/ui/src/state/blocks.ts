/** What follows from a block alone. */

import type { Block } from '../api/types'
import { isDoubt } from '../lib/words'

/** "p3-b12" stands on page 3. */
export function pageOf(id: string): number {
  return Number(/^p(\d+)-/.exec(id)?.[1] ?? 0)
}

export const failedChecks = (block: Block) => block.checks.filter((check) => check.outcome === 'failed')

/** Whether a person should look at it. */
export const isFlagged = (block: Block): boolean => block.flags.some(isDoubt) || failedChecks(block).length > 0

export const isUsers = (block: Block): boolean => block.source === 'user'

const MOST = 90

/** The first words, for labels and lists. */
export function gist(block: Block): string {
  const text = block.text || block.latex || block.smiles || block.caption || block.description
    || block.items?.map((item) => item.text).join(' · ') || block.cells?.map((cell) => cell.text).filter(Boolean).join(' · ')
    || block.abc || block.ocr || ''
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line
}

/** In which forms a block can be had: label, format of the service, whether it is a file. */
export function formatsOf(block: Block): { label: string; format: string; file: boolean }[] {
  const forms = [
    { label: 'Text', format: 'txt', file: false },
    { label: 'Markdown', format: 'md', file: false },
    { label: 'HTML', format: 'html', file: false },
  ]
  const has = (...kinds: string[]) => kinds.includes(block.kind)
  forms.splice(has('formula') ? 0 : 3, 0, { label: 'LaTeX', format: 'latex', file: false })
  if (has('formula')) forms.push({ label: 'MathML', format: 'mathml', file: false })
  if (has('table', 'chart')) forms.push({ label: 'CSV', format: 'csv', file: false })
  if (has('table', 'chart')) forms.push({ label: 'CSV file', format: 'csv', file: true }, { label: 'Excel file (XLSX)', format: 'xlsx', file: true })
  if (has('chemistry')) forms.push({ label: 'SVG file', format: 'svg', file: true })
  return forms
}
