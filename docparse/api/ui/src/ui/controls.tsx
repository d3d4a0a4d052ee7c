/** Buttons, menus, dialogs and the line that tells what happened. */

import { signal } from '@preact/signals'
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api/client'
import { Icon, type IconName } from './icon'

type ButtonProps = JSX.IntrinsicElements['button'] & { icon?: IconName; label?: string; look?: 'plain' | 'main' | 'danger' | 'quiet' }

/** `label` names a button that shows its icon alone; it is its tooltip as well. */
export function Button({ icon, label, look = 'plain', children, class: className, ...rest }: ButtonProps) {
  const classes = `button ${look} ${children ? '' : 'only-icon'} ${className ?? ''}`
  return (
    <button type="button" class={classes} aria-label={children ? undefined : label} title={label} {...rest}>
      {icon && <Icon name={icon} />}
      {children}
    </button>
  )
}

export interface MenuItem {
  label: string
  hint?: string
  icon?: IconName
  danger?: boolean
  checked?: boolean
  run: () => void
}

/** A button with a list of commands below it. */
export function Menu({ icon, label, text, items, look = 'plain', align = 'end' }: {
  icon?: IconName; label: string; text?: string; items: (MenuItem | null)[]; look?: 'plain' | 'quiet'; align?: 'start' | 'end'
}) {
  const [open, setOpen] = useState(false)
  const root = useRef<HTMLDivElement>(null)
  const id = useId()
  useEffect(() => {
    if (!open) return
    const first = root.current?.querySelector<HTMLElement>('[role^=menuitem]')
    first?.focus()
    const away = (event: Event) => !root.current?.contains(event.target as Node) && setOpen(false)
    document.addEventListener('pointerdown', away)
    return () => document.removeEventListener('pointerdown', away)
  }, [open])
  const close = () => {
    setOpen(false)
    root.current?.querySelector('button')?.focus()
  }
  const onKey = (event: KeyboardEvent) => {
    if (!open) return
    const all = [...(root.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])]
    const place = all.indexOf(document.activeElement as HTMLElement)
    if (event.key === 'Escape') close()
    else if (event.key === 'ArrowDown') all[(place + 1) % all.length]?.focus()
    else if (event.key === 'ArrowUp') all[(place - 1 + all.length) % all.length]?.focus()
    else if (event.key === 'Tab') return setOpen(false)
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  return (
    <div class="menu" ref={root} onKeyDown={onKey}>
      <Button icon={icon} label={label} look={look} aria-haspopup="menu" aria-expanded={open} aria-controls={open ? id : undefined}
        onClick={(event: Event) => { event.stopPropagation(); setOpen(!open) }}>
        {text && <><span>{text}</span><Icon name="down" size={12} /></>}
      </Button>
      {open && (
        <div class={`menu-list ${align}`} role="menu" id={id} aria-label={label}>
          {items.map((item, place) => item === null
            ? <hr key={place} role="separator" />
            : (
              <button key={place} type="button" role={item.checked === undefined ? 'menuitem' : 'menuitemcheckbox'}
                aria-checked={item.checked} tabIndex={-1} class={item.danger ? 'danger' : ''}
                onClick={(event) => { event.stopPropagation(); close(); item.run() }}>
                {item.icon ? <Icon name={item.icon} /> : item.checked !== undefined && <span class="tick">{item.checked && <Icon name="check" size={14} />}</span>}
                <span>{item.label}</span>
                {item.hint && <kbd>{item.hint}</kbd>}
              </button>
            ))}
        </div>
      )}
    </div>
  )
}

/** A modal window; Escape and a click beside it close it. */
export function Dialog({ title, onClose, children, wide = false }: {
  title: string; onClose: () => void; children: ComponentChildren; wide?: boolean
}) {
  const ref = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const before = document.activeElement as HTMLElement | null
    ref.current?.showModal()
    return () => before?.focus?.()
  }, [])
  return (
    <dialog ref={ref} class={wide ? 'dialog wide' : 'dialog'} aria-labelledby={id} onCancel={onClose}
      onClick={(event) => event.target === ref.current && onClose()}>
      <div class="dialog-body">
        <header><h2 id={id}>{title}</h2><Button icon="close" label="Close" look="quiet" onClick={onClose} /></header>
        {children}
      </div>
    </dialog>
  )
}

interface Note { text: string; detail: string; bad: boolean; undo: (() => void) | null }

const note = signal<Note | null>(null)
let timer = 0

export function tell(text: string, undo: (() => void) | null = null): void {
  show({ text, detail: '', bad: false, undo }, undo ? 8000 : 3500)
}

export function tellError(error: unknown): void {
  if (error instanceof DOMException && error.name === 'AbortError') return
  if (error instanceof ApiError) {
    if (error.status !== 401) show({ text: error.message, detail: error.errors[0]?.message ?? error.action, bad: true, undo: null }, 12_000)
  } else {
    console.error(error)
    show({ text: error instanceof Error ? error.message : String(error), detail: '', bad: true, undo: null }, 12_000)
  }
}

function show(value: Note, ms: number): void {
  note.value = value
  clearTimeout(timer)
  timer = window.setTimeout(() => (note.value = null), ms)
}

export function Notes() {
  const now = note.value
  return (
    <div class="notes" role="status" aria-live="polite">
      {now && (
        <div class={now.bad ? 'note bad' : 'note'}>
          <div><strong>{now.text}</strong>{now.detail && <span>{now.detail}</span>}</div>
          {now.undo && <button type="button" class="link" onClick={() => { now.undo?.(); note.value = null }}>Undo</button>}
          <Button icon="close" label="Dismiss" look="quiet" onClick={() => (note.value = null)} />
        </div>
      )}
    </div>
  )
}

export function Progress({ share, label }: { share: number | null; label: string }) {
  return (
    <div class={share === null ? 'progress endless' : 'progress'} role="progressbar" aria-label={label}
      aria-valuemin={0} aria-valuemax={100} aria-valuenow={share === null ? undefined : Math.round(share * 100)}>
      <div style={{ width: `${(share ?? 0.3) * 100}%` }} />
    </div>
  )
}

/** The first message of an error, where a view would stand. */
export function Trouble({ error, again }: { error: unknown; again?: () => void }) {
  const known = error instanceof ApiError ? error : null
  return (
    <div class="trouble" role="alert">
      <Icon name="warning" size={22} />
      <h2>{known?.message ?? (error instanceof Error ? error.message : 'Something went wrong.')}</h2>
      {known?.action && <p>{known.action}</p>}
      {again && <Button look="main" onClick={again}>Try again</Button>}
    </div>
  )
}
