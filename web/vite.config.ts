import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'
import { scaledPxPlugin } from './dev/scaled-px.ts'

// The service (or the fake one in dev/) that `npm run dev` forwards API calls to.
const service = process.env['HEXLANE_URL'] ?? 'http://127.0.0.1:8000'

export default defineConfig({
  base: '/',
  plugins: [scaledPxPlugin(), react()],
  build: {
    outDir: '../utm/static/console',
    emptyOutDir: true,
    target: 'es2023',
    // Every font subset and image stays a file of its own: a data: URI would need a wider font-src.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1500,
    reportCompressedSize: false,
    rolldownOptions: { input: { index: 'index.html', api: 'api.html' } },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/v1': { target: service, ws: true },
      '/healthz': { target: service },
    },
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
