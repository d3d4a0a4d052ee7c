/** How the files shall be read. */

import type { Engines } from '../api/types'

export interface Options {
  preset: string
  engine: string
  pages: string
  ocr: string
  languages: string
  password: string
  join: boolean
  crops: boolean
  cache: boolean
}

export const DEFAULTS: Options = {
  preset: 'default', engine: '', pages: '', ocr: '', languages: '', password: '', join: true, crops: true, cache: true,
}

export function fieldsOf(options: Options): [string, string][] {
  const fields: [string, string][] = []
  for (const name of ['engine', 'pages', 'ocr', 'languages', 'password'] as const)
    if (options[name].trim()) fields.push([name, options[name].trim()])
  if (options.preset !== 'default') fields.push(['preset', options.preset])
  for (const name of ['join', 'crops', 'cache'] as const) if (!options[name]) fields.push([name, 'false'])
  return fields
}

const ENGINES: Record<string, string> = {
  auto: 'Best that is there', embedded: 'Embedded (this machine’s CPU)', 'embedded-fast': 'Embedded, text layer alone', qwen: 'Qwen2.5-VL (GPU)', remote: 'Remote server',
}

export function OptionsForm({ options, set, engines }: { options: Options; set: (options: Options) => void; engines: Engines | null }) {
  const change = (part: Partial<Options>) => set({ ...options, ...part })
  const presets = Object.keys(engines?.presets ?? { default: {} })
  return (
    <details class="options">
      <summary>Options{fieldsOf(options).length > 0 && <span class="chip">{fieldsOf(options).length} set</span>}</summary>
      <div class="options-grid">
        <label>Preset
          <select value={options.preset} onChange={(event) => change({ preset: event.currentTarget.value })}>
            {presets.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
        {engines?.clients_choose !== false && (
          <label>Engine
            <select value={options.engine} onChange={(event) => change({ engine: event.currentTarget.value })}>
              <option value="">As the preset says</option>
              {Object.entries(ENGINES).map(([name, words]) => <option key={name} value={name}>{words}</option>)}
            </select>
          </label>
        )}
        <label>Pages<input value={options.pages} placeholder="all, or 1,3-5,8-end" onInput={(event) => change({ pages: event.currentTarget.value })} /></label>
        <label>OCR
          <select value={options.ocr} onChange={(event) => change({ ocr: event.currentTarget.value })}>
            <option value="">As the preset says</option>
            <option value="auto">Where a page needs it</option>
            <option value="force">Always</option>
            <option value="never">Never</option>
          </select>
        </label>
        <label>Languages<input value={options.languages} placeholder="found out, or eng,deu" onInput={(event) => change({ languages: event.currentTarget.value })} /></label>
        <label>Password<input type="password" value={options.password} autocomplete="off" placeholder="of an encrypted PDF" onInput={(event) => change({ password: event.currentTarget.value })} /></label>
        <div class="checks-row">
          <label class="check"><input type="checkbox" checked={options.join} onChange={(event) => change({ join: event.currentTarget.checked })} />Join over page breaks</label>
          <label class="check"><input type="checkbox" checked={options.crops} onChange={(event) => change({ crops: event.currentTarget.checked })} />Cut out pictures</label>
          <label class="check"><input type="checkbox" checked={options.cache} onChange={(event) => change({ cache: event.currentTarget.checked })} />Use known results</label>
        </div>
      </div>
    </details>
  )
}
