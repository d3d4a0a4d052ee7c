/** An invoice as lines of a form: path, label, value; and rules and flags in plain words. */

import type { InvoiceResult } from '../api/types'
import { plainWords } from '../lib/words'

export interface FieldLine {
  path: string
  label: string
  value: string
  amount: boolean
}

export interface Group {
  title: string
  fields: FieldLine[]
}

const LABELS: Record<string, string> = {
  number: 'Number', type_code: 'Type', issue_date: 'Date', due_date: 'Due', delivery_date: 'Delivered', currency: 'Currency',
  order_ref: 'Order', contract_ref: 'Contract', buyer_reference: 'Your reference', preceding_ref: 'Corrects invoice',
  line_total: 'Sum of lines', allowance_total: 'Allowances', charge_total: 'Charges', net: 'Net', tax: 'Tax', gross: 'Gross',
  prepaid: 'Paid before', rounding: 'Rounding', amount_due: 'Amount due', iban: 'IBAN', bic: 'BIC', payment_ref: 'Reference',
  payment_terms: 'Terms', name: 'Name', id: 'Id', vat_id: 'VAT id', tax_no: 'Tax number', legal_id: 'Registration', gln: 'GLN',
  email: 'E-mail', phone: 'Phone', company: 'Company', date: 'Date', address: 'Address', total: 'Total',
  rate: 'Rate', basis: 'Basis', amount: 'Amount', category: 'Category', exemption: 'Exemption', line_id: 'Position',
  description: 'Description', seller_item_id: 'Item number', buyer_item_id: 'Your item', gtin: 'GTIN', quantity: 'Quantity',
  unit: 'Unit', unit_price: 'Price', gross_unit_price: 'Price before discount', price_base_qty: 'Price for', discount_percent: 'Discount %',
  vat_rate: 'VAT %', vat_category: 'VAT category', note: 'Note',
}
const TYPES: Record<string, string> = { '380': 'Invoice', '381': 'Credit note', '384': 'Correction', '389': 'Self-billed' }
const AMOUNTS = new Set(['line_total', 'allowance_total', 'charge_total', 'net', 'tax', 'gross', 'prepaid', 'rounding', 'amount_due', 'total', 'amount', 'basis', 'unit_price'])
const GROUPS: [string, string[]][] = [
  ['Receipt', ['company', 'date', 'address', 'total']],
  ['Invoice', ['number', 'type_code', 'issue_date', 'due_date', 'delivery_date', 'currency', 'order_ref', 'contract_ref', 'buyer_reference', 'preceding_ref']],
  ['Sums', ['line_total', 'allowance_total', 'charge_total', 'net', 'tax', 'gross', 'prepaid', 'rounding', 'amount_due']],
  ['Payment', ['iban', 'bic', 'payment_ref', 'payment_terms']],
]
export const LINE_COLUMNS = ['line_id', 'name', 'quantity', 'unit', 'unit_price', 'vat_rate', 'line_total'] as const

type Data = Record<string, unknown>

/** Inside a sentence; "VAT id" stays. */
export const lower = (label: string): string => (/^[A-Z]{2}/.test(label) ? label : label.charAt(0).toLowerCase() + label.slice(1))

export function labelOf(path: string): string {
  const line = /^(lines|taxes|allowances)\[(\d+)\](?:\.(.+))?$/.exec(path)
  if (line) {
    const what = { lines: 'Line', taxes: 'Tax', allowances: 'Allowance' }[line[1]!]
    return `${what} ${Number(line[2]) + 1}${line[3] ? `, ${lower(labelOf(line[3]))}` : ''}`
  }
  const [head, ...rest] = path.split('.')
  if (rest.length > 0) return `${plainWords(head!)}, ${lower(labelOf(rest.join('.')))}`
  return LABELS[path] ?? plainWords(path)
}

export function shown(value: unknown, path: string, currency: string): string {
  if (value === null || value === undefined) return ''
  if (path === 'type_code') return TYPES[String(value)] ?? String(value)
  const leaf = path.split('.').pop()!
  if (typeof value === 'number' && AMOUNTS.has(leaf)) return `${money(value)}${currency ? ` ${currency}` : ''}`
  if (typeof value === 'number') return value.toLocaleString()
  if (Array.isArray(value)) return value.map(String).join(', ')
  return typeof value === 'object' ? Object.values(value as Data).filter(Boolean).flat().map(String).join(', ') : String(value)
}

export const money = (value: number): string => value.toLocaleString(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 })

