/** A block edited in place: its kind and its content. Ctrl+Enter keeps, Escape leaves. */

import { useEffect, useRef, useState } from 'preact/hooks'
import type { Block, Edit, Kind } from '../api/types'
import { Tex } from '../blocks/math'
import { Content, CropView } from '../blocks/Content'
import { KINDS } from '../lib/words'
import { useViewer } from '../state/viewer'
import { Button } from '../ui/controls'
import { GridEditor } from './GridEditor'
import { ListEditor } from './ListEditor'

interface Field { name: keyof Block & string; label: string; lines: number; code?: boolean }

const FIELDS: Partial<Record<Kind, Field[]>> = {
  heading: [{ name: 'text', label: 'Text', lines: 1 }],
  paragraph: [{ name: 'text', label: 'Text', lines: 3 }],
  formula: [{ name: 'latex', label: 'LaTeX', lines: 2, code: true }],
  music: [{ name: 'abc', label: 'ABC notation', lines: 6, code: true }],
  chemistry: [{ name: 'smiles', label: 'SMILES', lines: 1, code: true }],
  code: [{ name: 'text', label: 'Code', lines: 6, code: true }, { name: 'language', label: 'Language', lines: 1 }],
  caption: [{ name: 'text', label: 'Text', lines: 2 }],
  footnote: [{ name: 'marker', label: 'Marker', lines: 1 }, { name: 'text', label: 'Text', lines: 2 }],
  image: [{ name: 'caption', label: 'Description', lines: 2 }, { name: 'ocr', label: 'Text in the picture', lines: 2 }],
  chart: [{ name: 'chart_type', label: 'Type of chart', lines: 1 }, { name: 'description', label: 'Description', lines: 2 }],
  page_header: [{ name: 'text', label: 'Text', lines: 1 }],
  page_footer: [{ name: 'text', label: 'Text', lines: 1 }],
  page_number: [{ name: 'text', label: 'Text', lines: 1 }],
}
const PREVIEWED = new Set<Kind>(['music', 'chemistry'])

export function Editor({ block }: { block: Block }) {
  const viewer = useViewer()
  const fields = FIELDS[block.kind] ?? []
  const [values, setValues] = useState<Record<string, string>>(() => Object.fromEntries(fields.map(({ name }) => [name, String(block[name] ?? '')])))
  const [level, setLevel] = useState(block.level ?? 1)
  const form = useRef<HTMLFormElement>(null)
  useEffect(() => form.current?.querySelector<HTMLElement>('textarea, .grid-editor input, .list-editor textarea')?.focus(), [])

  const leave = () => {
    viewer.editing.value = null
    document.querySelector<HTMLElement>(`.block[data-block="${CSS.escape(block.id)}"]`)?.focus()
  }
  const keep = async () => {
    const changed = fields.filter(({ name }) => values[name] !== String(block[name] ?? ''))
    const edit: Edit = { op: 'set', block: block.id, ...Object.fromEntries(changed.map(({ name }) => [name, values[name]])) }
    if (block.kind === 'heading' && level !== block.level) edit.level = level
    const nothing = Object.keys(edit).length === 2
    if (nothing || (await viewer.correct([edit]))) leave()
  }
  const onKey = (event: KeyboardEvent) => {
    event.stopPropagation()
    if (event.key === 'Escape') leave()
    else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void keep()
    else return
    event.preventDefault()
  }
  const change = (kind: Kind) => {
    if (kind !== block.kind) void viewer.correct([{ op: 'kind', block: block.id, kind, ...(kind === 'heading' ? { level: 2 } : {}) }], `Now a ${KINDS[kind].toLowerCase()}.`)
  }
  return (
    <form class="editor" ref={form} data-keep onKeyDown={onKey} onSubmit={(event) => { event.preventDefault(); void keep() }}>
      <div class="editor-row">
        <label>Kind
          <select value={block.kind} onChange={(event) => change(event.currentTarget.value as Kind)}>
            {Object.entries(KINDS).map(([kind, name]) => <option key={kind} value={kind}>{name}</option>)}
          </select>
        </label>
        {block.kind === 'heading' && (
          <label>Level
            <select value={level} onChange={(event) => setLevel(Number(event.currentTarget.value))}>
              {[1, 2, 3, 4, 5, 6].map((value) => <option key={value} value={value}>{value}</option>)}
            </select>
          </label>
        )}
      </div>
      <CropView crop={block.crop} alt="The block as printed" />
      {fields.map((field) => (
        <Area key={field.name} field={field} value={values[field.name] ?? ''} set={(text) => setValues({ ...values, [field.name]: text })} />
      ))}
      {block.kind === 'formula' && <div class="preview" aria-label="Preview"><Tex tex={values.latex ?? ''} display /></div>}
      {PREVIEWED.has(block.kind) && <div class="preview" aria-label="Preview"><Content block={{ ...block, ...values, crop: null }} /></div>}
      {block.kind === 'table' && <GridEditor block={block} />}
      {block.kind === 'chart' && <GridEditor block={block} />}
      {block.kind === 'list' && <ListEditor block={block} />}
      <div class="editor-row end">
        {fields.length > 0 ? (
          <>
            <span class="hint">Ctrl+Enter keeps, Esc leaves</span>
            <Button onClick={leave}>Leave</Button>
            <Button look="main" type="submit" disabled={viewer.saving.value}>Keep</Button>
          </>
        ) : (
          <><span class="hint">Each change is saved as you leave its field</span><Button look="main" onClick={leave}>Done</Button></>
        )}
      </div>
    </form>
  )
}

function Area({ field, value, set }: { field: Field; value: string; set: (text: string) => void }) {
  return (
    <label class="area">{field.label}
      <textarea dir={field.code ? 'ltr' : 'auto'} class={field.code ? 'mono' : ''} rows={field.lines} value={value} spellcheck={!field.code}
        ref={(element) => { if (element) grow(element) }}
        onInput={(event) => { grow(event.currentTarget); set(event.currentTarget.value) }} />
    </label>
  )
}

export function grow(element: HTMLTextAreaElement): void {
  element.style.height = 'auto'
  element.style.height = `${Math.min(element.scrollHeight + 2, 420)}px`
}
