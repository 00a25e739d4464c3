/** The option closest to a mistyped word, or undefined when none is close enough to suggest. */
export function nearest(word: string, options: readonly string[]): string | undefined {
  const wanted = word.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(wanted.length / 3)) + 1
  for (const option of options) {
    const candidate = option.toLowerCase()
    const part = wanted.length >= 3 && candidate.includes(wanted)
    const distance = part ? 1 : editDistance(wanted, candidate)
    if (distance < bestDistance) {
      best = option
      bestDistance = distance
    }
  }
  return best
}

/** How many letters have to be put in, left out or changed. */
export function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
