import { fileURLToPath } from 'node:url';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  // React Aria speaks thirty languages; the screens speak two.
  plugins: [react(), tailwindcss(), { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' }],
  // The server puts a nonce of its own here in each answer: apps/api/web.ts.
  html: { cspNonce: 'NONCE_OF_THIS_ANSWER' },
  build: {
    outDir: fileURLToPath(new URL('../../dist/apps/web', import.meta.url)),
    emptyOutDir: true,
    // The server's policy has no data: fonts or scripts, so every asset is a file.
    assetsInlineLimit: 0,
  },
  server: { proxy: { '/v1': process.env.KINDRED_URL ?? 'http://localhost:3000' } },
});
