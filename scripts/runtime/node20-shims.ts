// What undici touches while it loads and Node 20, inside Electron 33, lacks. Development and tests only.
// Also put before every chunk of a bundle that is built for that runtime, hence the unusual names.
import shimmedWorkerThreads from 'node:worker_threads'
import shimmedZlib from 'node:zlib'

;(shimmedZlib as { createZstdDecompress?: unknown }).createZstdDecompress ??= () => {
  throw new Error('zstd is not available in this runtime')
}
;(shimmedWorkerThreads as { markAsUncloneable?: unknown }).markAsUncloneable ??= () => undefined
