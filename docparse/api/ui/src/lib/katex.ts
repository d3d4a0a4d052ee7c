/** KaTeX, in a chunk of its own. It builds elements, so that no text of a model is ever parsed as HTML. */

import katex from 'katex'
import 'katex/dist/katex.min.css'

export function drawMath(tex: string, into: HTMLElement, display: boolean): void {
  katex.render(tex, into, {
    displayMode: display, trust: false, strict: 'ignore', throwOnError: true, maxSize: 40, maxExpand: 500, output: 'htmlAndMathml',
  })
}
