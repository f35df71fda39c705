import { useAppState } from './app-state.ts'

const MAC_SIGNS: Record<string, string> = { Mod: '⌘', Ctrl: '⌃', Alt: '⌥', Shift: '⇧' }

/** How a shortcut such as `Mod+Shift+E` is written on this system: `⇧⌘E` on macOS, else `Ctrl Shift E`. */
export function shortcutLabel(shortcut: string): string {
  const keys = shortcut.split('+')
  if (useAppState.getState().state?.platform !== 'darwin')
    return keys.map((key) => (key === 'Mod' ? 'Ctrl' : key)).join(' ')
  return keys.map((key) => MAC_SIGNS[key] ?? key).join('')
}

/** True when the event carries the system's main modifier: Command on macOS, else Control. */
export function hasMod(event: KeyboardEvent): boolean {
  const mac = useAppState.getState().state?.platform === 'darwin'
  return mac ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey
}
