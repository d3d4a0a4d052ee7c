/** One invoice: its fields beside the page; a field lights up the words it was read from. */

import { useCallback, useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { DocumentApi } from '../api/job'
import type { Citation, InvoiceResult, Overview } from '../api/types'
import { go, to } from '../lib/route'
import type { Placed, Sheet } from '../result/geometry'
import { PageColumn, type Goal } from '../result/PageColumn'
import { Button, tellError } from '../ui/controls'
import { Icon } from '../ui/icon'
import { citationsOf, codeWords, groupsOf, isWarning, labelOf, LINE_COLUMNS, linesOf, lower, ruleWords, shown, STATUS } from './fields'
import type { Row } from './InvoicesView'

export function InvoiceView({ job, rows, row }: { job: string; rows: Row[]; row: Row }) {
  const { result } = row
  const api = useMemo(() => new DocumentApi(job, row.document), [job, row.document])
  const [overview, setOverview] = useState<Overview | null>(null)
  const [field, setField] = useState<string | null>(null)
  const [current, setCurrent] = useState(result.pages[0] ?? 1)
  const [tab, setTab] = useState<'image' | 'text'>('text')
  useEffect(() => {
    setOverview(null)
    setField(null)
    api.overview().then(setOverview, tellError)
  }, [api])
  const sheets = useMemo<Sheet[]>(() => {
    const known = (overview?.pages ?? []).filter((page) => page.width !== null)
    const mine = known.filter((page) => result.pages.length === 0 || result.pages.includes(page.number))
    return (mine.length > 0 ? mine : known).map((page) => ({ number: page.number, width: page.width!, height: page.height! }))
  }, [overview, result])
  const cited = field ? citationsOf(result, field) : []
  const choose = (path: string | null) => {
    setField(path)
    if (path && citationsOf(result, path).length > 0 && matchMedia('(max-width: 760px)').matches) setTab('image')
  }
  const goal = useMemo<Goal | null>(() => (cited[0] ? { page: cited[0].page, box: cited[0].bbox, of: field } : null), [field])
  const overlay = useCallback((page: Placed) => <Citations page={page} result={result} field={field} choose={setField} />, [result, field])
  const place = rows.indexOf(row)
  const step = (by: number) => {
    const next = rows[place + by]
    if (next) go(to.invoice(job, next.document, next.result.part))
  }
  useLayoutEffect(() => { // at once: a key may come right after what is seen
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || (event.target as Element).closest('input, textarea, select')) return
      if (event.key === 'n') step(1)
      else if (event.key === 'p') step(-1)
      else if (event.key === 'Escape') setField(null)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  })
  return (
    <main class={`panes invoice show-${tab}`}>
      <div class="split even">
        <PageColumn sheets={sheets} image={api.image} overlay={overlay} current={current} onCurrent={setCurrent} goal={goal} label="Page images" onBackground={() => setField(null)} />
        <div class="text-column form" tabIndex={-1}>
          <nav class="invoice-nav" aria-label="Invoices">
            <a class="link" href={to.invoices(job)}><Icon name="left" size={13} />All invoices</a>
            <span class="spring" />
            <Button icon="up" look="quiet" label="Previous invoice (p)" disabled={place <= 0} onClick={() => step(-1)} />
            <span class="hint">{place + 1} of {rows.length}</span>
            <Button icon="down" look="quiet" label="Next invoice (n)" disabled={place >= rows.length - 1} onClick={() => step(1)} />
            <a class="link" href={to.document(job, row.document)}>All blocks</a>
          </nav>
          <h1>{row.name}</h1>
          <p class="page-facts">
            <span class={`state invoice-${result.status}`}>{STATUS[result.status]}</span>
            <span>{result.kind.replaceAll('_', ' ')}</span>
            <span>{result.origin === 'xml' ? `embedded e-invoice${result.xml_profile ? ` (${result.xml_profile})` : ''}` : result.origin === 'page' ? 'read from the page' : 'nothing read'}</span>
            {result.language && <span>{result.language}</span>}
          </p>
          <Doubtful result={result} choose={choose} />
          <Fields result={result} field={field} choose={choose} />
          <Lines result={result} field={field} choose={choose} />
          <Passed result={result} />
        </div>
      </div>
      <div class="tabs" role="tablist" aria-label="View">
        <button type="button" role="tab" aria-selected={tab === 'image'} onClick={() => setTab('image')}><Icon name="pages" />Page</button>
        <button type="button" role="tab" aria-selected={tab === 'text'} onClick={() => setTab('text')}><Icon name="receipt" />Fields</button>
      </div>
    </main>
  )
}

interface Choosing { result: InvoiceResult; field: string | null; choose: (path: string | null) => void }

function Citations({ page, result, field, choose }: Choosing & { page: Placed }) {
  const all = Object.entries(result.citations).flatMap(([path, found]) => found.filter((one) => one.page === page.number).map((one) => ({ path, one })))
  const lit = new Set<Citation>(field ? citationsOf(result, field) : [])
  return (
    <svg class="boxes" viewBox={`0 0 ${page.width} ${page.height}`} preserveAspectRatio="none" aria-hidden="true">
      {all.map(({ path, one }, place) => (
        <rect key={place} class={`mark citation ${lit.has(one) ? 'selected' : ''}`} data-field={path} x={one.bbox[0] - 1} y={one.bbox[1] - 1} rx={1}
          width={Math.max(one.bbox[2] - one.bbox[0], 1) + 2} height={Math.max(one.bbox[3] - one.bbox[1], 1) + 2} onClick={() => choose(path)}>
          <title>{labelOf(path)}</title>
        </rect>
      ))}
    </svg>
  )
}

