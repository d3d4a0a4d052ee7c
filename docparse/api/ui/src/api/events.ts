/** What happens to a job, as it happens. The browser goes on by itself where a stream broke off. */

import type { JobEvent } from './types'

const KINDS = [
  'job.queued', 'job.running', 'document.opened', 'page.done', 'page.failed', 'document.finished', 'job.completed',
  'job.partial', 'job.failed', 'job.canceled',
]
const LAST = new Set(KINDS.slice(-4))

/** Calls back for each event after `after`, until the job ends; the answer stops it before. */
export function follow(jobId: string, after: number, onEvent: (event: JobEvent) => void): () => void {
  const stream = new EventSource(`/v1/jobs/${jobId}/events?after=${after}`)
  for (const kind of KINDS)
    stream.addEventListener(kind, (message) => {
      const event: JobEvent = { ...JSON.parse(message.data), id: Number(message.lastEventId) }
      if (LAST.has(kind)) stream.close()
      onEvent(event)
    })
  return () => stream.close()
}
