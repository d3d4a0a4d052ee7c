/** A document: page images and what was read of them, side by side; one above the other's tab on a phone. */

import { useSignalEffect } from '@preact/signals'
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { download } from '../api/client'
import { deleteJob } from '../api/job'
import type { Kind } from '../api/types'
import { plural, seconds } from '../lib/format'
import { go, to } from '../lib/route'
import { flagWords, isDoubt, KINDS, stateWords } from '../lib/words'
import { Viewer, ViewerProvider, useViewer } from '../state/viewer'
import { Bar } from '../ui/Bar'
import { Button, Dialog, Menu, Progress, tell, tellError, Trouble, type MenuItem } from '../ui/controls'
import { Icon } from '../ui/icon'
import { Boxes } from './Boxes'
import type { Placed, Sheet } from './geometry'
import { KEYS, useKeys } from './keys'
import { PageColumn, type Goal } from './PageColumn'
import { Search } from './Search'
import { TextColumn } from './TextColumn'
import { Thumbs } from './Thumbs'

export function DocumentView({ job, document: number, page, local }: { job: string; document: number; page: number; local: boolean }) {
  const viewer = useMemo(() => new Viewer(job, number, page), [job, number])
  const [help, setHelp] = useState(false)
  useEffect(() => {
    void viewer.open()
    return () => viewer.close()
  }, [viewer])
  useKeys(viewer, () => setHelp(true))
  const overview = viewer.overview.value
  useEffect(() => {
    if (overview) document.title = `${overview.name} – docparse`
  }, [overview?.name])
  if (viewer.trouble.value)
    return <><Bar home={!local} /><main class="plain-main"><Trouble error={viewer.trouble.value} again={() => void viewer.open()} /></main></>
  return (
    <ViewerProvider value={viewer}>
      <Bar home={!local || (viewer.job.value?.documents.length ?? 1) > 1} title={overview?.name ?? ''} onHelp={() => setHelp(true)}>{overview && <Tools local={local} />}</Bar>
      {overview ? <Panes /> : <main class="plain-main"><p class="empty" aria-busy="true">Loading …</p></main>}
      {help && <KeysDialog onClose={() => setHelp(false)} />}
    </ViewerProvider>
  )
}

function Tools({ local }: { local: boolean }) {
  const viewer = useViewer()
  const flags = viewer.flagged.value.length
  const only = viewer.onlyFlagged.value
  const job = viewer.job.value
  const edits = viewer.edits.value.length
  const remove = () => {
    if (!window.confirm('Delete this job with its files and results?')) return
    deleteJob(viewer.api.job).then(() => go(to.home), tellError)
  }
  const more: (MenuItem | null)[] = [
    ...(local ? [] : [{ label: 'Invoice fields', icon: 'receipt' as const, run: () => go(to.invoices(viewer.api.job)) }]),
    { label: 'Undo last correction', icon: 'undo', hint: 'u', run: () => (edits > 0 ? void viewer.undo() : tell('There is no correction to undo.')) },
    { label: 'Drop all corrections', icon: 'history', run: () => edits > 0 && window.confirm(`Drop ${plural(edits, 'correction')}? What was read comes back.`) && void viewer.dropCorrections() },
    ...(local ? [] : [null, { label: 'Delete', icon: 'trash' as const, danger: true, run: remove }]),
  ]
  return (
    <>
      <Search />
      <div class="flag-tools">
        <Button icon="flag" look="quiet" aria-pressed={only} class={flags > 0 ? 'has-flags' : ''} label="Only what is flagged (o)" onClick={() => (viewer.onlyFlagged.value = !only)}>
          <span class="count">{flags}</span><span class="wide-only">flagged</span>
        </Button>
        <Button icon="up" look="quiet" label="Previous flag (F)" class="wide-only" disabled={flags === 0} onClick={() => viewer.nextFlag(-1)} />
        <Button icon="down" look="quiet" label="Next flag (f)" disabled={flags === 0} onClick={() => viewer.nextFlag(1)} />
      </div>
      {viewer.ended.value && <Downloads />}
      {!viewer.ended.value && job && <Button look="danger" icon="stop" onClick={() => void viewer.cancel()}>Cancel</Button>}
      <Menu icon="more" label="More" items={more} look="quiet" />
    </>
  )
}

