export interface WrapOptions {
  /** Spaces in front of every line but the first. */
  hang?: number
  /** Break paths at `/` to fill a line, instead of keeping them whole where they fit. `file:line` stays whole. */
  breakPaths?: boolean
}

/** Lines of at most `width` characters, broken between words; a word that no line can hold is broken too. */
export function wrap(text: string, width: number, options: WrapOptions = {}): string[] {
  const { hang = 0, breakPaths = false } = options
  const lines: string[] = []
  let line = ''
  let indent = ''
  const next = (): void => {
    lines.push(line)
    indent = ' '.repeat(hang)
    line = indent
  }
  for (const word of text.split(/ +/)) {
    const gap = line === indent ? '' : ' '
    if (line.length + gap.length + word.length <= width) {
      line += gap + word
      continue
    }
    const room = width - hang
    const whole = word.length <= room && !(breakPaths && word.includes('/') && !/:\d+\W*$/.test(word))
    if ((whole || !word.includes('/')) && line !== indent) next()
    const parts = whole ? [word] : pieces(word, room)
    for (const [index, piece] of parts.entries()) {
      const between = index === 0 && line !== indent ? ' ' : ''
      if (line.length + between.length + piece.length <= width) line += between + piece
      else {
        if (line !== indent) next()
        line += piece
      }
    }
  }
  lines.push(line)
  return lines
}

/** The longest part of a text that should not be broken. */
export function longestPart(text: string): number {
  return Math.max(...text.split(/ |(?<=\/)/).map((part) => part.length))
}

/** A word in parts that fit: at `/`, else at the joints of a name, else anywhere. */
function pieces(word: string, width: number): string[] {
  const size = Math.max(1, width)
  return word
    .split(/(?<=\/)/)
    .flatMap((part) => (part.length <= size ? [part] : part.split(/(?<=[-_.,:])(?=.)|(?<=[a-z\d])(?=[A-Z])/)))
    .flatMap((part) => (part.length <= size ? [part] : (part.match(new RegExp(`.{1,${size}}`, 'gu')) ?? [])))
}
