/** An export without what every schema held and the exports of former versions did not tell. */
export function withoutLaterFields(text: string): string {
  return text.replace(/\n\s*"modelWindows": \{[^}]*\},/g, '')
}
