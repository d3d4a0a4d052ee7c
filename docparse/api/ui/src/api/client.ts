/** Calls to the API. Errors are what the service says, in its words. */

import { signal } from '@preact/signals'

export class ApiError extends Error {
  constructor(
    readonly status: number, readonly code: string, message: string, readonly action: string,
    readonly errors: { param: string; message: string }[] = [],
  ) {
    super(message)
  }
}

/** Why the service wants a key, once it has said so; the page then asks the person for one. */
export const keyWanted = signal<string | null>(null)

const UNREACHABLE = 'Check that docparse still runs, then try again.'

export async function request(path: string, init: RequestInit = {}): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ApiError(0, 'unreachable', 'The service does not answer.', UNREACHABLE)
  }
  if (!response.ok) throw problem(response.status, await response.json().catch(() => null))
  return response
}

function problem(status: number, told: Record<string, unknown> | null): ApiError {
  const detail = typeof told?.detail === 'string' ? told.detail : `The service answered ${status}.`
  if (status === 401) keyWanted.value = detail
  return new ApiError(
    status, String(told?.code ?? 'error'), detail, String(told?.user_action ?? ''),
    (told?.errors as { param: string; message: string }[] | undefined) ?? [],
  )
}

export async function getJson<T>(path: string, init: RequestInit = {}): Promise<T> {
  return (await request(path, init)).json()
}

export async function sendJson<T>(method: string, path: string, body: unknown, more: Record<string, string> = {}): Promise<T> {
  const headers = { 'Content-Type': 'application/json', ...more }
  return (await request(path, { method, body: JSON.stringify(body), headers })).json()
}

/** Signs in with a key; the cookie that comes back goes along from then on, also with pictures and downloads. */
export async function signIn(key: string): Promise<void> {
  await request('/v1/session', { method: 'POST', headers: { Authorization: `Bearer ${key.trim()}` } })
  keyWanted.value = null
}

/** Multipart upload that tells its progress (0 to 1), which fetch can't. */
export function upload<T>(path: string, form: FormData, onProgress: (share: number) => void, stop?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest()
    call.open('POST', path)
    call.responseType = 'json'
    call.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total)
    call.onload = () => (call.status < 300 ? resolve(call.response as T) : reject(problem(call.status, call.response)))
    call.onerror = () => reject(new ApiError(0, 'unreachable', 'The upload broke off.', UNREACHABLE))
    call.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    stop?.addEventListener('abort', () => call.abort())
    call.send(form)
  })
}

/** Fetch a file and hand it to the browser to save. */
export async function download(path: string, fallback: string): Promise<void> {
  const response = await request(path)
  const named = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')
  save(await response.blob(), named?.[1] ? decodeURIComponent(named[1]) : fallback)
}

export function save(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(address), 10_000)
}
