export interface CheckedLink {
  kind: 'web' | 'mail'
  /** The address as the URL parser understood it: what is shown is what is opened. */
  url: string
  /** The real host in its ASCII (punycode) form, or the mail address. */
  target: string
}

/** Parses an address by the allow-list of schemes; undefined for everything that is refused. */
export function checkLink(address: string): CheckedLink | undefined {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return undefined
  }
  // Parsed, never matched: what a pattern overlooks in an address, a parser does not.
  if (url.protocol === 'mailto:') return { kind: 'mail', url: url.href, target: url.pathname }
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.host === '') return undefined
  // A name and password in front of the host serve to make one host look like another.
  if (url.username !== '' || url.password !== '') return undefined
  return { kind: 'web', url: url.href, target: url.host }
}
