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

/** Words that say little: they may stand in a question about anything. */
const faint = new Set(
  `again against ago allow always any anything apart around away back bad both bring build built buy came catch change
  clear come complain could day days different each easy else enough ever every everybody everyone everything everywhere
  exactly fall feel few fine finish first five fix found free full give given gives gone hand hold hope hour inside
  instead itself keep large last later least leave less line little long longer lot lots main many mean means minute
  miss month name never nice night nothing number off often old once open order part parts people place pass point
  possible power press problem question quick quickly quite reason rest safe sane scope seem side simple since single
  small smart solution solve soon start stop strategy stuff sure take takes ten text three throw time times today
  together tomorrow top two until wall week weekly wide within word words world worst wrong year yesterday ten
  thing type typed provide provider answer write call`
    .split(/\s+/)
    .map((one) => stemOf(one)),
)

export const isFaint = (stem: string): boolean => faint.has(stem) || /^\d{1,3}$/.test(stem)

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
