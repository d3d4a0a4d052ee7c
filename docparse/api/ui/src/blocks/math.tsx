/** Formulas by KaTeX; the source stays to be read where it does not parse. */

import { pieces } from '../lib/math'
import { Drawn } from './lazy'

export function Tex({ tex, display = false, onError }: { tex: string; display?: boolean; onError?: (message: string) => void }) {
  const draw = async (into: HTMLElement) => (await import('../lib/katex')).drawMath(tex, into, display)
  return (
    <Drawn draw={draw} deps={[tex, display]} as={display ? 'div' : 'span'} class={display ? 'math display' : 'math'} onError={onError}>
      <code class="tex-source">{tex}</code>
    </Drawn>
  )
}

/** Running text; `$…$` inside it is set as mathematics. */
export function Text({ text }: { text: string }) {
  if (!text.includes('$')) return <>{text}</>
  return <>{pieces(text).map((piece, place) => (piece.math ? <Tex key={place} tex={piece.text} /> : piece.text))}</>
}
