/** A block in the column of text: what it is, what is doubtful about it, and what can be done with it. */

import { useComputed } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { download, request } from '../api/client'
import type { Block } from '../api/types'
import { Content } from '../blocks/Content'
import { LinkList, linksOf } from '../blocks/links'
import { Editor } from '../edit/Editor'
import { percent } from '../lib/format'
import { checkWords, flagWords, isDoubt, KINDS, sourceWords } from '../lib/words'
import { failedChecks, formatsOf, gist, isFlagged, isUsers } from '../state/blocks'
import { useViewer, type Viewer } from '../state/viewer'
import { Button, Menu, tell, tellError, type MenuItem } from '../ui/controls'
import { Icon } from '../ui/icon'

export function BlockView({ block, first }: { block: Block; first: boolean }) {
  const viewer = useViewer()
  const ref = useRef<HTMLDivElement>(null)
  const hovered = useComputed(() => viewer.hovered.value === block.id)
  const selected = useComputed(() => viewer.selected.value === block.id)
  const editing = useComputed(() => viewer.editing.value === block.id)
  const reachable = useComputed(() => viewer.selected.value === block.id || (first && viewer.selected.value === null))
  const flagged = isFlagged(block)
  useEffect(() => {
    if (selected.value && viewer.aim.peek()?.from === 'drawer' && document.activeElement?.closest('.text-column'))
      ref.current?.focus({ preventScroll: true })
  }, [selected.value])
  const names = ['block', `k-${block.kind}`, flagged ? 'flagged' : '', hovered.value ? 'hovered' : '', selected.value ? 'selected' : '']
  const choose = (event: Event) => {
    if ((event.target as Element).closest('button, a, input, textarea, select, summary, [data-keep]')) return
    if (getSelection()?.toString()) return
    viewer.select(block.id, 'text')
  }
  return (
    <div ref={ref} class={names.join(' ')} data-block={block.id} role="group" tabIndex={reachable.value ? 0 : -1}
      aria-label={`${KINDS[block.kind]}${flagged ? ', flagged' : ''}`} aria-current={selected.value ? 'true' : undefined}
      onPointerEnter={() => (viewer.hovered.value = block.id)}
      onPointerLeave={() => viewer.hovered.value === block.id && (viewer.hovered.value = null)}
      onClick={choose} onKeyDown={(event) => event.key === 'Enter' && event.target === ref.current && viewer.select(block.id, 'text')}>
      <div class="block-head">
        <span class="kind">{KINDS[block.kind]}</span>
        {isUsers(block) && <span class="chip good"><Icon name="check" size={12} />Corrected</span>}
        <Confidence value={block.confidence} always={selected.value} />
        {selected.value && viewer.ended.value && <Actions block={block} />}
      </div>
      {editing.value ? <Editor key={block.id} block={block} /> : <Content block={block} />}
      {flagged && <Doubts block={block} />}
      {selected.value && <Details block={block} />}
    </div>
  )
}

function Confidence({ value, always }: { value: number | null; always: boolean }) {
  if (value === null || (value >= 0.9 && !always)) return null
  const level = value >= 0.9 ? 'good' : value >= 0.7 ? 'warn' : 'bad'
  return <span class={`confidence ${level}`} title="How well it agrees with what is known of the page"><span class="meter" aria-hidden="true"><span style={{ width: percent(value) }} /></span>{percent(value)}<span class="sr"> sure</span></span>
}

function Doubts({ block }: { block: Block }) {
  const failed = failedChecks(block)
  const flags = block.flags.filter(isDoubt)
  return (
    <ul class="doubts" aria-label="Doubts">
      {flags.map((flag) => <li key={flag}><Icon name="flag" size={13} /><span>{flagWords(flag)}</span></li>)}
      {failed.map((check, place) => (
        <li key={place} class="detail"><Icon name="close" size={13} /><span><b>{checkWords(check.name)}:</b> {check.detail || 'failed'}</span></li>
      ))}
    </ul>
  )
}

