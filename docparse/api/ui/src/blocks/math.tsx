/** Formulas by KaTeX; the source stays to be read where it does not parse. */

import type { Link } from '../api/types'
import { stretches } from '../lib/links'
import { pieces } from '../lib/math'
import { Drawn } from './lazy'
import { Linked } from './links'

export function Tex({ tex, display = false, onError }: { tex: string; display?: boolean; onError?: (message: string) => void }) {
  const draw = async (into: HTMLElement) => (await import('../lib/katex')).drawMath(tex, into, display)
  return (
    <Drawn draw={draw} deps={[tex, display]} as={display ? 'div' : 'span'} class={display ? 'math display' : 'math'} onError={onError}>
      <code class="tex-source">{tex}</code>
    </Drawn>
  )
}

/** Running text; `$…$` inside it is set as mathematics, words with links lead there. */
export function Text({ text, links }: { text: string; links?: Link[] }) {
  if (!links?.length) return <Words text={text} />
  return <>{stretches(text, links).map((part, place) => {
    const words = <Words key={place} text={part.text} />
    return part.link ? <Linked key={place} link={part.link}>{words}</Linked> : words
  })}</>
}

function Words({ text }: { text: string }) {
  if (!text.includes('$')) return <>{text}</>
  return <>{pieces(text).map((piece, place) => (piece.math ? <Tex key={place} tex={piece.text} /> : piece.text))}</>
}
