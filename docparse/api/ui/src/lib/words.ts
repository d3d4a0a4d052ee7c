/** What codes mean, for people. */

import type { Kind } from '../api/types'

export const KINDS: Record<Kind, string> = {
  heading: 'Heading', paragraph: 'Paragraph', list: 'List', table: 'Table', chart: 'Chart', formula: 'Formula',
  image: 'Image', music: 'Music', chemistry: 'Chemistry', code: 'Code', caption: 'Caption', footnote: 'Footnote',
  page_header: 'Page header', page_footer: 'Page footer', page_number: 'Page number',
}

/** Flags that say what was done; all others are doubts. */
const NOTES: Record<string, string> = {
  joined: 'Continued over columns or pages, and joined',
  corrected: 'Small misreadings were put right after the text layer',
  latex_repaired: 'The formula was repaired so that it parses',
  reordered: 'The reading order was mended after the boxes',
  rotated: 'The page was turned before it was read',
  box_from_text: 'The box was found from the text',
  boxes_from_text: 'Boxes were found from the text',
  box_of_parent: 'Has the box of the element around it',
  box_clipped: 'The box ran over the edge and was cut',
  box_inverted: 'The corners of the box were swapped',
  hidden_text_used: 'An invisible text layer was used',
  glyphs_from_ocr: 'Glyphs that the file gives no letters for were read from the picture',
  poppler: 'Drawn by poppler, as MuPDF could not',
  prose_around: 'Talk around the answer was dropped',
  animation: 'An animation; its frames are pages',
  loose_text: 'Text stood outside of any element',
  from_xml: 'Read from the embedded e-invoice',
  from_page: 'Read from the page',
  from_template: 'Read with a template',
}

const DOUBTS: Record<string, string> = {
  missing_text: 'Text of the page is missing here',
  invented_text: 'Text that does not stand on the page',
  numbers_differ: 'Numbers differ from the page',
  wrong_language: 'Written in other letters than the page',
  order_suspect: 'The reading order is doubtful',
  text_elsewhere: 'Holds words from outside its box',
  cells_misplaced: 'Cells stand in another row or column on the page',
  repetition: 'Text is repeated that the page has once',
  text_on_blank_page: 'Text on a page without ink',
  text_differs: 'Differs from the words on the page',
  degraded: 'Read by the embedded engine after other attempts failed',
  truncated: 'The answer was cut off',
  token_limit: 'The answer was cut off at its length limit',
  degenerate_output: 'The model went round in circles',
  empty_output: 'The engine found nothing',
  no_blocks: 'Nothing was found on the page',
  latex_invalid: 'The LaTeX does not parse',
  link_unproven: 'Leads to an address that nothing on the page vouches for',
  heading_long: 'Very long for a heading',
  list_empty: 'A list without items',
  list_numbers_skip: 'Numbers of the list are skipped',
  abc_invalid: 'The ABC notation does not parse',
  bars_uneven: 'Bars do not add up',
  ragged_rows: 'Rows of different length',
  cells_overlap: 'Cells overlap',
  table_empty: 'An empty table',
  table_too_large: 'Too large a table',
  span_clipped: 'A merged cell ran over the edge of the table',
  nested_table: 'A table inside a table',
  totals_differ: 'Sums do not add up',
  chart_without_numbers: 'No numbers in the chart',
  smiles_invalid: 'The SMILES is no valid molecule',
  formula_not_recognised: 'The formula could not be read',
  formula_from_ocr: 'The formula was read from the picture',
  chart_data_not_recognised: 'The data of the chart could not be read',
  chart_data_measured: 'The data was measured from the drawing',
  text_not_recognised: 'Text could not be read',
  music_from_image: 'The score was read from the picture',
  music_not_recognised: 'The score could not be read',
  chemistry_not_recognised: 'The molecule could not be read',
  low_confidence: 'Read with little confidence',
  ocr_unavailable: 'No OCR was there for this page',
  ocr_incomplete: 'OCR did not finish',
  links_skipped: 'Links were left out: there are too many, or addresses too long',
  drawings_skipped: 'Drawings were skipped: there are too many',
  reader_fault: 'A fault of docparse: poppler read the page. Please report the file',
  unknown_glyphs: 'The file does not say what some glyphs mean',
  garbled_font: 'A font reads otherwise than it looks',
  depth_capped: 'Nested too deep',
  fence_unclosed: 'A code fence was not closed',
  box_missing: 'No box was given',
  box_invalid: 'The box could not be read',
  box_empty: 'The box is empty',
  box_off_page: 'The box lies off the page',
}

