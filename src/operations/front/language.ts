/** Which language a sentence is in. Orders are understood in several by their first words; the playbooks are in English. */

/** Words that stand in most sentences of a language and mean nothing in English. */
const COMMON: Readonly<Record<string, string>> = {
  German: `ich wir du ihr sie es der die das den dem des ein eine einen einem einer und oder aber nicht kein keine ist sind war hat haben
    wie was wo wer warum wieso welche welcher welches mit von für zu zum zur bei auf aus im am bitte mein meine unser unsere kann können
    soll sollte muss gibt es hier neu beim besten`,
  Spanish: `el la los las un una unos unas y o pero no es son está están hay cómo qué dónde quién por para con de del al en mi mis nuestro
    nuestra puedo podemos debo debería se lo le que cuál cuáles este esta estos`,
  French: `le la les un une des et ou mais ne pas est sont il elle on nous vous je tu comment quoi où qui pourquoi quel quelle quand avec de
    du au aux dans pour par sur mon ma mes notre nos peut peux dois faut ce cette ces plusieurs éviter`,
  Italian: `il lo la gli le un una e o ma non è sono c'è come cosa dove chi perché quale con di del della dei nel nella per da mio mia nostro
    posso devo che questo questa`,
  Portuguese: `o os as um uma uns umas e ou mas não é são há como que onde quem por para com de do da dos das em no na meu minha nosso nossa
    posso devo qual quais este esta isso`,
}

/** And of English, which most of them are told from. */
const ENGLISH = new Set(
  `the a an and or but not is are was were be been do does did have has had how what where who why which when with of for to from by on in
  at it its this that these those my our your i we you they he she can could should would must will there any all if so as than then
  me us please api endpoint route`.split(/\s+/),
)

const words = new Map(Object.entries(COMMON).map(([name, text]) => [name, new Set(text.split(/\s+/))]))

/** Scripts in which no word of ours is written. */
const SCRIPTS: readonly { name: string; of: RegExp }[] = [
  { name: 'Russian', of: /\p{Script=Cyrillic}/gu },
  { name: 'Japanese', of: /[\p{Script=Hiragana}\p{Script=Katakana}]/gu },
  { name: 'Chinese', of: /\p{Script=Han}/gu },
  { name: 'Korean', of: /\p{Script=Hangul}/gu },
  { name: 'Arabic', of: /\p{Script=Arabic}/gu },
]

/** Of a few words, so many have to be of the other language. */
const LEAST = 2

/** The language of a text that is not in English; undefined for English, and where the text does not tell. */
export function languageOf(text: string): string | undefined {
  const letters = text.match(/\p{L}/gu)?.length ?? 0
  const script = SCRIPTS.find(({ of }) => (text.match(of)?.length ?? 0) > letters / 3)
  if (script && letters > 0) return script.name
  const said = text.toLowerCase().match(/\p{L}+(?:'\p{L}+)?/gu) ?? []
  const count = (list: ReadonlySet<string>): number => said.filter((word) => list.has(word)).length
  const [name, most] = [...words]
    .map(([language, list]): [string, number] => [language, count(list)])
    .reduce((best, one) => (one[1] > best[1] ? one : best))
  return most >= LEAST && most > count(ENGLISH) ? name : undefined
}
