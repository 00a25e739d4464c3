/** HTML in which everything is escaped that was not written here. */
import { printable } from './wording.ts'

/** Only `html` makes one: what a report holds cannot pass for markup. */
export class Markup {
  readonly text: string

  private constructor(text: string) {
    this.text = text
  }

  static readonly html = (parts: TemplateStringsArray, ...values: Value[]): Markup => {
    let text = parts[0] ?? ''
    for (const [index, value] of values.entries()) text += written(value) + (parts[index + 1] ?? '')
    return new Markup(text)
  }
}

type Value = string | number | undefined | false | Markup | readonly Markup[]

/** Values are escaped for text and for quoted attributes; `undefined` and `false` are nothing. */
export const html = Markup.html

function written(value: Value): string {
  if (value instanceof Markup) return value.text
  if (value === undefined || value === false) return ''
  if (typeof value === 'object') return value.map((one) => one.text).join('')
  return escaped(String(value))
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => entities[char] ?? char)
}

/** Words with `code` in backticks. */
export function prose(text: string): Markup {
  const parts = text.split(/(`[^`\n]+`)/)
  const shown = parts.map((part) =>
    part.length > 2 && part.startsWith('`') ? html`<code>${part.slice(1, -1)}</code>` : html`${part}`,
  )
  return html`${shown}`
}

/** A path or a URL that may break at its slashes, and nowhere within a name. */
export function path(text: string): Markup {
  const parts = text.split(/(?<=[/])(?=[^/])/)
  return html`${parts.map((part, index) => html`${index > 0 && html`<wbr>`}${part}`)}`
}
