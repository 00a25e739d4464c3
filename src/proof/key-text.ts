/** Which text of an answer is a key: something long that the answer calls so. */

const NAMED = /"(\w*(?:key|token|secret)\w*|plain\w*|value)"\s*:\s*"([\w.~+/=:-]{16,400})"/gi

/** `kept`: what the new row holds. A key that is kept as it is counts when there is no other. */
export function keyText(body: string, kept: ReadonlySet<unknown>): string | undefined {
  const found = [...body.matchAll(NAMED)].flatMap(([, name = '', text = '']) =>
    /hash|prefix|public|csrf|session|(^|_)id$|Id$/.test(name) ? [] : [text],
  )
  return found.find((text) => !kept.has(text)) ?? found[0]
}
