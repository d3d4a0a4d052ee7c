/** Where pages lie in the column of page images. */

export interface Sheet {
  number: number
  width: number
  height: number
}

export interface Placed extends Sheet {
  top: number
  left: number
  w: number
  h: number
}

export type Zoom = 'width' | 'page' | number

export const GAP = 16
export const MARGIN = 16

/** Pages below each other; `zoom` as a number is relative to the width of the pane. */
export function place(sheets: Sheet[], pane: { width: number; height: number }, zoom: Zoom): { pages: Placed[]; width: number; height: number } {
  const room = Math.max(pane.width - 2 * MARGIN, 80)
  let top = MARGIN
  const sizes = sheets.map((sheet) => {
    const tall = (pane.height - 2 * MARGIN) * (sheet.width / sheet.height)
    const w = Math.round(zoom === 'width' ? room : zoom === 'page' ? Math.min(room, Math.max(tall, 80)) : room * zoom)
    return { ...sheet, w, h: Math.round((w * sheet.height) / sheet.width) }
  })
  const widest = Math.max(room, ...sizes.map((size) => size.w))
  const pages = sizes.map((size) => {
    const placed = { ...size, top, left: MARGIN + Math.round((widest - size.w) / 2) }
    top += size.h + GAP
    return placed
  })
  return { pages, width: widest + 2 * MARGIN, height: top - GAP + MARGIN }
}

/** The page at a height of the column. */
export function at(pages: Placed[], y: number): Placed | undefined {
  return pages.find((page) => y < page.top + page.h + GAP / 2) ?? pages[pages.length - 1]
}
