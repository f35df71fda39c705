import { addressOf, type EndpointConnection } from '../../address.ts'
import { EndpointFailure } from '../failure.ts'

/** Titles and fields of pages on which a person is to sign in, or to prove that one is there. */
const SIGN_IN =
  /type=["']?password|<title>[^<]{0,80}(?:sign.?in|log.?in|authenticat|just a moment|attention required|access denied)/i

/** Whether a body is a page meant for a browser. */
export function looksLikeHtml(text: string, contentType: string): boolean {
  return contentType.includes('text/html') || /^\s*<(?:!doctype|html|head|body)\b/i.test(text.slice(0, 500))
}

/** Whether a page, or the status that it came with, wants a person to sign in before anything goes through. */
export function isSignIn(page: string, status: number): boolean {
  return status === 407 || status === 511 || SIGN_IN.test(page.slice(0, 20_000))
}

/** The sentence for a page meant for a browser. `page`: its beginning; empty where it was not read. */
export function htmlFailure(connection: EndpointConnection, page = '', status = 200): EndpointFailure {
  const { where, rootUrl } = addressOf(connection)
  const sentence = isSignIn(page, status)
    ? `${where} answers with a page to sign in, so that something stands between Alcove and the model server: a proxy, or the portal of a network. Sign in there, or use an address that leads to the server itself.`
    : `${where} answers with a web page, not as a model server. Check the port and the path; the address usually ends in /v1, such as ${rootUrl}/v1.`
  return new EndpointFailure('endpoint-not-openai', sentence, { status })
}