export function groupsOf(result: InvoiceResult): Group[] {
  const data = result.data ?? {}
  const currency = typeof data.currency === 'string' ? data.currency : ''
  const line = (path: string, value: unknown): FieldLine[] => {
    const text = shown(value, path, currency)
    return text ? [{ path, label: labelOf(path.split('.').pop()!), value: text, amount: typeof value === 'number' }] : []
  }
  const groups = GROUPS.map(([title, names]) => ({ title, fields: names.flatMap((name) => line(name, data[name])) }))
  for (const party of ['seller', 'buyer', 'payee']) {
    const found = (data[party] ?? {}) as Data
    const fields = Object.entries(found).flatMap(([name, value]) => (name === 'address' ? addressLines(`${party}.address`, value) : line(`${party}.${name}`, value)))
    groups.push({ title: plainWords(party), fields })
  }
  const taxes = ((data.taxes ?? []) as Data[]).map((tax, place) => ({
    path: `taxes[${place}]`, label: tax.rate === null || tax.rate === undefined ? 'Tax' : `${shown(tax.rate, 'rate', '')} %`, amount: true,
    value: [tax.amount, tax.basis].map((value) => (typeof value === 'number' ? money(value) : '')).filter(Boolean).join(' on ') + (currency && ` ${currency}`),
  }))
  groups.push({ title: 'Taxes', fields: taxes })
  const known = new Set([...GROUPS.flatMap(([, names]) => names), 'seller', 'buyer', 'payee', 'taxes', 'lines', 'allowances'])
  groups.push({ title: 'Other', fields: Object.entries(data).filter(([name]) => !known.has(name)).flatMap(([name, value]) => line(name, value)) })
  return groups.filter((group) => group.fields.length > 0)
}

function addressLines(path: string, value: unknown): FieldLine[] {
  const address = (value ?? {}) as Data
  const text = [...((address.lines ?? []) as string[]), [address.postcode, address.city].filter(Boolean).join(' '), address.country].filter(Boolean).join(', ')
  return text ? [{ path, label: 'Address', value: text, amount: false }] : []
}

export const linesOf = (result: InvoiceResult): Data[] => (result.data?.lines ?? []) as Data[]

/** The places a field was read from: its own, else those of what lies below it (an address, a line). */
export function citationsOf(result: InvoiceResult, path: string) {
  const own = result.citations[path]
  if (own?.length) return own
  return Object.entries(result.citations).filter(([name]) => name.startsWith(`${path}.`) || name.startsWith(`${path}[`)).flatMap(([, found]) => found)
}

const RULES: Record<string, string> = {
  line_total: 'Quantity times price gives another line total', sum_of_lines: 'The lines do not add up to their printed sum',
  net: 'Lines, allowances and charges do not give the net total', gross: 'Net and tax do not give the gross total',
  tax_of_rate: 'A rate times its basis gives another tax', sum_of_taxes: 'The taxes of all rates do not add up to the printed tax',
  amount_due: 'Gross less what was paid does not give the amount due', mandatory: 'Something that an invoice must have is missing',
  dates: 'The dates are not in order', currency: 'The currency is not known', iban: 'The IBAN has wrong check digits',
  bic: 'The BIC is not well formed', vat_id: 'A VAT id has wrong check digits', xsd: 'The embedded e-invoice breaks its schema',
}

export const ruleWords = (rule: string): string => RULES[rule] ?? plainWords(rule)

const CODES: Record<string, string> = {
  derived: 'Not printed; it follows from other values', inferred: 'Not printed; taken from something else', contradiction: 'The e-invoice and the page disagree',
  not_on_page: 'The page does not show this value', unproved: 'No words on the page prove it', from_page: 'Read from the page, as the e-invoice leaves it out',
  embedded_xml: 'The embedded e-invoice has a problem', several_invoices: 'One of several invoices in this file', turned_page: 'The page lay on its side or head',
  no_lines: 'No table of positions was found', credit_note: 'A credit note', two_einvoices: 'Two different e-invoices in one file',
  einvoice_incomplete: 'The e-invoice leaves something out', ambiguous_date: 'Day and month could be swapped',
}
const HARMLESS = new Set(['derived', 'inferred', 'from_page', 'credit_note', 'several_invoices', 'turned_page'])

export function codeWords(code: string): string {
  return code.startsWith('rule:') ? ruleWords(code.slice(5)) : (CODES[code] ?? plainWords(code))
}

/** Flags of a failed rule stand with the rule. */
export const isWarning = (code: string): boolean => !HARMLESS.has(code) && !code.startsWith('rule:')

export const STATUS: Record<InvoiceResult['status'], string> = {
  ok: 'In order', review: 'To be looked at', not_an_invoice: 'No invoice', failed: 'Failed',
}

/** Seller or company, date, gross: what a row of the batch shows. */
export function summaryOf(result: InvoiceResult) {
  const data = result.data ?? {}
  const seller = ((data.seller ?? {}) as Data).name ?? data.company
  const gross = data.gross ?? data.total
  return {
    number: String(data.number ?? ''), seller: String(seller ?? ''), date: String(data.issue_date ?? data.date ?? ''),
    due: String(data.due_date ?? ''), currency: String(data.currency ?? ''), gross: typeof gross === 'number' ? gross : null,
    net: typeof data.net === 'number' ? data.net : null, tax: typeof data.tax === 'number' ? data.tax : null,
  }
}
