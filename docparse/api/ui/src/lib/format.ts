/** Sizes, times and shares, short. */

export function bytes(size: number): string {
  if (size < 1000) return `${size} B`
  const units = ['kB', 'MB', 'GB']
  let value = size
  let unit = ''
  for (unit of units) {
    value /= 1000
    if (value < 1000) break
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

export const percent = (share: number): string => `${Math.floor(share * 100)} %`

export function seconds(value: number): string {
  if (value < 60) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`
  const minutes = Math.floor(value / 60)
  return minutes < 60 ? `${minutes} min ${Math.round(value % 60)} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function since(time: string): string {
  const age = (Date.now() - Date.parse(time)) / 1000
  if (age < 45) return 'just now'
  if (age < 3600) return `${Math.round(age / 60)} min ago`
  if (age < 86_400) return `${Math.round(age / 3600)} h ago`
  return new Date(time).toLocaleDateString(undefined, { day: 'numeric', month: 'short', year: 'numeric' })
}

export const plural = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`

/** A length for a style. */
export const px = (length: number): string => `${length}px`
