/** Text with `$…$` inside, in pieces; the rule is the one of the Markdown export: "$5 and $6" is money. */

const MATH = /(?<![\\$\w])\$(?![\s$])((?:[^$\n\\]|\\.){1,400}?)(?<!\s)\$(?![\d$])/g

export interface Piece {
  math: boolean
  text: string
}

export function mathPlaces(text: string): [number, number][] {
  return text.includes('$') ? [...text.matchAll(MATH)].map((match) => [match.index, match.index + match[0].length]) : []
}

export function pieces(text: string): Piece[] {
  const found: Piece[] = []
  let end = 0
  for (const match of text.matchAll(MATH)) {
    if (match.index > end) found.push({ math: false, text: text.slice(end, match.index) })
    found.push({ math: true, text: match[1] ?? '' })
    end = match.index + match[0].length
  }
  if (end < text.length) found.push({ math: false, text: text.slice(end) })
  return found
}
