/** A job of several documents: each with its progress, as it happens. */

import { useEffect, useMemo, useState } from 'preact/hooks'
import { download } from '../api/client'
import { follow } from '../api/events'
import { cancelJob, deleteJob, getJob } from '../api/job'
import { Looking } from '../api/looking'
import type { Job, JobDocument } from '../api/types'
import { bytes, plural, seconds } from '../lib/format'
import { go, to } from '../lib/route'
import { stateWords } from '../lib/words'
import { Bar } from '../ui/Bar'
import { Button, Progress, tellError, Trouble } from '../ui/controls'
import { Icon } from '../ui/icon'

export const isBusy = (state: string): boolean => state === 'queued' || state === 'running'

/** The job, looked at again whenever something happens to it. */
export function useJob(id: string): { job: Job | null; error: unknown; look: () => Promise<void> } {
  const [job, setJob] = useState<Job | null>(null)
  const [error, setError] = useState<unknown>(null)
  const looking = useMemo(() => new Looking<Job>(() => getJob(id), (found) => { setJob(found); setError(null) }, setError), [id])
  useEffect(() => {
    let stop: (() => void) | null = null
    let live = true
    getJob(id).then((found) => {
      if (!live) return
      setJob(found)
      if (!isBusy(found.state)) return
      stop = follow(id, found.last_event, (event) => looking.soon(event.kind.startsWith('job.') ? 0 : 200))
    }, setError)
    return () => {
      live = false
      stop?.()
      looking.stop()
    }
  }, [id])
  return { job, error, look: () => looking.now() }
}

export function JobView({ job: id, local }: { job: string; local: boolean }) {
  const { job, error, look } = useJob(id)
  useEffect(() => {
    document.title = 'Job – docparse'
    if (job?.documents.length === 1) go(to.document(id, 1), true)
  }, [job?.documents.length])
  if (error) return <><Bar /><main class="plain-main"><Trouble error={error} again={() => void look()} /></main></>
  if (!job) return <><Bar /><main class="plain-main"><p class="empty" aria-busy="true">Loading …</p></main></>
  const busy = isBusy(job.state)
  const { pages_done: done, pages_failed: failed, pages_total: total, eta_s: left } = job.progress
  const remove = () => window.confirm('Delete this job with its files and results?') && deleteJob(id).then(() => go(to.home), tellError)
  return (
    <>
      <Bar title={plural(job.documents.length, 'document')}>
        {!local && <Button icon="receipt" look="quiet" label="Invoice fields" onClick={() => go(to.invoices(id))}><span class="wide-only">Invoice fields</span></Button>}
        {busy ? <Button icon="stop" look="danger" onClick={() => cancelJob(id).then(look, tellError)}>Cancel</Button> : (
          <>
            <Button icon="download" onClick={() => void download(`/v1/jobs/${id}/result?format=zip&download=true`, 'documents.zip').catch(tellError)}>All (ZIP)</Button>
            {!local && <Button icon="trash" look="quiet" label="Delete" onClick={remove} />}
          </>
        )}
      </Bar>
      <main class="home">
        <h1>{local ? 'Results' : stateWords(job.state)}{busy && total > 0 && <span class="soft"> {done + failed} of {plural(total, 'page')}{left ? `, about ${seconds(left)} left` : ''}</span>}</h1>
        {busy && <Progress share={total ? (done + failed) / total : null} label="Pages of all documents" />}
        <ul class="jobs">{job.documents.map((found) => <DocumentRow key={found.number} job={id} document={found} />)}</ul>
      </main>
    </>
  )
}

function DocumentRow({ job, document: found }: { job: string; document: JobDocument }) {
  const busy = isBusy(found.state)
  return (
    <li class="job">
      <a href={to.document(job, found.number)} class="job-main">
        <Icon name="file" />
        <span class="name">{found.name}{found.error && <span class="bad-text"> — {found.error.message}</span>}</span>
        <span class={`state ${found.state}`}>{stateWords(found.state)}</span>
        {busy ? <Progress share={found.pages_total ? (found.pages_done + found.pages_failed) / found.pages_total : null} label={`Progress of ${found.name}`} /> : <span class="hint pages">{plural(found.pages_total, 'page')}</span>}
        <span class="hint">{bytes(found.bytes)}</span>
      </a>
    </li>
  )
}
