/** What a rendered page holds for React: its stream of rows, and its forms as HTML. */

/** `15:{"id":"…","bound":"$@16"}`: the rows that the scripts of a page hand to React, by their number. */
export function rowsOf(html: string): Map<string, unknown> {
  const rows = new Map<string, unknown>()
  const parts = [...html.matchAll(/self\.__next_f\.push\(\[1,("(?:[^"\\]|\\.)*")\]\)/g)]
  const stream = Buffer.from(parts.map(([, text = '""']) => String(JSON.parse(text))).join(''))
  let at = 0
  while (at < stream.length) {
    const colon = stream.indexOf(':', at)
    if (colon < 0) break
    const number = stream.toString('utf8', at, colon)
    // A long text has its length in bytes before it, and no line feed after it.
    const sized = /^T([0-9a-f]+),/.exec(stream.toString('latin1', colon + 1, colon + 12))
    const start = colon + 1 + (sized?.[0].length ?? 0)
    const feed = stream.indexOf('\n', start)
    const line = feed < 0 ? stream.length : feed
    const end = sized?.[1] === undefined ? line : start + Number.parseInt(sized[1], 16)
    const text = stream.toString('utf8', start, end)
    if (sized) rows.set(number, text)
    else if (/^[[{"]/.test(text)) rows.set(number, json(text))
    at = sized ? end : end + 1
  }
  return rows
}

/** `undefined` for what was cut off. */
export function json(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** An element of a form that has a name, with what it would send. */
export interface Field {
  name: string
  value: string
  /** `hidden`, `text`, `number`, `select`, `textarea`, `submit`, … */
  type: string
  /** Inside of a button that sends the form to another action: the number of that button in the form. */
  button?: number
}

const TAG = /<(\/?)(input|select|textarea|option|button)\b([^>]*)>([^<]*)/g

/** The fields of a form in the order of the page. A group of which one is chosen has the chosen one, or the first. */
export function fieldsIn(form: string): Field[] {
  const fields: Field[] = []
  let button: number | undefined
  let buttons = 0
  let list: Field | undefined
  for (const [, closes, tag = '', inside = '', text = ''] of form.matchAll(TAG)) {
    if (closes) {
      if (tag === 'button') button = undefined
      if (tag === 'select') list = undefined
      continue
    }
    const name = attribute(inside, 'name')
    const value = attribute(inside, 'value')
    if (tag === 'option') {
      const own = value ?? decoded(text.trim())
      if (list && (list.value === '' || /\sselected\b/.test(inside))) list.value = own
      continue
    }
    if (tag === 'button' && name?.startsWith('$ACTION_')) button = buttons++
    if (name === undefined) continue
    const type = tag === 'input' ? (attribute(inside, 'type') ?? 'text') : tag === 'button' ? 'submit' : tag
    const field: Field = {
      name,
      type,
      value: tag === 'textarea' ? decoded(text) : (value ?? (type === 'checkbox' ? 'on' : '')),
      ...(button === undefined ? {} : { button }),
    }
    if (tag === 'select') list = field
    const same = fields.find((one) => one.name === name && one.type === type)
    const chosen = /\schecked\b/.test(inside)
    if (same && type === 'radio') same.value = chosen ? field.value : same.value
    else if (type === 'checkbox' ? chosen : !/^(file|image|reset)$/.test(type)) fields.push(field)
  }
  return fields
}

function attribute(inside: string, name: string): string | undefined {
  const value = new RegExp(`\\s${name}="([^"]*)"`, 'i').exec(inside)?.[1]
  return value === undefined ? undefined : decoded(value)
}

const decoded = (value: string): string =>
  value.replace(/&(?:quot|#x27|#39|lt|gt|amp);/g, (one) => ENTITIES[one] ?? one)

/** Those that React writes. */
const ENTITIES: Record<string, string> = {
  '&quot;': '"',
  '&#x27;': "'",
  '&#39;': "'",
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
}
