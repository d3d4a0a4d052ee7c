/** The published document schema and the API's answers, as far as the viewer reads them. */

export type Box = [number, number, number, number]

export type Kind =
  | 'heading' | 'paragraph' | 'list' | 'table' | 'chart' | 'formula' | 'image' | 'music' | 'chemistry' | 'code'
  | 'caption' | 'footnote' | 'page_header' | 'page_footer' | 'page_number'

export interface Check {
  name: string
  outcome: 'passed' | 'failed' | 'skipped' | 'repaired'
  detail: string
}

export interface Crop {
  media_type: string
  width: number
  height: number
  data?: string | null
  href?: string | null
}

/** `start`: where `text` begins in the text of the block, cell or item; null where the link lies on no words of it. */
export interface Link {
  text: string
  start: number | null
  uri: string
  to_page: number | null
  parts: { page: number; bbox: Box }[]
}

export interface ListItem {
  text: string
  bbox: Box | null
  level: number
  marker: string
  links?: Link[]
}

export interface Cell {
  row: number
  col: number
  rowspan: number
  colspan: number
  text: string
  header: boolean
  bbox: Box | null
  links?: Link[]
}

/** All kinds in one: which of the optional fields are there depends on `kind`. */
export interface Block {
  id: string
  kind: Kind
  page: number
  bbox: Box | null
  order: number
  source: string
  confidence: number | null
  checks: Check[]
  flags: string[]
  parts: { page: number; bbox: Box }[]
  original: string | null
  links?: Link[]
  text?: string
  level?: number
  ordered?: boolean
  items?: ListItem[]
  rows?: number
  cols?: number
  cells?: Cell[]
  chart_type?: string | null
  data?: string[][]
  description?: string
  latex?: string
  mathml?: string
  caption?: string
  ocr?: string
  abc?: string
  smiles?: string
  canonical?: string
  inchikey?: string
  formula?: string
  language?: string
  marker?: string
  target?: string | null
  crop?: Crop | null
}

export interface Problem {
  code: string
  message: string
  user_action: string
  page?: number | null
}

export interface Attempt {
  engine: string
  settings: string
  outcome: string
  score: number | null
  seconds: number
}

export interface Page {
  number: number
  width: number
  height: number
  unit: 'pt' | 'px'
  rotation: number
  image_width: number
  image_height: number
  status: 'ok' | 'partial' | 'failed'
  engine: string
  text_layer: string
  confidence: number | null
  seconds: number
  blocks: Block[]
  checks: Check[]
  flags: string[]
  attempts: Attempt[]
  links?: Link[]
  notes?: { text: string; author: string; bbox: Box | null }[]
  error: Problem | null
}

export interface PageOverview {
  number: number
  state: string
  status: 'ok' | 'partial' | 'failed' | null
  width: number | null
  height: number | null
  unit: 'pt' | 'px' | null
  image_width: number | null
  image_height: number | null
  engine: string
  text_layer: string
  confidence: number | null
  flags: string[]
  attempts: number
  seconds: number | null
  blocks: number
  kinds: Partial<Record<Kind, number>>
  flagged: string[]
  corrected: string[]
  error: Problem | null
}

export interface Overview {
  document: number
  name: string
  media_type: string
  bytes: number
  state: JobState
  status: 'ok' | 'partial' | 'failed' | null
  engine: { name: string; reason: string; model: string; revision: string } | null
  flags: string[]
  errors: Problem[]
  version: number
  edits: number
  pages_total: number
  pages: PageOverview[]
  headings: { id: string; page: number; level: number; text: string }[]
}

export interface PageAnswer {
  state: JobPage
  page: Page | null
  version: number
}

export interface Hit {
  page: number
  block: string
  kind: Kind
  before: string
  match: string
  after: string
}

export type Edit = { op: string } & Record<string, unknown>

export interface Corrections {
  document: number
  version: number
  updated_at: string | null
  edits: Edit[]
  pages: number[]
}

export interface Session {
  mode: 'service' | 'view'
  key_needed: boolean
  signed_in: boolean
  tenant: string | null
  job: string | null
}

export type JobState = 'queued' | 'running' | 'completed' | 'partial' | 'failed' | 'canceled'

export interface JobDocument {
  number: number
  name: string
  sha256: string
  bytes: number
  media_type: string
  state: JobState
  pages_total: number
  pages_done: number
  pages_failed: number
  cached: boolean
  engine?: { name: string; reason: string } | null
  error?: Problem | null
}

export interface Job {
  id: string
  state: JobState
  created_at: string
  started_at?: string | null
  finished_at?: string | null
  expires_at?: string | null
  options: Record<string, unknown>
  progress: { pages_total: number; pages_done: number; pages_failed: number; stage: string; eta_s?: number | null }
  queued_ahead?: number | null
  documents: JobDocument[]
  last_event: number
  pages?: JobPage[] | null
}

export interface JobPage {
  document: number
  number: number
  state: string
  attempts: number
  seconds?: number | null
  flags: string[]
  error?: Problem | null
}

export interface JobEvent {
  id: number
  kind: string
  at: string
  document?: number
  page?: number
  [name: string]: unknown
}

export interface Engines {
  engines: { name: string; model: string; reason: string }[]
  presets: Record<string, Record<string, unknown>>
  formats: string[]
  clients_choose: boolean
  limits: { max_file_mb: number; max_pages: number; request_files: number; request_mb: number; result_ttl_s: number }
}

export interface Citation {
  page: number
  quote: string
  bbox: Box
  block: string | null
  match: 'exact' | 'normalised' | 'fuzzy'
}

export interface InvoiceResult {
  source: string
  part: number
  parts: number
  pages: number[]
  kind: string
  status: 'ok' | 'review' | 'not_an_invoice' | 'failed'
  origin: 'page' | 'xml' | 'none'
  engine: string
  language: string | null
  data: Record<string, unknown> | null
  citations: Record<string, Citation[]>
  flags: { field: string; code: string; detail: string }[]
  rules: { rule: string; outcome: 'passed' | 'failed' | 'skipped'; fields: string[]; detail: string }[]
  contradictions: { field: string; xml_value: unknown; page_value: unknown }[]
  evidence: string[]
  xml_profile: string | null
  error: Problem | null
  seconds: number
}
