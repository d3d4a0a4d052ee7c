import { signal } from '@preact/signals'

export type Theme = 'auto' | 'light' | 'dark'

const KEY = 'docparse.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export const theme = signal<Theme>((localStorage.getItem(KEY) as Theme | null) ?? 'auto')
export const isDark = signal(false)

function apply(): void {
  isDark.value = theme.value === 'dark' || (theme.value === 'auto' && dark.matches)
  document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'
}

export function setTheme(value: Theme): void {
  theme.value = value
  localStorage.setItem(KEY, value)
  apply()
}

dark.addEventListener('change', apply)
apply()
