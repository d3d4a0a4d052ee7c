/** Every kind shown as what it is, in its own direction. Text of the document reaches the page as text nodes alone. */

import { useState } from 'preact/hooks'
import type { Block, Crop } from '../api/types'
import { leads, loose } from '../lib/links'
import { isDark } from '../lib/theme'
import { Button } from '../ui/controls'
import { Drawn } from './lazy'
import { Linked, LinkList } from './links'
import { Tex, Text } from './math'
import { Score } from './Score'
import { TableView } from './TableView'

export function Content({ block }: { block: Block }) {
  switch (block.kind) {
    case 'heading': return <Heading block={block} />
    case 'list': return <ListView block={block} />
    case 'table': return <TableView block={block} />
    case 'chart': return <ChartView block={block} />
    case 'formula': return <FormulaView block={block} />
    case 'image': return <ImageView block={block} />
    case 'music': return <Score block={block} />
    case 'chemistry': return <MoleculeView block={block} />
    case 'code': return <pre class="code" tabIndex={0}><code>{block.text}</code></pre>
    case 'caption': return <p class="caption" dir="auto"><Text text={block.text ?? ''} links={block.links} /></p>
    case 'footnote': return <p class="footnote" dir="auto">{block.marker && <sup>{block.marker}</sup>} <Text text={block.text ?? ''} links={block.links} /></p>
    case 'page_header': case 'page_footer': case 'page_number': return <p class="running" dir="auto"><Text text={block.text ?? ''} links={block.links} /></p>
    default: return <p class="paragraph" dir="auto"><Text text={block.text ?? ''} links={block.links} /></p>
  }
}

function Heading({ block }: { block: Block }) {
  const level = Math.min(Math.max(block.level ?? 1, 1), 6)
  // the page of the viewer has its own h1 and h2; a document's first level is h3 in the outline of the whole
  return <div class={`heading level-${level}`} role="heading" dir="auto" aria-level={Math.min(level + 2, 9)}><Text text={block.text ?? ''} links={block.links} /></div>
}

function ListView({ block }: { block: Block }) {
  return (
    <ul class="list">
      {(block.items ?? []).map((item, place) => (
        <li key={place} dir="auto" class={`depth-${Math.min(item.level, 6)}`}>
          <span class="marker" aria-hidden={!block.ordered}>{item.marker || (block.ordered ? `${place + 1}.` : '•')}</span>
          <span><Text text={item.text} links={item.links} /></span>
        </li>
      ))}
    </ul>
  )
}

export function CropView({ crop, alt }: { crop: Crop | null | undefined; alt: string }) {
  const [failed, setFailed] = useState(false)
  const address = addressOf(crop)
  if (!address || failed) return null
  return <img class="crop" src={address} alt={alt} loading="lazy" width={crop?.width} height={crop?.height} onError={() => setFailed(true)} />
}

/** Only pictures of our own service, or inside the result. */
function addressOf(crop: Crop | null | undefined): string | null {
  if (crop?.href?.startsWith('/v1/')) return crop.href
  if (crop?.data && /^image\/(png|jpeg|webp)$/.test(crop.media_type)) return `data:${crop.media_type};base64,${crop.data}`
  return null
}

function FormulaView({ block }: { block: Block }) {
  const [error, setError] = useState('')
  if (!block.latex)
    return <div class="figure"><CropView crop={block.crop} alt="Picture of a formula that could not be read" /><p class="paragraph" dir="auto">{block.text}</p></div>
  return (
    <div class="formula">
      <Tex tex={block.latex} display onError={setError} />
      {error && <div class="figure"><CropView crop={block.crop} alt="Picture of the formula" /><p class="hint">{error}</p></div>}
    </div>
  )
}

function ImageView({ block }: { block: Block }) {
  const alone = loose(block.ocr ?? '', block.links ?? []).filter(leads)
  const around = block.crop ? alone.shift() : undefined
  const picture = <CropView crop={block.crop} alt={block.caption || block.ocr || 'Picture without a description'} />
  return (
    <figure class="figure">
      {around ? <Linked link={around}>{picture}</Linked> : picture}
      {alone.length > 0 && <LinkList links={alone} />}
      {block.caption && <figcaption dir="auto">{block.caption}</figcaption>}
      {block.ocr && <details><summary>Text in the picture</summary><p class="paragraph" dir="auto"><Text text={block.ocr} links={block.links} /></p></details>}
      {!block.crop && !block.caption && !block.ocr && <p class="hint">A picture, neither cut out nor described.</p>}
    </figure>
  )
}

function MoleculeView({ block }: { block: Block }) {
  const [error, setError] = useState('')
  const dark = isDark.value
  const smiles = block.smiles ?? ''
  const draw = async (into: HTMLElement) => (await import('../lib/molecule')).drawMolecule(into, smiles, dark)
  return (
    <div class="figure beside">
      {smiles && <Drawn draw={draw} deps={[smiles, dark]} class="molecule" label={`Structure of ${smiles}`} onError={setError} />}
      <CropView crop={block.crop} alt="The molecule as printed" />
      <dl class="facts">
        {smiles && <><dt>SMILES</dt><dd><code>{smiles}</code></dd></>}
        {block.formula && <><dt>Formula</dt><dd>{block.formula}</dd></>}
        {block.inchikey && <><dt>InChIKey</dt><dd><code>{block.inchikey}</code></dd></>}
        {error && <><dt>Drawing</dt><dd>{error}</dd></>}
      </dl>
    </div>
  )
}

function ChartView({ block }: { block: Block }) {
  const [error, setError] = useState('')
  const [asTable, setAsTable] = useState(false)
  const data = block.data ?? []
  const dark = isDark.value
  const draw = async (into: HTMLElement) => (await import('../lib/chart')).drawChart(into, data, block.chart_type, dark, 340)
  const title = `${block.chart_type ?? 'Chart'}: ${(data[0] ?? []).join(', ')}`
  return (
    <div class="chart">
      <div class="figure beside">
        <CropView crop={block.crop} alt={block.description || 'The chart as printed'} />
        {data.length > 1 && <Drawn draw={draw} deps={[JSON.stringify(data), block.chart_type, dark]} class="drawing" label={title} onError={setError} />}
      </div>
      {block.description && <p class="paragraph" dir="auto">{block.description}</p>}
      {data.length > 1 && (
        <p class="hint">
          Drawn again from its data{error && ` — not drawn: ${error}`}{' '}
          <Button look="quiet" class="small" icon="table" aria-expanded={asTable} onClick={(event: Event) => { event.stopPropagation(); setAsTable(!asTable) }}>
            {asTable ? 'Hide data' : 'Show data'}
          </Button>
        </p>
      )}
      {asTable && <DataTable data={data} />}
      {data.length < 2 && block.text && <p class="paragraph" dir="auto">{block.text}</p>}
    </div>
  )
}

function DataTable({ data }: { data: string[][] }) {
  const [head = [], ...rows] = data
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Data of the chart">
      <table class="grid">
        <thead><tr>{head.map((text, place) => <th key={place} scope="col" dir="auto">{text}</th>)}</tr></thead>
        <tbody>{rows.map((row, place) => <tr key={place}>{row.map((text, cell) => <td key={cell} dir="auto">{text}</td>)}</tr>)}</tbody>
      </table>
    </div>
  )
}
