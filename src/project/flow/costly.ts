/**
 * Calls of services that somebody pays for by the call, and of machines that belong to whoever runs the server: which
 * package, and which of its methods does the work. Making a client, or an object that only stands for something, does none.
 */
import type { Syntax } from '../../source/syntax.ts'
import type { CostlyKind } from './events.ts'
import type { Machine } from './machine.ts'
import { textOf, type Value, visibleFields } from './value.ts'

interface Service {
  packages: RegExp
  /** The method with what it is a part of: `chat.completions.create`. */
  names: RegExp
  kind: CostlyKind
  /** Of a call that does several things: whether it is the one that costs, by its arguments and its name. */
  stores?: (args: readonly Value[], name: string) => boolean
}

const SERVICES: readonly Service[] = [
  {
    // https://github.com/openai/openai-node/blob/master/api.md; Groq's and Together's clients are generated alike.
    packages: /^(openai|groq-sdk|together-ai|@posthog\/ai|@cerebras\/cerebras_cloud_sdk)(\/|$)/,
    names:
      /^(beta\.)?((chat\.)?completions|responses|images|audio\.(speech|transcriptions|translations)|embeddings|threads(\.runs)?|videos|realtime\.\w+)\.(create\w*|generate|edit|parse|stream|runTools|remix)$|^create(ChatCompletion|Completion|Image\w*|Embedding|Transcription|Edit)$/,
    kind: 'model',
  },
  {
    packages: /^@anthropic-ai\/(sdk|bedrock-sdk|vertex-sdk)(\/|$)/,
    names: /^(beta\.)?(messages(\.batches)?|completions)\.(create|stream|parse|toolRunner)$/,
    kind: 'model',
  },
  {
    // https://ai-sdk.dev/docs/reference
    packages: /^ai$/,
    names:
      /^((experimental_)?(generate|stream)(Text|Object|Image|Speech|Video)|embed|embedMany|rerank|(experimental_)?transcribe)$|^(generate|stream)$/,
    kind: 'model',
  },
  {
    packages: /^@google\/(generative-ai|genai)(\/|$)|^@google-cloud\/vertexai$/,
    names:
      /(^|\.)(generateContent(Stream)?|sendMessage(Stream)?|(batchE|e)mbedContents?|generateImages|generateVideos|editImage)$/,
    kind: 'model',
  },
  { packages: /^replicate$/, names: /^(run|stream|predictions\.create|trainings\.create)$/, kind: 'model' },
  {
    packages: /^@mistralai\/mistralai$/,
    names: /^((chat|fim|agents)\.(complete|stream|parse)|embeddings\.create|ocr\.process|chat(Stream)?)$/,
    kind: 'model',
  },
  {
    packages: /^cohere-ai$/,
    names: /^(v2\.)?(chat|chatStream|generate|embed|rerank|summarize)$/,
    kind: 'model',
  },
  { packages: /^ollama(\/|$)/, names: /^(chat|generate|embed|embeddings)$/, kind: 'model' },
  {
    packages: /^@fal-ai\/(client|serverless-client)$/,
    names: /^(run|subscribe|stream|queue\.submit)$/,
    kind: 'model',
  },
  {
    packages: /^(elevenlabs|@elevenlabs\/elevenlabs-js)$/,
    names: /^(generate|(textToSpeech|speechToSpeech|speechToText)\.(convert|stream)\w*)$/,
    kind: 'model',
  },
  {
    // Models and agents; what only forms a prompt or cuts a text is in `core`, `textsplitters` and `community`.
    packages:
      /^@langchain\/(openai|anthropic|google-(genai|vertexai|common)|mistralai|cohere|groq|aws|ollama|langgraph(\/prebuilt)?)$|^langchain(\/chat_models\/\w+|\/agents|\/chains)?$/,
    names:
      /(^|\.)(invoke|stream|call|batch|predict|predictMessages|generate|streamEvents|streamLog|embedQuery|embedDocuments)$/,
    kind: 'model',
  },
  {
    packages: /^@aws-sdk\/client-bedrock-runtime$/,
    names: /^(send|invokeModel\w*|converse\w*)$/,
    kind: 'model',
  },
  {
    packages: /^twilio$/,
    names: /(^|\.)(messages|calls|verifications)\.create$/,
    kind: 'message',
  },
  {
    packages: /^@vonage\/(server-sdk|sms|messages|verify2?|voice)$/,
    names: /(^|\.)(send|sendSms|start|newRequest|createOutboundCall)$/,
    kind: 'message',
  },
  { packages: /^messagebird$/, names: /^(messages|verify|voice_messages|calls)\.create$/, kind: 'message' },
  { packages: /^(plivo|telnyx)$/, names: /(^|\.)(messages|calls)\.(create|send)$/, kind: 'message' },
  { packages: /^@aws-sdk\/client-sns$/, names: /^(send|publish)$/, kind: 'message' },
  {
    // https://github.com/apocas/dockerode: `getContainer` and its kind only make an object.
    packages: /^dockerode$/,
    names:
      /(^|\.)(list\w+|create\w+|run|pull|build\w*|prune\w+|start|stop|restart|kill|remove|pause|unpause|rename|exec|attach|inspect|logs|stats|top|commit|putArchive|getArchive|import\w*|load\w*|df|info)$/,
    kind: 'machine',
  },
  {
    packages: /^@kubernetes\/client-node$/,
    names: /(^|\.)((list|read|create|delete|patch|replace|connect)[A-Z]\w+|exec|portForward)$/,
    kind: 'machine',
  },
  // Who is given such a URL stores what they like: https://docs.aws.amazon.com/AmazonS3/latest/userguide/PresignedUrlUploadObject.html
  {
    packages: /^@aws-sdk\/s3-request-presigner$/,
    names: /^getSignedUrl$/,
    kind: 'storage',
    stores: ([, command]) =>
      command?.shape?.k === 'chain' &&
      /^(PutObject|UploadPart|CreateMultipartUpload)Command$/.test(command.shape.root),
  },
  { packages: /^@aws-sdk\/s3-presigned-post$/, names: /^createPresignedPost$/, kind: 'storage' },
  {
    packages: /^@aws-sdk\/client-s3$/,
    names: /^(putObject|createMultipartUpload|send)$/,
    kind: 'storage',
    stores: ([command], name) =>
      name !== 'send' ||
      (command?.shape?.k === 'chain' &&
        /^(PutObject|CreateMultipartUpload)Command$/.test(command.shape.root)),
  },
  { packages: /^@aws-sdk\/lib-storage$/, names: /^(done)$/, kind: 'storage' },
  { packages: /^@vercel\/blob$/, names: /^(put|createMultipartUpload|uploadPart)$/, kind: 'storage' },
  {
    packages: /^cloudinary$/,
    names: /(^|\.)uploader\.(upload\w*|unsigned_upload\w*)$|(^|\.)utils\.api_sign_request$/,
    kind: 'storage',
  },
]

