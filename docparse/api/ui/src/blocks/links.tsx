/** Words and pictures that lead somewhere: out of the page in a tab of its own, or to another page of the document. */

import type { ComponentChildren } from 'preact'
import type { Block, Link } from '../api/types'
import { isSafe, leads } from '../lib/links'
import { useViewer } from '../state/viewer'

export function Linked({ link, children }: { link: Link; children: ComponentChildren }) {
  if (isSafe(link)) return <a href={link.uri} target="_blank" rel="noopener noreferrer" title={link.uri}>{children}</a>
  return link.to_page === null ? <>{children}</> : <Jump page={link.to_page}>{children}</Jump>
}

function Jump({ page, children }: { page: number; children: ComponentChildren }) {
  const viewer = useViewer()
  const there = viewer.overview.value?.pages.some((found) => found.number === page)
  if (!there) return <>{children}</>
  return <button type="button" class="jump" title={`Page ${page}`} onClick={() => viewer.goTo(page, null, 'drawer')}>{children}</button>
}

export function linksOf(block: Block): Link[] {
  return [block, ...(block.cells ?? []), ...(block.items ?? [])].flatMap((owner) => owner.links ?? [])
}

/** Every link with its words and where it leads; what must not be clicked is shown as text. */
export function LinkList({ links }: { links: Link[] }) {
  return (
    <ul class="links">
      {links.map((link, place) => (
        <li key={place} dir="auto">
          {link.text && <>{link.text} → </>}
          {leads(link) ? <Linked link={link}>{link.to_page === null ? link.uri : `page ${link.to_page}`}</Linked> : <code>{link.uri}</code>}
        </li>
      ))}
    </ul>
  )
}
