/** Numbers as charts print them: "1,234.5", "12,5 %", "€ 3 400", "−7". */

export function parseNumber(text: string): number | null {
  let body = text.trim().replace(/[−–]/g, '-').replace(/[\s\u00a0\u202f'’]/g, '').replace(/^[$€£¥]|[%$€£¥]$/g, '')
  let scale = 1
  const suffix = /([kKmM]|bn|B)$/.exec(body)
  if (suffix?.[1]) {
    scale = { k: 1e3, K: 1e3, m: 1e6, M: 1e6, bn: 1e9, B: 1e9 }[suffix[1]] ?? 1
    body = body.slice(0, -suffix[1].length)
  }
  if (/^\(.*\)$/.test(body)) body = `-${body.slice(1, -1)}`
  if (/^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$/.test(body)) body = body.replaceAll(',', '')
  else if (/^[-+]?\d{1,3}(\.\d{3})+,\d+$/.test(body) || /^[-+]?\d{1,3}(\.\d{3}){2,}$/.test(body)) body = body.replaceAll('.', '').replace(',', '.')
  else body = body.replace(',', '.')
  return /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(body) ? Number(body) * scale : null
}
