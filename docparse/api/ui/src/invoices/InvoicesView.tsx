/** The invoices of a job: a table of all, and each beside its page. */

import { useEffect, useRef, useState } from 'preact/hooks'
import { download, getJson, request } from '../api/client'
import type { InvoiceResult, Job } from '../api/types'
import { isBusy, useJob } from '../home/JobView'
import { plural } from '../lib/format'
import { go, to } from '../lib/route'
import { Bar } from '../ui/Bar'
import { Menu, Progress, tellError, Trouble } from '../ui/controls'
import { Icon } from '../ui/icon'
import { InvoiceView } from './InvoiceView'
import { money, STATUS, summaryOf } from './fields'

export interface Row {
  document: number
  name: string
  result: InvoiceResult
}

interface Answer {
  documents: { document: number; name: string; results: InvoiceResult[] }[]
  missing: number[]
}

const rowsOf = (answer: Answer): Row[] =>
  answer.documents.flatMap((found) => found.results.map((result) => ({ document: found.document, name: found.name, result })))

/** What is extracted so far; what is missing is asked for, one document after the other. */
function useInvoices(id: string, job: Job | null): { rows: Row[]; left: number; error: unknown } {
  const [answer, setAnswer] = useState<Answer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const ready = job ? job.documents.filter((found) => !isBusy(found.state)).map((found) => found.number) : []
  const readyNow = useRef(ready) // documents get ready while another one is extracted
  readyNow.current = ready
  const running = useRef(false)
  const tried = useRef(new Set<number>())
  const alive = useRef(true)
  useEffect(() => () => void (alive.current = false), [])
  useEffect(() => {
    if (!job || running.current) return
    running.current = true
    setBusy(true)
    const work = async () => {
      const path = `/v1/jobs/${id}/invoices`
      while (alive.current) {
        const now = await getJson<Answer>(path)
        setAnswer(now)
        const next = readyNow.current.find((one) => now.missing.includes(one) && !tried.current.has(one))
        if (next === undefined) return
        tried.current.add(next)
        await request(`${path}?document=${next}`, { method: 'POST' }).catch(tellError)
      }
    }
    work().catch(setError).finally(() => {
      running.current = false
      setBusy(false)
    })
  }, [id, ready.join()])
  const untried = answer?.missing.filter((number) => !tried.current.has(number)).length ?? 0
  return { rows: answer ? rowsOf(answer) : [], left: busy ? Math.max(untried, answer?.missing.length ? 1 : 0) : untried, error }
}

export function InvoicesView({ job: id, document: number, part }: { job: string; document: number | null; part: number }) {
  const { job, error: jobError } = useJob(id)
  const { rows, left, error } = useInvoices(id, job)
  useEffect(() => void (document.title = 'Invoices – docparse'), [])
  const trouble = jobError ?? (rows.length === 0 ? error : null)
  if (trouble) return <><Bar /><main class="plain-main"><Trouble error={trouble} /></main></>
  const open = rows.find((row) => row.document === number && row.result.part === part)
  const total = job?.documents.length ?? 0
  const save = (format: string) => () => void download(`/v1/jobs/${id}/invoices?format=${format}&download=true`, `invoices.${format}`).catch(tellError)
  const exports = [['csv', 'CSV'], ['xlsx', 'Excel (XLSX)'], ['json', 'JSON'], ['jsonl', 'JSON Lines']] as const
  return (
    <>
      <Bar title={open ? open.name : plural(total, 'document')}>
        {rows.length > 0 && <Menu icon="download" label="Download" text="Download" items={exports.map(([format, label]) => ({ label: `All as ${label}`, run: save(format) }))} />}
      </Bar>
      {open && job ? <InvoiceView job={id} rows={rows} row={open} /> : (
        <main class="home wide">
          <div class="invoice-head">
            <h1>Invoices</h1>
            <a href={to.job(id)} class="link">Documents of this job</a>
          </div>
          {left > 0 && (
            <div class="status running inline" role="status">
              <Progress share={total ? (total - left) / total : null} label="Invoices read" /><span>{total - left} of {plural(total, 'document')}</span>
            </div>
          )}
          {rows.length > 0 ? <Batch job={id} rows={rows} /> : <p class="empty" aria-busy={left > 0}>{left > 0 || !job || isBusy(job.state) ? 'Reading …' : 'No invoice was found.'}</p>}
        </main>
      )}
    </>
  )
}

