/** Links on their words; the rules are those of the exports: one whose words were changed is looked for near its old place. */

import type { Link } from '../api/types'
import { mathPlaces } from './math'

export interface Stretch {
  text: string
  link: Link | null
}

const FOLLOWED = /^(?:(?:https?|ftp):\/\/[^\s/]|(?:mailto|tel):[^\s/])/i

/** Whether a click on it may be offered: never on a script, data or a file. */
export function isSafe(link: Link): boolean {
  return FOLLOWED.test(link.uri)
}

export function leads(link: Link): boolean {
  return link.to_page !== null || isSafe(link)
}

/** The text cut at its links; a link around a part of a formula is one around all of it. */
export function stretches(text: string, links: Link[]): Stretch[] {
  const maths = mathPlaces(text)
  const found: Stretch[] = []
  let end = 0
  for (const span of spans(text, links)) {
    let [from, to] = span.place
    for (const [left, right] of maths) {
      if (left < to && from < right) [from, to] = [Math.min(from, left), Math.max(to, right)]
    }
    if (from < end) continue
    if (from > end) found.push({ text: text.slice(end, from), link: null })
    found.push({ text: text.slice(from, to), link: span.link })
    end = to
  }
  if (end < text.length) found.push({ text: text.slice(end), link: null })
  return found
}

/** Links that lie on no words of a text. */
export function loose(text: string, links: Link[]): Link[] {
  return links.filter((link) => placeOf(text, link) === null)
}

function spans(text: string, links: Link[]): { place: [number, number]; link: Link }[] {
  const found: { place: [number, number]; link: Link }[] = []
  for (const link of links) {
    const place = placeOf(text, link)
    if (place && leads(link)) found.push({ place, link })
  }
  return found.sort((a, b) => a.place[0] - b.place[0])
}

function placeOf(text: string, link: Link): [number, number] | null {
  if (link.start === null || !link.text) return null
  const start = unitOf(text, link.start)
  if (text.startsWith(link.text, start)) return [start, start + link.text.length]
  let best: [number, number] | null = null
  for (let at = text.indexOf(link.text); at >= 0; at = text.indexOf(link.text, at + 1)) {
    if (!best || Math.abs(at - start) < Math.abs(best[0] - start)) best = [at, at + link.text.length]
  }
  return best
}

/** Places count characters; a string of JavaScript counts some of them twice. */
function unitOf(text: string, place: number): number {
  return /[\ud800-\udbff]/.test(text) ? [...text].slice(0, place).join('').length : place
}
