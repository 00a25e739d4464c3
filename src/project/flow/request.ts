/** What a handler is given by its framework: the request, its cookies and headers. */
import { client, literal, shaped, sureLiteral, unknown, type Value } from './value.ts'

/** A cookie or header store. What it returns is a credential until somebody verifies it. */
export function store(kind: 'cookie' | 'header'): Value {
  const get = shaped({
    k: 'native',
    name: kind,
    call: (args) => {
      const key = args[0]?.shape?.k === 'literal' ? String(args[0].shape.value) : '*'
      if (kind === 'header' && !/auth|token|key|secret|signature|cookie|session|bearer|hmac|\*/i.test(key))
        return client(`headers.${key}`)
      return unknown(new Set([`credential:${kind} ${key}`]))
    },
  })
  const fields = new Map([
    ['get', get],
    ['getAll', get],
    ['has', get],
  ])
  return shaped({ k: 'object', fields, open: [unknown(new Set([`credential:${kind} *`]))] })
}

/** The `Request` of a route handler and the `req` of pages/api. */
export function requestValue(method?: string): Value {
  const give = (name: string, value: Value): Value => shaped({ k: 'native', name, call: () => value })
  const search = shaped({
    k: 'native',
    name: 'query',
    call: (args) => client(`query.${args[0]?.shape?.k === 'literal' ? args[0].shape.value : '*'}`),
  })
  const params = shaped(
    {
      k: 'object',
      fields: new Map([
        ['get', search],
        ['getAll', search],
        ['entries', give('entries of the query', client('query'))],
      ]),
      open: [client('query')],
    },
    client('query').deps,
  )
  const url = shaped(
    {
      k: 'object',
      fields: new Map([
        ['searchParams', params],
        ['pathname', client('path')],
      ]),
      open: [client('url')],
    },
    client('url').deps,
  )
  const body: Value = client('body')
  const form = shaped(
    {
      k: 'object',
      fields: new Map([
        [
          'get',
          shaped({
            k: 'native',
            name: 'field of a form',
            call: (args) => client(`body.${args[0]?.shape?.k === 'literal' ? args[0].shape.value : '*'}`),
          }),
        ],
      ]),
      open: [body],
    },
    body.deps,
  )
  const fields = new Map<string, Value>([
    ['json', give('body', body)],
    ['text', give('body', body)],
    ['arrayBuffer', give('body', body)],
    ['blob', give('body', body)],
    ['formData', give('form', form)],
    ['body', body],
    ['query', client('query')],
    ['url', client('url')],
    ['nextUrl', url],
    ['headers', store('header')],
    ['cookies', store('cookie')],
    ['method', method === undefined ? unknown() : sureLiteral(method)],
  ])
  const request = shaped({ k: 'object', fields, open: [literal(null)] })
  fields.set('clone', give('clone', request))
  return request
}
