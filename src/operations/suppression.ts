/** One `// backend-engineer-ignore <fault-id> <reason>` comment. */
export interface IgnoreComment {
  /** 1-based line of the comment. */
  line: number
  fault: string
  /** Empty when the author gave none; such a comment suppresses nothing. */
  reason: string
  /** Nothing else is on the line, so that it speaks for the line below. */
  alone: boolean
}

const marker = /(?:\/\/+|\/\*+|\{\/\*+)\s*backend-engineer-ignore(?![\w-])(.*)$/

export function ignoreComments(source: string): IgnoreComment[] {
  if (!source.includes('backend-engineer-ignore')) return []
  const comments: IgnoreComment[] = []
  for (const [index, text] of source.split(/\r?\n/).entries()) {
    const match = marker.exec(text)
    if (!match) continue
    const [fault = '', ...words] = (match[1] ?? '')
      .replace(/\*\/\}?\s*$/, '')
      .trim()
      .split(/\s+/)
    const reason = words.join(' ').replace(/^(?:--|:|-|–|—)\s*/, '')
    comments.push({ line: index + 1, fault, reason, alone: text.slice(0, match.index).trim() === '' })
  }
  return comments
}

/** The comment that suppresses `fault` on `line`: on the line itself, or in the block of such comments above it. */
export function commentFor(
  comments: readonly IgnoreComment[],
  fault: string,
  line: number,
): IgnoreComment | undefined {
  const speaks = (comment: IgnoreComment) => comment.fault === fault && comment.reason !== ''
  const sameLine = comments.find((comment) => comment.line === line && speaks(comment))
  if (sameLine) return sameLine
  for (let above = line - 1; above > 0; above--) {
    const comment = comments.find((candidate) => candidate.line === above)
    if (!comment?.alone) return undefined
    if (speaks(comment)) return comment
  }
  return undefined
}
