/** Addresses and calls of one document of a job. */

import { getJson, request, sendJson } from './client'
import type { Corrections, Edit, Hit, Job, Overview, PageAnswer } from './types'

export type ImageSize = 'full' | 'screen' | 'thumb'

export const getJob = (id: string): Promise<Job> => getJson(`/v1/jobs/${id}`)

export const listJobs = (cursor: string | null): Promise<{ jobs: Job[]; next: string | null }> =>
  getJson(`/v1/jobs?limit=20${cursor ? `&cursor=${cursor}` : ''}`)

export async function cancelJob(id: string): Promise<void> {
  await request(`/v1/jobs/${id}`, { method: 'DELETE' })
}

export async function deleteJob(id: string): Promise<void> {
  await request(`/v1/jobs/${id}?purge=true`, { method: 'DELETE' })
}

export class DocumentApi {
  private readonly base: string

  constructor(readonly job: string, readonly document: number) {
    this.base = `/v1/jobs/${job}`
  }

  overview = (): Promise<Overview> => getJson(`${this.base}/overview?document=${this.document}`)

  page = (number: number): Promise<PageAnswer> => getJson(`${this.base}/pages/${number}?document=${this.document}`)

  search = (text: string, signal: AbortSignal): Promise<{ hits: Hit[]; more: boolean }> =>
    getJson(`${this.base}/search?q=${encodeURIComponent(text)}&document=${this.document}`, { signal })

  image = (number: number, size: ImageSize): string =>
    `${this.base}/pages/${number}/image?size=${size}&document=${this.document}`

  block = (page: number, id: string, format: string): string =>
    `${this.base}/pages/${page}/blocks/${encodeURIComponent(id)}?format=${format}&document=${this.document}`

  result = (format: string, original = false): string =>
    `${this.base}/result?format=${format}&document=${this.document}&download=true${original ? '&original=true' : ''}`

  async corrections(): Promise<Corrections> {
    return getJson(`${this.base}/corrections?document=${this.document}`)
  }

  saveCorrections(edits: Edit[], version: number): Promise<Corrections> {
    return sendJson('PUT', `${this.base}/corrections?document=${this.document}`, { edits }, { 'If-Match': `"${version}"` })
  }
}
