// What undici touches while it loads and Node 20, inside Electron 33, lacks. Development and tests only.
import workerThreads from 'node:worker_threads'
import zlib from 'node:zlib'

const zlibWithGaps = zlib as { createZstdDecompress?: unknown }
const workerThreadsWithGaps = workerThreads as { markAsUncloneable?: unknown }

zlibWithGaps.createZstdDecompress ??= () => {
  throw new Error('zstd is not available in this runtime')
}
workerThreadsWithGaps.markAsUncloneable ??= () => undefined