function Details({ block }: { block: Block }) {
  const notes = block.flags.filter((flag) => !isDoubt(flag))
  const links = linksOf(block)
  return (
    <details class="block-details">
      <summary>Checks and origin</summary>
      <dl class="facts">
        <dt>Read from</dt><dd>{block.source === 'user' ? 'corrected by you' : sourceWords(block.source)}</dd>
        <dt>Place</dt><dd>{block.id}, number {block.order} on page {block.page}{block.bbox && `, box ${block.bbox.map((value) => Math.round(value)).join(' ')}`}</dd>
        {block.parts.length > 1 && <><dt>Parts</dt><dd>joined from {block.parts.length} places, pages {[...new Set(block.parts.map((part) => part.page))].join(', ')}</dd></>}
        {notes.length > 0 && <><dt>What was done</dt><dd>{notes.map(flagWords).join('; ')}</dd></>}
        {block.checks.length > 0 && (
          <><dt>Checks</dt><dd><ul class="checks">{block.checks.map((check, place) => (
            <li key={place} class={check.outcome}><span class="outcome">{check.outcome}</span> {checkWords(check.name)}{check.detail && `: ${check.detail}`}</li>
          ))}</ul></dd></>
        )}
        {links.length > 0 && <><dt>Links</dt><dd><LinkList links={links} /></dd></>}
        {block.original !== null && <><dt>As it was read</dt><dd class="original" dir="auto">{block.original}</dd></>}
      </dl>
    </details>
  )
}

function Actions({ block }: { block: Block }) {
  const viewer = useViewer()
  const copies: MenuItem[] = formatsOf(block).map(({ label, format, file }) => ({
    label: file ? label : `Copy as ${label}`, icon: file ? 'download' : 'copy',
    run: () => void (file ? fetchFile(viewer, block, format) : copy(viewer, block, format, label)),
  }))
  const more: (MenuItem | null)[] = [
    { label: 'Move up', icon: 'up', run: () => moveBy(viewer, block, -1) },
    { label: 'Move down', icon: 'down', run: () => moveBy(viewer, block, 1) },
    { label: 'Add a block after it', icon: 'plus', hint: 'a', run: () => viewer.startAdding(block.page, block.id) },
    null,
    { label: 'Delete', icon: 'trash', danger: true, run: () => void viewer.correct([{ op: 'delete', block: block.id }], 'Deleted.').then((ok) => ok && (viewer.selected.value = null)) },
  ]
  const editing = viewer.editing.value === block.id
  return (
    <div class="actions" role="toolbar" aria-label={`${KINDS[block.kind]}: ${gist(block)}`} data-keep>
      <Menu icon="copy" label="Copy or download" text="Copy" items={copies} look="quiet" align="start" />
      <Button icon="edit" look="quiet" label="Edit (e)" aria-pressed={editing} onClick={() => (viewer.editing.value = editing ? null : block.id)}>Edit</Button>
      <Button icon="box" look="quiet" label="Change the box" aria-pressed={viewer.boxing.value === block.id} onClick={() => startBox(viewer, block)}><span class="wide-only">Box</span></Button>
      <Button icon="check" look="quiet" label="It is right as it stands (c)" onClick={() => confirm(viewer, block)}><span class="wide-only">Confirm</span></Button>
      <Menu icon="more" label="More" items={more} look="quiet" />
    </div>
  )
}

function startBox(viewer: Viewer, block: Block): void {
  viewer.boxing.value = viewer.boxing.peek() === block.id ? null : block.id
  viewer.goTo(block.page, block.id, 'text')
  dispatchEvent(new Event('viewer-show-image'))
}

export function confirm(viewer: Viewer, block: Block): void {
  void viewer.correct([{ op: 'confirm', block: block.id }], 'Confirmed.')
}

function moveBy(viewer: Viewer, block: Block, by: 1 | -1): void {
  const blocks = viewer.loaded(block.page)?.blocks ?? []
  const place = blocks.findIndex((found) => found.id === block.id)
  const after = by > 0 ? blocks[place + 1]?.id : (blocks[place - 2]?.id ?? null)
  if (after === undefined || (by < 0 && place === 0)) return tell('It is at the end of its page already.')
  void viewer.correct([{ op: 'move', block: block.id, after }], 'Moved.')
}

function fetchFile(viewer: Viewer, block: Block, format: string): Promise<void> {
  return download(viewer.api.block(block.page, block.id, format), `${block.id}.${format}`).catch(tellError)
}

/** HTML goes to the clipboard as markup and as text, so that a table can be pasted into a document or an editor. */
async function copy(viewer: Viewer, block: Block, format: string, label: string): Promise<void> {
  try {
    const text = request(viewer.api.block(block.page, block.id, format)).then((response) => response.text())
    const types: Record<string, Promise<Blob>> = { 'text/plain': text.then((body) => new Blob([body], { type: 'text/plain' })) }
    if (format === 'html') types['text/html'] = text.then((body) => new Blob([body], { type: 'text/html' }))
    await text
    await navigator.clipboard.write([new ClipboardItem(types)])
    tell(`Copied as ${label}.`)
  } catch (error) {
    tellError(error)
  }
}
