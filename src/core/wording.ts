/** `1,234` */
export function thousands(count: number): string {
  return String(count).replace(/\B(?<!\.\d*)(?=(\d{3})+(?:\.|$))/g, ',')
}

/** `1 file`, `1,234 queries`. */
export function plural(count: number, one: string, many?: string): string {
  const number = thousands(count)
  if (count === 1) return `${number} ${one}`
  return `${number} ${many ?? (one.endsWith('y') ? `${one.slice(0, -1)}ies` : `${one}s`)}`
}

/** `an Invoice`, `a Project`; by sound, so `a User`. */
export function withArticle(noun: string): string {
  const vowel = /^[aeiou]/i.test(noun) && !/^(eu|one|once|uni[a-z]|us[aeu]|uti|url|uri)/i.test(noun)
  return `${vowel ? 'an' : 'a'} ${noun}`
}
