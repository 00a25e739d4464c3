/** Which calls of packages are work that somebody pays for, or that a machine of the operator does. */
import { describe, expect, it } from 'vitest'
import { projectOf } from '../../../test/project.ts'

/** `kind package: name` of the costly calls of an endpoint; `body` is what was sent to it. */
async function costly(imports: string, before: string, call: string): Promise<string[]> {
  const { runs } = await projectOf({
    'app/api/go/route.ts': `${imports}
${before}
export async function POST(request) {
  const body = await request.json()
  ${call}
}`,
  })
  return (runs[0]?.events ?? []).flatMap((event) =>
    event.k === 'costly' ? [`${event.kind} ${event.from}: ${event.name}`] : [],
  )
}

describe('is noted', () => {
  it.each([
    [
      "import OpenAI from 'openai'",
      'const client = new OpenAI()',
      'await client.images.generate({ prompt: body.prompt })',
      'model openai: images.generate',
    ],
    [
      "import { OpenAI } from 'openai'\nimport { observeOpenAI } from 'langfuse'",
      'const client = observeOpenAI(new OpenAI())',
      'await client.chat.completions.create({ messages: body.messages })',
      'model openai: chat.completions.create',
    ],
    [
      "import Anthropic from '@anthropic-ai/sdk'",
      'class Writer { constructor() { this.client = new Anthropic() } write(text) { return this.client.messages.create({ messages: [{ role: "user", content: text }] }) } }',
      'await new Writer().write(body.text)',
      'model @anthropic-ai/sdk: messages.create',
    ],
    ["import * as ai from 'ai'", '', 'await ai.embed({ value: body.text })', 'model ai: embed'],
    [
      "import { GoogleGenerativeAI } from '@google/generative-ai'",
      'const gemini = new GoogleGenerativeAI(process.env.KEY)',
      "await gemini.getGenerativeModel({ model: 'x' }).startChat().sendMessage(body.text)",
      'model @google/generative-ai: getGenerativeModel.startChat.sendMessage',
    ],
    [
      "import Replicate from 'replicate'",
      'const replicate = new Replicate()',
      "await replicate.run('a/b', { input: body })",
      'model replicate: run',
    ],
    [
      "import { ChatOpenAI } from '@langchain/openai'",
      'const model = new ChatOpenAI()',
      'await model.withStructuredOutput({}).invoke(body.text)',
      'model @langchain/openai: withStructuredOutput.invoke',
    ],
    [
      "import { BedrockRuntimeClient, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime'",
      'const client = new BedrockRuntimeClient({})',
      'await client.send(new InvokeModelCommand({ body: body.prompt }))',
      'model @aws-sdk/client-bedrock-runtime: send',
    ],
    [
      "import axios from 'axios'",
      '',
      "await axios.post('https://api.anthropic.com/v1/messages', { prompt: body.prompt })",
      'model fetch: post',
    ],
    [
      "import { SNSClient, PublishCommand } from '@aws-sdk/client-sns'",
      'const sns = new SNSClient({})',
      'await sns.send(new PublishCommand({ PhoneNumber: body.phone, Message: "hi" }))',
      'message @aws-sdk/client-sns: send',
    ],
    [
      "import { Vonage } from '@vonage/server-sdk'",
      'const vonage = new Vonage({})',
      'await vonage.sms.send({ to: body.phone })',
      'message @vonage/server-sdk: sms.send',
    ],
    [
      "import Docker from 'dockerode'",
      'const docker = new Docker()',
      'await docker.getContainer(body.id).stop()',
      'machine dockerode: getContainer.stop',
    ],
    [
      "import * as k8s from '@kubernetes/client-node'",
      'const config = new k8s.KubeConfig()',
      'await config.makeApiClient(k8s.CoreV1Api).deleteNamespacedPod({ name: body.name })',
      'machine @kubernetes/client-node: makeApiClient.deleteNamespacedPod',
    ],
  ])('%s', async (imports, before, call, expected) => {
    expect(await costly(imports, before, call)).toEqual([expected])
  })
})

describe('is nothing of the kind', () => {
  it.each([
    [
      "import OpenAI from 'openai'",
      'const client = new OpenAI()',
      'await client.moderations.create({ input: body.text })',
    ],
    ["import OpenAI from 'openai'", 'const client = new OpenAI()', 'await client.models.list()'],
    [
      "import { streamText } from 'ai'\nimport { MockLanguageModelV2 } from 'ai/test'",
      '',
      'streamText({ model: new MockLanguageModelV2({}), messages: body.messages })',
    ],
    ["import { convertToModelMessages } from 'ai'", '', 'convertToModelMessages(body.messages)'],
    [
      "import { PromptTemplate } from '@langchain/core/prompts'",
      '',
      "await PromptTemplate.fromTemplate('{a}').invoke({ a: body.a })",
    ],
    [
      "import { SNSClient, PublishCommand } from '@aws-sdk/client-sns'",
      'const sns = new SNSClient({})',
      'await sns.send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: body.text }))',
    ],
    [
      "import twilio from 'twilio'",
      'const client = twilio()',
      'await client.verify.v2.services("VA").verificationChecks.create({ to: body.phone, code: body.code })',
    ],
    ["import Docker from 'dockerode'", 'const docker = new Docker()', 'docker.getContainer(body.id)'],
    ['', '', "await fetch('https://api.openai.com/v1/models')"],
  ])('%s %s %s', async (imports, before, call) => {
    expect(await costly(imports, before, call)).toEqual([])
  })
})
