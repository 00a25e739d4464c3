/** Takes SQL apart where statements end. It knows quotes and comments, and nothing of the grammar. */

const opaque =
  /(?<![\w$])[eE]'(?:[^'\\]|''|\\[\s\S])*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(?<![\w$])\$([A-Za-z_]\w*)?\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g

/** The same text, with everything in quotes and comments blanked: what is left is keywords and plain names. */
export function skeleton(sql: string): string {
  return sql.replace(opaque, (text) => text.replace(/[^\n]/g, ' '))
}

const leadingComments = /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/

/** Statements without the `;` and the comments before them. */
export function splitStatements(sql: string): string[] {
  const plain = skeleton(sql)
  const statements: string[] = []
  let start = 0
  while (start < sql.length) {
    const found = plain.indexOf(';', start)
    const end = found < 0 ? sql.length : found
    const statement = sql.slice(start, end).replace(leadingComments, '').trim()
    if (statement !== '') statements.push(statement)
    start = end + 1
  }
  return statements
}

/** Replaces what `pattern` finds outside of quotes and comments. `pattern` has the flag `g`. */
export function replaceInCode(sql: string, pattern: RegExp, replacement: string): string {
  let result = ''
  let at = 0
  for (const match of skeleton(sql).matchAll(pattern)) {
    result += sql.slice(at, match.index) + replacement
    at = match.index + match[0].length
  }
  return result + sql.slice(at)
}
