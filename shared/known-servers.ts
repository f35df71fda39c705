/** Servers people run at home. A port is a hint only: what listens there is told by its answers. */
export interface KnownServer {
  server: string
  port: number
  /** Where its OpenAI-compatible routes begin. */
  path: string
  /** One line on starting it so that it can be reached. */
  hint: string
}

export const knownServers: readonly KnownServer[] = [
  { server: 'llama.cpp', port: 9931, path: '/v1', hint: 'Start it with: llama-server -m model.gguf' },
  { server: 'llama.cpp', port: 8080, path: '/v1', hint: 'Start it with: llama-server -m model.gguf --port 8080' },
  { server: 'Ollama', port: 11434, path: '/v1', hint: 'Open the Ollama app, or run: ollama serve' },
  { server: 'LM Studio', port: 1234, path: '/v1', hint: 'In LM Studio, open Developer and start the server.' },
  { server: 'vLLM', port: 8000, path: '/v1', hint: 'Start it with: vllm serve MODEL' },
  { server: 'KoboldCpp', port: 5001, path: '/v1', hint: 'Start KoboldCpp and load a model.' },
  { server: 'Jan', port: 1337, path: '/v1', hint: 'In Jan, open Settings, then Local API Server, and start it.' },
  { server: 'text-generation-webui', port: 5000, path: '/v1', hint: 'Start it with --api.' },
  {
    server: 'SGLang',
    port: 30000,
    path: '/v1',
    hint: 'Start it with: python -m sglang.launch_server --model-path MODEL',
  },
  {
    server: 'Docker Model Runner',
    port: 12434,
    path: '/engines/v1',
    hint: 'In Docker Desktop, switch on Model Runner with TCP access.',
  },
  { server: 'GPT4All', port: 4891, path: '/v1', hint: 'In GPT4All, switch on the local API server in the settings.' },
]

/** What to do when nothing answers at `host:port`, naming the server that usually sits on that port. */
export function startHint(where: string): string {
  const port = Number(/:(\d+)$/.exec(where)?.[1])
  const known = knownServers.find((candidate) => candidate.port === port)
  if (known === undefined) return 'Start the model server there, or check the address and the port.'
  return `This port is usually ${known.server}'s. ${known.hint.replace(/[^.]$/, '$&.')}`
}

/** The most used of them, offered as addresses to start from; nothing is asked there by that. One for each server. */
export const usualAddresses: readonly { server: string; baseUrl: string }[] = [
  11434, 1234, 8080, 8000, 5001, 1337,
].flatMap((port) =>
  knownServers
    .filter((known) => known.port === port)
    .map(({ server }) => ({ server, baseUrl: `http://127.0.0.1:${port}/v1` })),
)
