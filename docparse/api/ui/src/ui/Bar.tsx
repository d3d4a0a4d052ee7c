/** The bar at the top of every view. */

import type { ComponentChildren } from 'preact'
import { to } from '../lib/route'
import { isDark, setTheme } from '../lib/theme'
import { Button } from './controls'
import { Icon } from './icon'

export function Bar({ home = true, title, onHelp, children }: { home?: boolean; title?: string; onHelp?: () => void; children?: ComponentChildren }) {
  const dark = isDark.value
  const mark = <><svg class="mark-logo" width="20" height="20" viewBox="0 0 32 32" aria-hidden="true"><rect class="sheet-fill" x="5" y="2" width="22" height="28" rx="3" /><rect class="line" x="9" y="7" width="14" height="4" rx="1" /><rect class="line soft" x="9" y="14" width="6" height="10" rx="1" /><rect class="line" x="17" y="14" width="6" height="4" rx="1" /><rect class="line warm" x="17" y="20" width="6" height="4" rx="1" /></svg><span class="word">docparse</span></>
  return (
    <header class="bar">
      {home ? <a class="brand" href={to.home} aria-label="docparse, all documents">{mark}</a> : <span class="brand">{mark}</span>}
      {title !== undefined && <span class="bar-title" title={title}>{title && <Icon name="file" size={14} />}<span>{title}</span></span>}
      <span class="spring" />
      {children}
      {onHelp && <Button icon="keyboard" look="quiet" label="Keyboard (?)" class="wide-only" onClick={onHelp} />}
      <Button icon={dark ? 'sun' : 'moon'} look="quiet" label={dark ? 'Light' : 'Dark'} onClick={() => setTheme(dark ? 'light' : 'dark')} />
    </header>
  )
}
