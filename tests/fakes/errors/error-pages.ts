/** Web pages that stand where a model server was looked for, and what is said of them. */
interface ErrorPage {
  what: string
  status: number
  page: string
  code: string
  /** A part of the sentence. */
  says: string
}

const page = (title: string, body = '') =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body>${body}</body></html>`
const form = '<form method="post"><input name="user"><input type="password" name="password"></form>'

export const errorPages: readonly ErrorPage[] = [
  {
    what: "the start page of a server's own window",
    status: 200,
    page: page('llama.cpp - chat', '<div id="app"></div>'),
    code: 'endpoint-not-openai',
    says: 'with a web page',
  },
  {
    what: 'a wrong path',
    status: 404,
    page: page('404 Not Found'),
    code: 'endpoint-not-found',
    says: 'usually ends in',
  },
  { what: 'a file server', status: 405, page: page('Error 405'), code: 'endpoint-not-found', says: 'usually ends in' },
  {
    what: 'the sign-in of a proxy',
    status: 200,
    page: page('Home', form),
    code: 'endpoint-not-openai',
    says: 'a page to sign in',
  },
  {
    what: 'a sign-in with its own status',
    status: 401,
    page: page('Sign in'),
    code: 'endpoint-not-openai',
    says: 'a page to sign in',
  },
  {
    what: 'the portal of a network',
    status: 511,
    page: page('Welcome'),
    code: 'endpoint-not-openai',
    says: 'a page to sign in',
  },
  {
    what: 'a check for people',
    status: 403,
    page: page('Just a moment...'),
    code: 'endpoint-not-openai',
    says: 'a page to sign in',
  },
  {
    what: 'nginx before a server that is gone',
    status: 502,
    page: page('502 Bad Gateway', '<center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center>'),
    code: 'endpoint-failed',
    says: 'cannot reach the model behind it (502)',
  },
  {
    what: 'nginx before a server that is slow',
    status: 504,
    page: page('504 Gateway Time-out'),
    code: 'endpoint-failed',
    says: 'cannot reach the model behind it (504)',
  },
  {
    what: 'Cloudflare before a server that is gone',
    status: 522,
    page: page('model.example | 522: Connection timed out'),
    code: 'endpoint-failed',
    says: 'cannot reach the model behind it (522)',
  },
  {
    what: 'nginx with a limit',
    status: 413,
    page: page('413 Request Entity Too Large'),
    code: 'endpoint-refused',
    says: 'no request as large as this one',
  },
  { what: 'a broken server', status: 500, page: page('Internal Server Error'), code: 'endpoint-failed', says: '(500)' },
]
