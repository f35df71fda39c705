type Key = Pick<KeyboardEvent, 'key' | 'keyCode' | 'isComposing' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>

/** Chromium gives this code to the Enter that ends a composition on macOS, when `isComposing` is false again already. */
const COMPOSING_KEY_CODE = 229

/** Whether a key sends the message: Enter, or Ctrl/Cmd+Enter when the person set it so; never while an input method composes. */
export function sendsOn(event: Key, enterSends: boolean): boolean {
  if (event.key !== 'Enter' || event.isComposing || event.keyCode === COMPOSING_KEY_CODE) return false
  if (event.shiftKey || event.altKey) return false
  const hasMod = event.ctrlKey || event.metaKey
  return enterSends || hasMod
}