const CHECKS: Record<string, string> = {
  coverage: 'All text of the page is there', invention: 'All text stands on the page', numbers: 'Numbers agree',
  language: 'Script agrees', order: 'Reading order', places: 'Text stands in its box', cells: 'Cells in their place',
  repetition: 'No repetition', blank: 'Not a blank page', on_page: 'Words stand on the page', latex: 'LaTeX parses',
  braces: 'Braces close', smiles: 'Valid molecule', abc: 'ABC parses', bars: 'Bars add up', grid: 'Cells form a grid',
  totals: 'Totals add up', chart_data: 'Chart has data', chart_series: 'Series are even', chart_type: 'Type of chart',
  heading: 'Heading', list: 'List', links: 'Addresses', reading_order: 'Reading order', corrected: 'Corrections',
}

const plain = (code: string): string => {
  const text = code.replaceAll('_', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const stem = (code: string): string => code.split(':', 1)[0] ?? code

export function flagWords(code: string): string {
  const turned = /^turned:(\d+)$/.exec(code)
  if (turned) return `Read turned by ${turned[1]}°`
  if (code.startsWith('failed:')) return `Failed: ${plain(code.slice(7)).toLowerCase()}`
  return DOUBTS[code] ?? NOTES[code] ?? plain(code)
}

export const isDoubt = (code: string): boolean => !(code in NOTES) && stem(code) !== 'turned'

export const checkWords = (name: string): string => CHECKS[name] ?? plain(name)

const SOURCES: Record<string, string> = {
  text_layer: 'the text layer', tags: 'the tags of the PDF', embedded: 'the embedded engine', qwen: 'Qwen2.5-VL', remote: 'a remote model',
}

export const sourceWords = (source: string): string => SOURCES[source] ?? source

const TEXT_LAYERS: Record<string, string> = {
  sound: 'Sound text layer', garbled: 'Garbled text layer', hidden: 'Invisible text layer', absent: 'No text layer',
}

export const textLayerWords = (layer: string): string => TEXT_LAYERS[layer] ?? layer

const STATES: Record<string, string> = {
  queued: 'Queued', running: 'Running', completed: 'Done', partial: 'Done in part', failed: 'Failed', canceled: 'Canceled',
}

export const stateWords = (state: string): string => STATES[state] ?? plain(state)

/** A rung of the retry ladder: how the page was read. */
export function attemptWords(engine: string, settings: string, place: number): string {
  if (!settings) return place === 0 ? `${engine}, first reading` : engine
  const temperature = /^temperature (.+)$/.exec(settings)
  if (temperature) return `${engine}, sampled at temperature ${temperature[1]}`
  const turned = /^turned (\d+)$/.exec(settings)
  if (turned) return `${engine}, page turned by ${turned[1]}°`
  if (/pixels$/.test(settings)) return `${engine}, at ${settings}`
  return `${engine}, ${settings}`
}

export function outcomeWords(outcome: string): string {
  if (outcome === 'passed') return 'believed'
  if (outcome.startsWith('error:')) return outcome.slice(6).trim()
  return outcome.split(', ').map((part) => {
    if (part.startsWith('finish:')) return 'cut off'
    if (part.startsWith('score ')) return `agreement ${part.slice(6)}`
    return flagWords(part).toLowerCase()
  }).join(', ')
}

export const plainWords = plain