/** Hosts at which models and messages are paid for by the request. */
const HOSTS: readonly { host: RegExp; kind: CostlyKind }[] = [
  {
    host: /^https:\/\/(api\.(openai|anthropic|groq|mistral|deepseek|replicate|together|perplexity|cohere|elevenlabs|stability|x)\.(com|ai|xyz|io)|openrouter\.ai|generativelanguage\.googleapis\.com|api-inference\.huggingface\.co|fal\.run|queue\.fal\.run)\//,
    kind: 'model',
  },
  {
    host: /^https:\/\/(api\.twilio\.com|verify\.twilio\.com|rest\.messagebird\.com|rest\.nexmo\.com|api\.nexmo\.com)\//,
    kind: 'message',
  },
]
const CLIENTS = /^(axios|got|ky|ofetch|node-fetch|cross-fetch|isomorphic-fetch|undici)(\/|$)/

/** Where a message or a call goes. */
const NUMBER = /^(to|recipients?|number|phone_?number|msisdn|dst)$/i
/** A key that a client was made with, or that goes along. */
const KEY = /key|token|auth|secret|credential/i

/** Notes that a call does work that somebody pays for, or that a machine of the operator does. */
export function noteCostly(machine: Machine, callee: Value, args: Value[], syntax: Syntax, at: number): void {
  if (machine.naming) return
  const { shape } = callee
  if (shape?.k !== 'external' && shape?.k !== 'chain') return
  const name = nameOf(shape)
  const packaged = packageOf(shape)
  const service = servicesOf(packaged).find(
    ({ names, stores }) => names.test(name) && (stores?.(args, name) ?? true),
  )
  const kind = service?.kind ?? postedTo(shape, name, args)
  if (kind === undefined || isMock(visibleFields(args[0]).get('model'))) return
  const from = service ? packaged : 'fetch'
  const sent = kind === 'message' ? numbersIn(args) : args
  if (from === '@aws-sdk/client-sns' && sent.length === 0) return
  machine.emit({
    ...machine.moment(syntax, at),
    k: 'costly',
    kind,
    from,
    name,
    sent,
    // The `Key` of an object is its name.
    keys: kind === 'storage' ? [] : keysIn(callee, args),
  })
}