function Doubtful({ result, choose }: { result: InvoiceResult; choose: (path: string) => void }) {
  const failed = result.rules.filter((rule) => rule.outcome === 'failed')
  const flags = result.flags.filter((flag) => isWarning(flag.code) && flag.code !== 'contradiction')
  if (result.error) return <div class="page-problem"><Icon name="warning" /><div><strong>{result.error.message}</strong><span>{result.error.user_action}</span></div></div>
  if (result.status === 'not_an_invoice') return <div class="page-problem"><Icon name="warning" /><div><strong>This is no invoice.</strong><span>{result.evidence.join('; ')}</span></div></div>
  if (failed.length + flags.length + result.contradictions.length === 0) return null
  return (
    <ul class="doubts large" aria-label="What is doubtful">
      {failed.map((rule, place) => (
        <li key={`r${place}`}><Icon name="warning" size={14} /><span><b>{ruleWords(rule.rule)}</b>{rule.detail && <span class="why">{rule.detail}</span>}<Paths paths={rule.fields} choose={choose} /></span></li>
      ))}
      {result.contradictions.map((found, place) => (
        <li key={`c${place}`}><Icon name="warning" size={14} /><span><b>The e-invoice and the page disagree on {lower(labelOf(found.field))}</b>
          <span class="why">e-invoice: {shown(found.xml_value, found.field, '') || 'nothing'}; page: {shown(found.page_value, found.field, '') || 'not printed'}</span><Paths paths={[found.field]} choose={choose} /></span></li>
      ))}
      {flags.map((flag, place) => (
        <li key={`f${place}`}><Icon name="flag" size={14} /><span><b>{codeWords(flag.code)}</b>{flag.detail && <span class="why">{flag.detail}</span>}{flag.field && <Paths paths={[flag.field]} choose={choose} />}</span></li>
      ))}
    </ul>
  )
}

function Paths({ paths, choose }: { paths: string[]; choose: (path: string) => void }) {
  return <span class="paths">{paths.slice(0, 6).map((path) => <button key={path} type="button" class="link" onClick={() => choose(path)}>{labelOf(path)}</button>)}</span>
}

function Fields({ result, field, choose }: Choosing) {
  return (
    <>
      {groupsOf(result).map((group) => (
        <section key={group.title} class="fields" aria-label={group.title}>
          <h2>{group.title}</h2>
          {group.fields.map((line) => {
            const cited = citationsOf(result, line.path)
            const flags = result.flags.filter((flag) => flag.field === line.path)
            const doubtful = flags.some((flag) => !['derived', 'inferred', 'from_page'].includes(flag.code))
            return (
              <button key={line.path} type="button" class={`field ${field === line.path ? 'selected' : ''} ${doubtful ? 'doubtful' : ''}`} data-field={line.path}
                aria-pressed={field === line.path} onClick={() => choose(line.path)}>
                <span class="label">{line.label}</span>
                <span class={line.amount ? 'value number' : 'value'}>{line.value}</span>
                <Proof cited={cited} flags={flags.map((flag) => codeWords(flag.code))} doubtful={doubtful} />
              </button>
            )
          })}
        </section>
      ))}
    </>
  )
}

function Proof({ cited, flags, doubtful }: { cited: Citation[]; flags: string[]; doubtful: boolean }) {
  const words = [...flags, ...(cited.length === 0 && flags.length === 0 ? ['Not found on the page'] : []), ...(cited.some((one) => one.match === 'fuzzy') ? ['Printed a little otherwise'] : [])]
  return (
    <span class={words.length > 0 ? 'proof words' : 'proof'} title={words.join('; ') || `“${cited[0]?.quote}”`}>
      {words.length > 0 ? <span class={doubtful || cited.length === 0 ? 'warn-text' : 'hint'}>{words.join('; ')}</span> : <><Icon name="check" size={13} /><span class="sr">proved by the page</span></>}
    </span>
  )
}

function Lines({ result, field, choose }: Choosing) {
  const lines = linesOf(result)
  if (lines.length === 0) return null
  const columns = LINE_COLUMNS.filter((name) => lines.some((line) => line[name] !== null && line[name] !== undefined))
  return (
    <section class="fields" aria-label="Lines">
      <h2>Lines</h2>
      <div class="table-scroll" tabIndex={0} role="region" aria-label="Lines of the invoice">
        <table class="grid">
          <thead><tr>{columns.map((name) => <th key={name} scope="col" class={name === 'name' || name === 'unit' ? '' : 'number'}>{labelOf(name === 'name' ? 'description' : name)}</th>)}</tr></thead>
          <tbody>
            {lines.map((line, place) => (
              <tr key={place}>
                {columns.map((name) => {
                  const path = `lines[${place}].${name}`
                  const value = shown(line[name], name, '')
                  return (
                    <td key={name} class={typeof line[name] === 'number' ? 'number' : ''}>
                      {value && <button type="button" class={`cell ${field === path ? 'selected' : ''} ${result.flags.some((flag) => flag.field === path) ? 'doubtful' : ''}`} aria-pressed={field === path} data-field={path} onClick={() => choose(path)}>{value}</button>}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Passed({ result }: { result: InvoiceResult }) {
  const passed = result.rules.filter((rule) => rule.outcome === 'passed')
  if (passed.length === 0) return null
  const names = [...new Set(passed.map((rule) => rule.rule))]
  return <p class="hint passed"><Icon name="check" size={13} /> Rules that hold: {names.map((name) => lower(labelOf(name))).join(', ')}.</p>
}