const EXPORTS: [string, string][] = [
  ['html', 'HTML, as QwenVL writes it'], ['json', 'JSON'], ['md', 'Markdown'], ['txt', 'Text'], ['csv', 'Tables as CSV'],
  ['xlsx', 'Tables as Excel (XLSX)'], ['chunks', 'Chunks for retrieval'], ['docling', 'DoclingDocument'],
  ['overlay', 'PDF with the boxes drawn'], ['searchable', 'Searchable PDF'], ['zip', 'All formats and pictures (ZIP)'],
]

function Downloads() {
  const viewer = useViewer()
  const corrected = (viewer.overview.value?.edits ?? 0) > 0
  const fetchAs = (format: string, original = false) => () => void download(viewer.api.result(format, original), `document.${format}`).catch(tellError)
  const items: (MenuItem | null)[] = EXPORTS.map(([format, label]) => ({ label, run: fetchAs(format) }))
  if (corrected) items.push(null, { label: 'JSON as it was read, uncorrected', run: fetchAs('json', true) })
  return <Menu icon="download" label="Download" text="Download" items={items} />
}

function Panes() {
  const viewer = useViewer()
  const [tab, setTab] = useState<'image' | 'text'>('image')
  const [share, setShare] = useState(50)
  const root = useRef<HTMLElement>(null)
  useEffect(() => {
    const show = () => setTab('image')
    addEventListener('viewer-show-image', show)
    return () => removeEventListener('viewer-show-image', show)
  }, [])
  return (
    <main class={`panes show-${tab}`} ref={root}>
      <h1 class="sr">{viewer.overview.value?.name}</h1>
      <Status />
      <Thumbs />
      <div class="split" style={{ gridTemplateColumns: `minmax(0, ${share}fr) 7px minmax(0, ${100 - share}fr)` }}>
        <ImagePane />
        <Divider share={share} set={setShare} />
        <TextColumn />
      </div>
      <div class="tabs" role="tablist" aria-label="View">
        <button type="button" role="tab" aria-selected={tab === 'image'} onClick={() => setTab('image')}><Icon name="pages" />Page</button>
        <button type="button" role="tab" aria-selected={tab === 'text'} onClick={() => setTab('text')}><Icon name="text" />Content</button>
      </div>
    </main>
  )
}

function Divider({ share, set }: { share: number; set: (share: number) => void }) {
  const clamp = (value: number) => Math.min(80, Math.max(20, value))
  const drag = (event: PointerEvent) => {
    const split = (event.currentTarget as HTMLElement).parentElement!.getBoundingClientRect()
    if (event.buttons & 1) set(clamp(((event.clientX - split.left) / split.width) * 100))
  }
  return (
    <div class="divider" role="separator" tabIndex={0} aria-orientation="vertical" aria-label="Width of the panes" aria-valuenow={Math.round(share)} aria-valuemin={20} aria-valuemax={80}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag} onDblClick={() => set(50)}
      onKeyDown={(event) => {
        const by = { ArrowLeft: -4, ArrowRight: 4 }[event.key]
        if (by) set(clamp(share + by))
      }} />
  )
}