/** https://ai-sdk.dev/docs/ai-sdk-core/testing: a model that answers what it was told to. */
const isMock = (model: Value | undefined): boolean =>
  model?.shape?.k === 'chain' && model.shape.from === 'ai/test'

/** `class Docker extends Dockerode`: what such a class does not have itself is a method of the package. */
export const isCostlyPackage = (from: string): boolean => servicesOf(from).length > 0

/** Every call of a package asks: what was found is kept. */
function servicesOf(from: string): readonly Service[] {
  const known = byPackage.get(from)
  if (known) return known
  const found = SERVICES.filter(({ packages }) => packages.test(from))
  byPackage.set(from, found)
  return found
}

const byPackage = new Map<string, readonly Service[]>()

type Outside = Value['shape'] & ({ k: 'external' } | { k: 'chain' })

function nameOf(shape: Outside): string {
  if (shape.k === 'external') return shape.name
  const steps = shape.steps.map(({ name }) => name).filter((name) => name !== 'new' && name !== '()')
  const last = shape.steps.at(-1)?.name
  if (last === '()' || last === 'new') return ''
  // A namespace, or a client that the package hands out ready made: `fal.subscribe`.
  return steps.join('.')
}

/** `observe(new OpenAI())` is OpenAI's client still. */
function packageOf(shape: Outside): string {
  if (shape.k === 'external' || isCostlyPackage(shape.from)) return shape.from
  const given = shape.steps.find(({ name }) => name === '()')?.args[0]?.shape
  return given?.k === 'chain' ? packageOf(given) : shape.from
}

/** A request to such a service by its address, with a key of the installation's own. */
function postedTo(shape: Outside, name: string, args: readonly Value[]): CostlyKind | undefined {
  const [url, init] = args
  const isFetch = shape.from === 'global' && shape.k === 'external' && name === 'fetch'
  if (!url || !(isFetch || CLIENTS.test(shape.from))) return undefined
  const method = visibleFields(init).get('method')?.shape
  const verb =
    method?.k === 'literal' ? String(method.value).toUpperCase() : isFetch ? 'GET' : name.toUpperCase()
  if (/^(GET|HEAD|DELETE)$/.test(verb)) return undefined
  const { lead } = textOf(url)
  return HOSTS.find(({ host }) => host.test(lead))?.kind
}

/** Where the messages go, in the first of what is given that says so. */
function numbersIn(args: readonly Value[]): Value[] {
  for (const arg of args) {
    const { shape } = arg
    const given = shape?.k === 'chain' ? (shape.steps[0]?.args[0] ?? arg) : arg
    const numbers = [...visibleFields(given)].filter(([name]) => NUMBER.test(name)).map(([, value]) => value)
    if (numbers.length > 0) return numbers
  }
  return []
}

const DEEP = 4

/** What the service is told to know who pays, wherever it stands: in the client, in the model, in the headers. */
function keysIn(callee: Value, args: readonly Value[]): Value[] {
  return [callee, ...args].flatMap((one) => keysOf(one, DEEP))
}

function keysOf({ shape }: Value, depth: number): Value[] {
  if (depth === 0) return []
  if (shape?.k === 'chain')
    return shape.steps.flatMap(({ args }) => args.flatMap((arg) => keysOf(arg, depth - 1)))
  if (shape?.k !== 'object') return []
  return [...shape.fields].flatMap(([name, value]) =>
    KEY.test(name)
      ? [value]
      : /^(model|provider|headers|options|configuration|client)$/i.test(name)
        ? keysOf(value, depth - 1)
        : [],
  )
}
