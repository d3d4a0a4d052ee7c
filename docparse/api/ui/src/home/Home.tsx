/** Files in, recent jobs below. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { ApiError, getJson, upload } from '../api/client'
import { cancelJob, deleteJob, listJobs } from '../api/job'
import type { Engines, Job } from '../api/types'
import { bytes, plural, since } from '../lib/format'
import { go, to } from '../lib/route'
import { stateWords } from '../lib/words'
import { Bar } from '../ui/Bar'
import { Button, Progress, tell, tellError } from '../ui/controls'
import { Icon } from '../ui/icon'
import { DEFAULTS, fieldsOf, OptionsForm, type Options } from './OptionsForm'

type What = 'documents' | 'invoices'

export function Home() {
  const [engines, setEngines] = useState<Engines | null>(null)
  useEffect(() => {
    document.title = 'docparse'
    getJson<Engines>('/v1/engines').then(setEngines, tellError)
  }, [])
  return (
    <>
      <Bar />
      <main class="home">
        <h1>See what was read, where, and how sure</h1>
        <Intake engines={engines} />
        <Recent />
      </main>
    </>
  )
}

function Intake({ engines }: { engines: Engines | null }) {
  const [files, setFiles] = useState<File[]>([])
  const [what, setWhat] = useState<What>('documents')
  const [options, setOptions] = useState<Options>(DEFAULTS)
  const [sent, setSent] = useState<number | null>(null)
  const [over, setOver] = useState(false)
  const stop = useRef<AbortController | null>(null)
  const input = useRef<HTMLInputElement>(null)
  const add = (more: Iterable<File>) => setFiles((now) => [...now, ...[...more].filter((file) => !now.some((one) => one.name === file.name && one.size === file.size))])

  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files')
    const enter = (event: DragEvent) => hasFiles(event) && (event.preventDefault(), (depth += 1), setOver(true))
    const leave = (event: DragEvent) => hasFiles(event) && (depth -= 1) <= 0 && ((depth = 0), setOver(false))
    const hover = (event: DragEvent) => hasFiles(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      event.preventDefault()
      depth = 0
      setOver(false)
      add(event.dataTransfer?.files ?? [])
    }
    const paste = (event: ClipboardEvent) => event.clipboardData?.files.length && add(event.clipboardData.files)
    addEventListener('dragenter', enter)
    addEventListener('dragleave', leave)
    addEventListener('dragover', hover)
    addEventListener('drop', drop)
    addEventListener('paste', paste)
    return () => {
      removeEventListener('dragenter', enter)
      removeEventListener('dragleave', leave)
      removeEventListener('dragover', hover)
      removeEventListener('drop', drop)
      removeEventListener('paste', paste)
    }
  }, [])

  const send = async () => {
    const form = new FormData()
    for (const [name, value] of fieldsOf(options)) form.append(name, value)
    for (const file of files) form.append('files', file)
    stop.current = new AbortController()
    setSent(0)
    try {
      const job = await upload<Job>('/v1/jobs', form, setSent, stop.current.signal)
      go(what === 'invoices' ? to.invoices(job.id) : job.documents.length === 1 ? to.document(job.id, 1) : to.job(job.id))
    } catch (error) {
      if (error instanceof ApiError || !(error instanceof DOMException)) tellError(error)
    } finally {
      setSent(null)
    }
  }
  const tooLarge = engines ? files.find((file) => file.size > engines.limits.max_file_mb * 2 ** 20) : undefined
  return (
    <section class={over ? 'intake over' : 'intake'} aria-label="Upload">
      <div class="drop">
        <Icon name="upload" size={26} />
        <p><strong>Drop PDFs or images here</strong><span>or</span></p>
        <Button look={files.length ? 'plain' : 'main'} onClick={() => input.current?.click()}>Choose files</Button>
        <input ref={input} class="sr" type="file" multiple tabIndex={-1} aria-label="Files to read" accept=".pdf,image/*,.tif,.tiff,.xml"
          onChange={(event) => { add(event.currentTarget.files ?? []); event.currentTarget.value = '' }} />
        <p class="hint">{limitsOf(engines)} Pasting works too.</p>
      </div>
      {files.length > 0 && (
        <ul class="chosen" aria-label="Chosen files">
          {files.map((file) => (
            <li key={`${file.name} ${file.size}`}>
              <Icon name="file" /><span class="name">{file.name}</span><span class="hint">{bytes(file.size)}</span>
              <Button icon="close" look="quiet" label={`Take out ${file.name}`} onClick={() => setFiles(files.filter((one) => one !== file))} />
            </li>
          ))}
        </ul>
      )}
      <OptionsForm options={options} set={setOptions} engines={engines} />
      <div class="intake-end">
        <fieldset class="choice">
          <legend class="sr">What the files are</legend>
          {(['documents', 'invoices'] as const).map((value) => (
            <label key={value} class={what === value ? 'on' : ''}>
              <input type="radio" name="what" class="sr" checked={what === value} onChange={() => setWhat(value)} />
              <Icon name={value === 'documents' ? 'file' : 'receipt'} />{value === 'documents' ? 'Documents' : 'Invoices'}
            </label>
          ))}
        </fieldset>
        <span class="spring" />
        {tooLarge && <span class="hint bad-text">{tooLarge.name} is too large.</span>}
        {sent !== null ? (
          <>
            <Progress share={sent < 1 ? sent : null} label="Upload" />
            <Button onClick={() => stop.current?.abort()}>Cancel</Button>
          </>
        ) : (
          <Button look="main" disabled={files.length === 0 || tooLarge !== undefined} onClick={() => void send()}>
            {files.length > 1 ? `Read ${plural(files.length, 'file')}` : 'Read'}
          </Button>
        )}
      </div>
    </section>
  )
}

/** While they are not known a line of the same height: what a person is about to click must not move. */
const limitsOf = (engines: Engines | null): string =>
  engines ? `Up to ${bytes(engines.limits.max_file_mb * 2 ** 20)} a file, ${engines.limits.max_pages} pages, ${engines.limits.request_files} files at a time.` : ''

