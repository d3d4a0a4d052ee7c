/** A chart drawn again from its data: Vega-Lite to a specification, Vega without `eval`, no loading of anything. */

import { parse, View, type Loader } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { compile, type TopLevelSpec } from 'vega-lite'
import { parseNumber } from './number'
import { cleanSvg } from './svg'

const COLOURS = ['#2f6fab', '#d9822b', '#3f8f5b', '#b0417a', '#6a58b8', '#8a6d3b', '#2a9d9d', '#c1473d', '#7a7a7a', '#a3a12f']

const MOST_STEPS = 24 // of a line, named one by one; more are a scale

const isYear = (value: number | string): boolean => typeof value === 'number' && Number.isInteger(value) && value > 1000 && value < 2200

const refuse = () => Promise.reject(new Error('a chart loads nothing'))
const LOADER = { load: refuse, sanitize: refuse, http: refuse, file: refuse } as unknown as Loader

export type Shape = 'bar' | 'line' | 'area' | 'point' | 'arc'

export interface Series {
  x: string
  names: string[]
  rows: { x: string; series: string; y: number }[]
  numeric: boolean
}

/** The table of a chart, header first, as values; null where there is nothing to draw. */
export function seriesOf(data: string[][]): Series | null {
  const [head, ...body] = data
  if (!head || body.length === 0 || head.length < 2) return null
  const names = head.slice(1).map((name, place) => name.trim() || `Series ${place + 1}`)
  const rows = body.flatMap((row) =>
    names.flatMap((series, place) => {
      const y = parseNumber(row[place + 1] ?? '')
      return y === null ? [] : [{ x: (row[0] ?? '').trim(), series, y }]
    }))
  if (rows.length === 0) return null
  return { x: head[0]?.trim() ?? '', names, rows, numeric: rows.every((row) => parseNumber(row.x) !== null) }
}

export function shapeOf(type: string | null | undefined): Shape {
  const name = (type ?? '').toLowerCase()
  if (/pie|donut|doughnut|ring/.test(name)) return 'arc'
  if (/area/.test(name)) return 'area'
  if (/line|time|curve/.test(name)) return 'line'
  if (/scatter|point|dot|bubble/.test(name)) return 'point'
  return 'bar'
}

function specOf(series: Series, shape: Shape, sideways: boolean, stacked: boolean, width: number): TopLevelSpec {
  const many = series.names.length > 1
  const one = series.rows.length / series.names.length
  const quantity = series.numeric && (shape === 'point' || (shape !== 'bar' && shape !== 'arc' && one > MOST_STEPS))
  const values = series.rows.map((row) => ({ ...row, x: quantity ? (parseNumber(row.x) ?? 0) : row.x }))
  const colour = { field: 'series', type: 'nominal', title: null, legend: many ? { orient: 'bottom', columns: 4 } : null }
  const base = { data: { values }, width, height: 240, background: 'transparent' }
  if (shape === 'arc') {
    const slice = { field: 'x', type: 'nominal', title: null, sort: null, legend: { orient: 'right' } }
    return {
      ...base, mark: { type: 'arc', tooltip: false, innerRadius: 0, stroke: 'white', strokeWidth: 1 },
      encoding: { theta: { field: 'y', type: 'quantitative', stack: true }, color: slice, order: { field: 'y', type: 'quantitative', sort: 'descending' } },
    } as unknown as TopLevelSpec
  }
  const x = quantity
    ? { field: 'x', type: 'quantitative', title: series.x || null, scale: { zero: false }, axis: values.every((row) => isYear(row.x)) ? { format: 'd' } : {} }
    : { field: 'x', type: 'nominal', sort: null, title: series.x || null, axis: { labelAngle: !sideways && one > 6 ? -40 : 0, labelLimit: 120 } }
  const y = { field: 'y', type: 'quantitative', title: many ? null : (series.names[0] ?? null), stack: stacked ? 'zero' : null }
  const grouped = shape === 'bar' && many && !stacked
  const encoding: Record<string, unknown> = sideways ? { y: x, x: y, color: colour } : { x, y, color: colour }
  if (grouped) encoding[sideways ? 'yOffset' : 'xOffset'] = { field: 'series', sort: null }
  const mark = { type: shape, ...(shape === 'line' ? { point: one <= 40 } : {}), ...(shape === 'area' ? { opacity: 0.7 } : {}) }
  return { ...base, mark, encoding } as unknown as TopLevelSpec
}

export async function drawChart(into: HTMLElement, data: string[][], type: string | null | undefined, dark: boolean, width: number): Promise<() => void> {
  const series = seriesOf(data)
  if (!series) throw new Error('no numbers to draw')
  const name = (type ?? '').toLowerCase()
  const spec = specOf(series, shapeOf(type), /horizontal/.test(name), /stack/.test(name), width)
  const ink = dark ? '#d6d8da' : '#33383d'
  const line = dark ? '#3a4047' : '#e3e3e0'
  const config = {
    range: { category: COLOURS }, view: { stroke: null as never }, font: 'system-ui, sans-serif',
    axis: { labelColor: ink, titleColor: ink, gridColor: line, domainColor: line, tickColor: line, titleFontWeight: 'normal' as never },
    legend: { labelColor: ink, titleColor: ink },
  }
  const compiled = compile({ ...spec, autosize: { type: 'fit', contains: 'padding' } } as TopLevelSpec, { config })
  const view = new View(parse(compiled.spec, undefined, { ast: true }), {
    expr: expressionInterpreter, renderer: 'svg', container: into, loader: LOADER, hover: false, logLevel: 0,
  })
  await view.runAsync()
  for (const svg of into.querySelectorAll('svg')) cleanSvg(svg)
  return () => view.finalize()
}
