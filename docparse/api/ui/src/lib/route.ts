/** Where the person is, in the address after `#`: `#/`, `#/job/ID`, `#/job/ID/2?page=3`, `#/job/ID/invoices`. */

import { signal } from '@preact/signals'

export type Route =
  | { name: 'home' }
  | { name: 'job'; job: string }
  | { name: 'document'; job: string; document: number; page: number }
  | { name: 'invoices'; job: string; document: number | null; part: number }

function read(): Route {
  const [path = '', query = ''] = location.hash.replace(/^#\/?/, '').split('?')
  const found = new URLSearchParams(query)
  const [first, job, what] = path.split('/')
  if (first !== 'job' || !job || !/^[a-z0-9_]{1,80}$/.test(job)) return { name: 'home' }
  if (what === 'invoices')
    return { name: 'invoices', job, document: Number(found.get('document')) || null, part: Number(found.get('part')) || 1 }
  if (what && Number(what) > 0) return { name: 'document', job, document: Number(what), page: Number(found.get('page')) || 1 }
  return { name: 'job', job }
}

export const route = signal<Route>(read())

addEventListener('hashchange', () => (route.value = read()))

export const to = {
  home: '#/',
  job: (job: string): string => `#/job/${job}`,
  document: (job: string, document: number): string => `#/job/${job}/${document}`,
  invoices: (job: string): string => `#/job/${job}/invoices`,
  invoice: (job: string, document: number, part = 1): string =>
    `#/job/${job}/invoices?document=${document}${part > 1 ? `&part=${part}` : ''}`,
}

export function go(hash: string, replace = false): void {
  if (replace) {
    history.replaceState(null, '', hash)
    route.value = read()
  } else location.hash = hash
}

/** Keep the page in the address without a step in the history. */
export function rememberPage(job: string, document: number, page: number): void {
  history.replaceState(null, '', `${to.document(job, document)}${page > 1 ? `?page=${page}` : ''}`)
}