function Recent() {
  const [jobs, setJobs] = useState<Job[] | null>(null)
  const [next, setNext] = useState<string | null>(null)
  const load = async (cursor: string | null) => {
    try {
      const found = await listJobs(cursor)
      setJobs((now) => (cursor && now ? [...now, ...found.jobs] : found.jobs))
      setNext(found.next)
    } catch (error) {
      tellError(error)
    }
  }
  useEffect(() => void load(null), [])
  const busy = jobs?.some((job) => job.state === 'queued' || job.state === 'running')
  useEffect(() => {
    if (!busy) return
    const timer = setInterval(() => void load(null), 2000)
    return () => clearInterval(timer)
  }, [busy])
  const remove = (job: Job) => async () => {
    if (!window.confirm(`Delete ${nameOf(job)} with its results?`)) return
    try {
      await deleteJob(job.id)
      setJobs((now) => now?.filter((one) => one.id !== job.id) ?? null)
      tell('Deleted.')
    } catch (error) {
      tellError(error)
    }
  }
  const cancel = (job: Job) => () => cancelJob(job.id).then(() => load(null), tellError)
  return (
    <section class="recent" aria-labelledby="recent">
      <h2 id="recent">Recent</h2>
      {jobs === null ? <p class="empty" aria-busy="true">Loading …</p> : jobs.length === 0 ? <p class="empty">Nothing yet. What you read shows up here.</p> : (
        <ul class="jobs">{jobs.map((job) => <JobRow key={job.id} job={job} remove={remove(job)} cancel={cancel(job)} />)}</ul>
      )}
      {next && <Button onClick={() => void load(next)}>Older ones</Button>}
    </section>
  )
}

const nameOf = (job: Job): string => {
  const [first] = job.documents
  const more = job.documents.length - 1
  return more > 0 ? `${first?.name} and ${more} more` : (first?.name ?? job.id)
}

function JobRow({ job, remove, cancel }: { job: Job; remove: () => void; cancel: () => void }) {
  const busy = job.state === 'queued' || job.state === 'running'
  const { pages_done: done, pages_failed: failed, pages_total: total } = job.progress
  const target = job.documents.length === 1 ? to.document(job.id, 1) : to.job(job.id)
  return (
    <li class="job">
      <a href={target} class="job-main">
        <Icon name={job.documents.length > 1 ? 'pages' : 'file'} />
        <span class="name">{nameOf(job)}</span>
        <span class={`state ${job.state}`}>{stateWords(job.state)}</span>
        {busy ? <Progress share={total ? (done + failed) / total : null} label={`Progress of ${nameOf(job)}`} /> : <span class="hint pages">{plural(total, 'page')}</span>}
        <time class="hint" dateTime={job.created_at}>{since(job.created_at)}</time>
      </a>
      {busy ? <Button icon="stop" look="quiet" label={`Cancel ${nameOf(job)}`} onClick={cancel} /> : <Button icon="trash" look="quiet" label={`Delete ${nameOf(job)}`} onClick={remove} />}
    </li>
  )
}