function Status() {
  const viewer = useViewer()
  const overview = viewer.overview.value!
  const job = viewer.job.value
  const doubts = overview.flags.filter(isDoubt)
  if (viewer.ended.value) {
    if (overview.errors.length === 0 && doubts.length === 0 && overview.state === 'completed') return null
    const problems = overview.errors.filter((problem) => !problem.page)
    if (problems.length === 0 && doubts.length === 0 && overview.state !== 'failed' && overview.state !== 'canceled' && overview.state !== 'partial') return null
    return (
      <div class={`status ${overview.state}`} role="status">
        <strong>{stateWords(overview.state)}</strong>
        {problems.map((problem, place) => <span key={place}>{problem.message} {problem.user_action}</span>)}
        {doubts.map((flag) => <span key={flag}>{flagWords(flag)}</span>)}
      </div>
    )
  }
  const mine = job?.documents.find((found) => found.number === overview.document)
  const total = mine?.pages_total ?? 0
  const done = (mine?.pages_done ?? 0) + (mine?.pages_failed ?? 0)
  const left = job?.progress.eta_s
  return (
    <div class="status running" role="status">
      <strong>{stateWords(mine?.state ?? overview.state)}</strong>
      <Progress share={total ? done / total : null} label="Pages read" />
      <span>{total ? `${done} of ${plural(total, 'page')}` : (job?.queued_ahead ? `${plural(job.queued_ahead, 'document')} ahead` : 'opening the file')}{left ? `, about ${seconds(left)} left` : ''}</span>
    </div>
  )
}

function ImagePane() {
  const viewer = useViewer()
  const overview = viewer.overview.value
  const sheets = useMemo<Sheet[]>(() => {
    const known = (overview?.pages ?? []).filter((page) => page.width !== null && page.height !== null)
    return known.map((page) => ({ number: page.number, width: page.width!, height: page.height! }))
  }, [overview?.pages.map((page) => `${page.number} ${page.width} ${page.height}`).join()])
  const [goal, setGoal] = useState<Goal | null>(null)
  useSignalEffect(() => {
    const aim = viewer.aim.value
    if (!aim || aim.from === 'image') return
    const read = viewer.page(aim.page).value.page
    const block = aim.block ? read?.blocks.find((found) => found.id === aim.block) : null
    const box = block?.parts.find((part) => part.page === aim.page)?.bbox ?? block?.bbox ?? null
    setGoal((before) => (before?.page === aim.page && String(before.box) === String(box) && before.of === aim ? before : { page: aim.page, box, of: aim }))
  })
  const onCurrent = useCallback((page: number) => {
    if (page !== viewer.current.peek()) viewer.goTo(page, null, 'image')
  }, [viewer])
  const overlay = useCallback((page: Placed) => <Boxes page={page} />, [])
  return (
    <PageColumn sheets={sheets} image={viewer.api.image} overlay={overlay} current={viewer.current.value} onCurrent={onCurrent} goal={goal}
      label="Page images" tools={<Legend />} onImage={() => (viewer.settled.value = true)} onBackground={() => viewer.select(null, 'image')} />
  )
}

function Legend() {
  const viewer = useViewer()
  const hidden = viewer.hidden.value
  const counts = new Map<Kind, number>()
  for (const page of viewer.overview.value?.pages ?? [])
    for (const [kind, count] of Object.entries(page.kinds)) counts.set(kind as Kind, (counts.get(kind as Kind) ?? 0) + (count ?? 0))
  const flip = (kind: Kind) => {
    const next = new Set(hidden)
    if (!next.delete(kind)) next.add(kind)
    viewer.hidden.value = next
  }
  const items: (MenuItem | null)[] = (Object.keys(KINDS) as Kind[]).filter((kind) => counts.has(kind))
    .map((kind) => ({ label: KINDS[kind], hint: String(counts.get(kind)), checked: !hidden.has(kind), run: () => flip(kind) }))
  if (hidden.size > 0) items.push(null, { label: 'Show all', run: () => (viewer.hidden.value = new Set()) })
  return <Menu icon="layers" label="Kinds of blocks" text={hidden.size ? `Kinds (${hidden.size} hidden)` : 'Kinds'} items={items} look="quiet" />
}

function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keyboard" onClose={onClose}>
      <dl class="keys">{KEYS.map(([keys, what]) => <><dt key={keys}>{keys.split('  ').map((key) => <kbd key={key}>{key}</kbd>)}</dt><dd>{what}</dd></>)}</dl>
    </Dialog>
  )
}