type Column = 'name' | 'status' | 'seller' | 'number' | 'date' | 'gross'
const COLUMNS: [Column, string][] = [['name', 'File'], ['status', 'State'], ['seller', 'Seller'], ['number', 'Number'], ['date', 'Date'], ['gross', 'Gross']]

function Batch({ job, rows }: { job: string; rows: Row[] }) {
  const [sort, setSort] = useState<{ by: Column; down: boolean } | null>(null)
  const [review, setReview] = useState(false)
  const value = (row: Row, by: Column): string | number => {
    if (by === 'name') return row.name
    if (by === 'status') return row.result.status
    const found = summaryOf(row.result)[by]
    return found ?? -Infinity
  }
  const shown = review ? rows.filter((row) => row.result.status !== 'ok') : rows
  const sorted = sort ? [...shown].sort((a, b) => {
    const [x, y] = [value(a, sort.by), value(b, sort.by)]
    return (x < y ? -1 : x > y ? 1 : 0) * (sort.down ? -1 : 1)
  }) : shown
  const toReview = rows.filter((row) => row.result.status !== 'ok').length
  const sums = new Map<string, number>()
  for (const row of rows) {
    const { gross, currency } = summaryOf(row.result)
    if (gross !== null) sums.set(currency, (sums.get(currency) ?? 0) + gross)
  }
  return (
    <>
      <div class="batch-tools">
        <label class="check"><input type="checkbox" checked={review} onChange={(event) => setReview(event.currentTarget.checked)} />Only those to be looked at ({toReview})</label>
        <span class="hint">{[...sums].map(([currency, sum]) => `${money(Math.round(sum * 100) / 100)} ${currency}`).join(' · ')} in all</span>
      </div>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="All invoices">
        <table class="grid batch">
          <thead>
            <tr>
              {COLUMNS.map(([by, label]) => (
                <th key={by} scope="col" class={by === 'gross' ? 'number' : ''} aria-sort={sort?.by === by ? (sort.down ? 'descending' : 'ascending') : 'none'}>
                  <button type="button" class="sort" onClick={() => setSort({ by, down: sort?.by === by && !sort.down })}>{label}{sort?.by === by && <Icon name={sort.down ? 'down' : 'up'} size={11} />}</button>
                </th>
              ))}
              <th scope="col">Doubts</th>
            </tr>
          </thead>
          <tbody>{sorted.map((row) => <BatchRow key={`${row.document} ${row.result.part}`} job={job} row={row} />)}</tbody>
        </table>
      </div>
    </>
  )
}

function BatchRow({ job, row }: { job: string; row: Row }) {
  const { result } = row
  const found = summaryOf(result)
  const failed = result.rules.filter((rule) => rule.outcome === 'failed').length
  const doubts = failed + result.contradictions.length
  const address = to.invoice(job, row.document, result.part)
  return (
    <tr onClick={() => go(address)}>
      <th scope="row"><a href={address}>{row.name}{result.parts > 1 && ` (${result.part} of ${result.parts})`}</a></th>
      <td><span class={`state invoice-${result.status}`}>{STATUS[result.status]}</span></td>
      <td>{found.seller}</td>
      <td>{found.number}</td>
      <td class="nowrap">{found.date}</td>
      <td class="number nowrap">{found.gross !== null && `${money(found.gross)} ${found.currency}`}</td>
      <td>{result.error ? result.error.message : result.status === 'not_an_invoice' ? (result.evidence[0] ?? '') : doubts > 0 ? plural(doubts, 'doubt') : ''}</td>
    </tr>
  )
}
