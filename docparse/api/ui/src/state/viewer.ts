/** One open document: what is loaded of it, where the person is, and what was corrected. */

import { batch, computed, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { ApiError } from '../api/client'
import { follow } from '../api/events'
import { cancelJob, DocumentApi, getJob } from '../api/job'
import { Looking } from '../api/looking'
import type { Block, Box, Edit, Job, Kind, Overview, Page, PageOverview } from '../api/types'
import { rememberPage } from '../lib/route'
import { tell, tellError } from '../ui/controls'
import { pageOf } from './blocks'

export type Pane = 'image' | 'text' | 'thumbs' | 'search' | 'drawer'

/** Where a pane should go: `id` of a block, or only a page. A new object each time, so that it is heard each time. */
export interface Aim {
  page: number
  block: string | null
  from: Pane
}

export type PageState = { page: Page | null; error: unknown; loading: boolean }

const LOADING: PageState = { page: null, error: null, loading: true }
const ENDED = new Set(['completed', 'partial', 'failed', 'canceled'])

export class Viewer {
  readonly api: DocumentApi
  readonly job = signal<Job | null>(null)
  readonly overview = signal<Overview | null>(null)
  readonly trouble = signal<unknown>(null)
  readonly current = signal(1)
  readonly aim = signal<Aim | null>(null)
  readonly hovered = signal<string | null>(null)
  readonly spot = signal<{ page: number; box: Box } | null>(null)
  readonly selected = signal<string | null>(null)
  readonly editing = signal<string | null>(null)
  readonly boxing = signal<string | null>(null)
  /** Where a block that was not found is being added: after a block of the page, or first. */
  readonly adding = signal<{ page: number; after: string | null } | null>(null)
  readonly onlyFlagged = signal(false)
  readonly hidden = signal<ReadonlySet<Kind>>(new Set())
  readonly edits = signal<Edit[]>([])
  readonly saving = signal(false)
  /** The first page image has come, or should have: small pictures may be asked for now. */
  readonly settled = signal(false)
  readonly ended: ReadonlySignal<boolean> = computed(() => ENDED.has(this.overview.value?.state ?? ''))
  readonly flagged: ReadonlySignal<string[]> = computed(() => (this.overview.value?.pages ?? []).flatMap((page) => page.flagged))
  private readonly pages = new Map<number, { state: Signal<PageState>; looking: Looking<PageState> }>()
  private version = 0
  private stop: (() => void) | null = null
  private queue: Promise<void> = Promise.resolve()
  private readonly looking = new Looking(() => this.both(), (found) => this.show(found), tellError)

  constructor(jobId: string, document: number, page: number) {
    this.api = new DocumentApi(jobId, document)
    this.current.value = page
    setTimeout(() => (this.settled.value = true), 2500)
  }

  async open(): Promise<void> {
    this.trouble.value = null
    try {
      this.page(this.current.peek()) // asked for at once, not after what it stands in
      const [job, overview] = await this.both()
      this.show([job, overview])
      const first = overview.pages[0]?.number
      if (first && this.current.value < first) this.current.value = first // part of a document
      if (this.ended.value) {
        if (overview.edits > 0) void this.loadCorrections()
      } else if (!ENDED.has(job.state)) this.listen(job.last_event)
      if (this.current.value !== (first ?? 1)) this.goTo(this.current.value, null, 'drawer')
    } catch (error) {
      this.trouble.value = error
    }
  }

  close(): void {
    this.stop?.()
    this.looking.stop()
  }

  private listen(after: number): void {
    this.stop = follow(this.api.job, after, (event) => {
      if (event.kind === 'page.done' && event.document === this.api.document && event.page) void this.forget(event.page)
      this.looking.soon(event.kind.startsWith('job.') || event.kind === 'document.finished' ? 0 : 250)
    })
  }

  /** Asked for side by side. Where the document ended between the two answers no later event would tell of it. */
  private async both(): Promise<[Job, Overview]> {
    const [job, overview] = await Promise.all([getJob(this.api.job), this.api.overview()])
    const mine = job.documents.find((found) => found.number === this.api.document)
    if (ENDED.has(overview.state) || !ENDED.has(mine?.state ?? job.state)) return [job, overview]
    return [job, await this.api.overview()]
  }

  private show([job, overview]: [Job, Overview]): void {
    const [first, before] = [this.overview.peek() === null, this.ended.peek()]
    batch(() => {
      this.job.value = job
      this.overview.value = overview
    })
    if (before || !this.ended.peek()) return
    for (const page of this.pages.keys()) if (!first || !this.loaded(page)) void this.forget(page) // now they are as they stay
  }

  async cancel(): Promise<void> {
    try {
      await cancelJob(this.api.job)
      tell('Canceled. Pages that were done stay to be seen.')
    } catch (error) {
      tellError(error)
    }
    await this.looking.now()
  }

  /** The page, loaded on the first call; while it is not there its state says so. */
  page(number: number): Signal<PageState> {
    let found = this.pages.get(number)
    if (!found) {
      const state = signal<PageState>(LOADING)
      found = { state, looking: new Looking(() => this.ask(number), (answer) => (state.value = answer), tellError) }
      this.pages.set(number, found)
      void found.looking.now()
    }
    return found.state
  }

  loaded(number: number): Page | null {
    return this.pages.get(number)?.state.peek().page ?? null
  }

  private async ask(number: number): Promise<PageState> {
    try {
      const answer = await this.api.page(number)
      return { page: answer.page, error: answer.page ? null : (answer.state.error ?? null), loading: !answer.page && !this.ended.peek() }
    } catch (error) {
      const waits = error instanceof ApiError && error.status === 404 && !this.ended.peek()
      return { page: null, error: waits ? null : error, loading: waits }
    }
  }

  /** Load a page anew, if it is on show; the old one stays until then. */
  async forget(number: number): Promise<void> {
    await this.pages.get(number)?.looking.now()
  }

  info(number: number): PageOverview | null {
    return this.overview.value?.pages.find((page) => page.number === number) ?? null
  }

  block(id: string): Block | null {
    return this.loaded(pageOf(id))?.blocks.find((block) => block.id === id) ?? null
  }

  setCurrent(page: number): void {
    if (this.current.peek() === page) return
    this.current.value = page
    rememberPage(this.api.job, this.api.document, page)
  }

  goTo(page: number, block: string | null, from: Pane): void {
    batch(() => {
      this.setCurrent(page)
      this.aim.value = { page, block, from }
    })
  }

  select(id: string | null, from: Pane): void {
    batch(() => {
      if (this.boxing.peek() !== id) this.boxing.value = null
      if (this.editing.peek() !== id) this.editing.value = null
      if (id) this.adding.value = null
      this.selected.value = id
      if (id) this.goTo(pageOf(id), id, from)
    })
  }

  /** Begin to add a block: after `after`, else after the selected block, else at the end of the page in sight. */
  startAdding(page?: number, after?: string): void {
    const selected = after ?? (page ? null : this.selected.peek())
    const number = selected ? pageOf(selected) : (page ?? this.current.peek())
    const blocks = this.loaded(number)?.blocks
    if (!blocks || !this.ended.peek()) return tell('A block can be added when the page is read.')
    batch(() => {
      this.boxing.value = this.editing.value = null
      this.adding.value = { page: number, after: selected ?? blocks.at(-1)?.id ?? null }
    })
    dispatchEvent(new Event('viewer-show-image'))
  }

  /** The block with its box, still empty; its text is edited next. */
  async add(box: Box): Promise<void> {
    const place = this.adding.peek()
    if (!place) return
    const used = [...(this.loaded(place.page)?.blocks ?? []).map((block) => block.id), ...this.edits.peek().map((edit) => String(edit.id ?? ''))]
    const last = Math.max(0, ...used.map((id) => (pageOf(id) === place.page ? Number(/-u(\d+)$/.exec(id)?.[1] ?? 0) : 0)))
    const id = `p${place.page}-u${last + 1}`
    const block = { kind: 'paragraph', id, page: place.page, order: 0, bbox: box, text: '' }
    if (!(await this.correct([{ op: 'add', id, page: place.page, after: place.after, block }], 'Added.'))) return
    batch(() => {
      this.adding.value = null
      this.select(id, 'image')
      this.editing.value = id
    })
  }

  /** The next (or last) page of the document. */
  step(by: number): void {
    const numbers = this.overview.value?.pages.map((page) => page.number) ?? []
    const next = numbers[numbers.indexOf(this.current.value) + by]
    if (next !== undefined) this.goTo(next, null, 'drawer')
  }

  /** The flagged block or page after where the person is; around at the end. */
  nextFlag(by: 1 | -1): void {
    const stops = this.stops()
    if (stops.length === 0) return tell('Nothing is flagged in this document.')
    const here = this.selected.peek()
    let place = stops.findIndex((stop) => stop.block !== null && stop.block === here)
    if (place < 0) {
      const at = stops.findIndex((stop) => stop.page >= this.current.peek())
      place = by > 0 ? (at < 0 ? stops.length : at) - 1 : at < 0 ? stops.length : at
    }
    const next = stops[(place + by + stops.length) % stops.length]
    if (!next) return
    if (next.block) this.select(next.block, 'drawer')
    else {
      this.selected.value = null
      this.goTo(next.page, null, 'drawer')
    }
  }

  private stops(): { page: number; block: string | null }[] {
    return (this.overview.value?.pages ?? []).flatMap((page) => {
      const blocks = page.flagged.map((block) => ({ page: page.number, block: block as string | null }))
      const alone = blocks.length === 0 && (page.flags.length > 0 || page.state === 'failed')
      return alone ? [{ page: page.number, block: null }] : blocks
    })
  }

  /** The next block of the page, over its end to the following page. */
  stepBlock(by: 1 | -1): void {
    const here = this.selected.peek()
    const page = this.loaded(here ? pageOf(here) : this.current.peek())
    if (!page) return
    const place = here ? page.blocks.findIndex((block) => block.id === here) : by > 0 ? -1 : page.blocks.length
    const next = page.blocks[place + by]
    if (next) return this.select(next.id, 'drawer')
    const numbers = this.overview.peek()?.pages.map((found) => found.number) ?? []
    const other = numbers[numbers.indexOf(page.number) + by]
    const blocks = other === undefined ? undefined : this.loaded(other)?.blocks
    const target = blocks?.[by > 0 ? 0 : blocks.length - 1]
    if (target) this.select(target.id, 'drawer')
    else if (other !== undefined) this.goTo(other, null, 'drawer')
  }

  private async loadCorrections(): Promise<void> {
    const found = await this.api.corrections()
    this.version = found.version
    this.edits.value = found.edits
  }

  /** Save further edits; one save at a time, and each shows what the service made of it. */
  correct(edits: Edit[], told = 'Saved.'): Promise<boolean> {
    return this.change((now) => [...now, ...edits], told, true)
  }

  undo(): Promise<boolean> {
    return this.change((now) => now.slice(0, -1), 'Undone.', false)
  }

  dropCorrections(): Promise<boolean> {
    return this.change(() => [], 'All as it was read.', false)
  }

  private change(make: (edits: Edit[]) => Edit[], told: string, undo: boolean): Promise<boolean> {
    const done = this.queue.then(() => this.save(make, told, undo))
    this.queue = done.then(() => undefined)
    return done
  }

  private async save(make: (edits: Edit[]) => Edit[], told: string, undo: boolean): Promise<boolean> {
    this.saving.value = true
    try {
      if (this.version === 0) await this.loadCorrections()
      await this.put(make)
      tell(told, undo ? () => void this.undo() : null)
      return true
    } catch (error) {
      tellError(error)
      return false
    } finally {
      this.saving.value = false
    }
  }

  private async put(make: (edits: Edit[]) => Edit[], again = true): Promise<void> {
    const before = this.edits.peek()
    try {
      const saved = await this.api.saveCorrections(make(before), this.version)
      this.version = saved.version
      const touched = new Set([...saved.pages, ...before.map(pageOfEdit)])
      await Promise.all([...touched].map((page) => this.forget(page)))
      this.edits.value = saved.edits
      this.overview.value = await this.api.overview()
    } catch (error) {
      if (!(again && error instanceof ApiError && error.status === 412)) throw error
      await this.loadCorrections() // somebody else saved meanwhile: ours go after theirs
      await this.put(make, false)
    }
  }
}

function pageOfEdit(edit: Edit): number {
  if (typeof edit.block === 'string') return pageOf(edit.block)
  return typeof edit.page === 'number' ? edit.page : 0
}

const ViewerContext = createContext<Viewer | null>(null)

export const ViewerProvider = ViewerContext.Provider

export function useViewer(): Viewer {
  const found = useContext(ViewerContext)
  if (!found) throw new Error('no document is open here')
  return found
}
