/** Words of a question, brought to a common form. */

/** Words that any question may hold. */
const empty = new Set(
  `a about actually after all also am an and any anybody are as at be because been being best better but by can could
  correct did do does doing dont done either for from get getting gets go going good got guys had has have having he here
  how i idea if in into is it its just kind know let like ll look make makes making many may me might mine more most much
  must my need needs no not now of off ok okay on one ones only or other our out over please practice put proper properly
  re really right s same see should show so some somebody someone something sometimes still such t than that the their them
  then there these they thing things this those to too up us use used using usual usually very want wants was way we well
  were what when where whether which while whole why will with without work works would you your yet youd youre new
  next nextjs prisma app application project backend server code`.split(/\s+/),
)

export interface Word {
  word: string
  stem: string
}

/** The words that carry meaning, in order, as written and as compared. */
export function wordsOf(text: string): Word[] {
  const plain = text
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/\bn\s*\+\s*1\b/g, 'nplusone')
    .replace(/\b(log|sign|time|roll|clean|set|back)[ -](in|out|up|off|back)\b/g, '$1$2')
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => !empty.has(word))
    .map((word) => ({ word, stem: stemOf(word) }))
}

/** `pages`, `paging`, `paged` are one word; `status`, `access`, `redis` stay. */
export function stemOf(word: string): string {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return word
  const single = word
    .replace(/ies$/, 'y')
    .replace(/(sh|ch|x|z)es$/, '$1')
    .replace(/s$/, '')
  if (single.length < 5) return single
  const bare = single.replace(/(?:izations?|isations?|ations?|ating|ated|ates?|ings?|ed|er|ion|ly|e)$/, '')
  if (bare.length < 3) return single
  // `planning`, `stopped`: the doubled letter goes.
  return bare.replace(/([bdgmnprt])\1$/, '$1')
}
