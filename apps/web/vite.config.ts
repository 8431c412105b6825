import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import optimizeLocales from '@react-aria/optimize-locales-plugin';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

/** Next to each file that shrinks, the same compressed, which the server sends to whoever takes it. */
const precompress: Plugin = {
  name: 'precompress',
  writeBundle({ dir }, bundle) {
    for (const name of Object.keys(bundle).filter((each) => /\.(js|css)$/.test(each))) {
      const file = path.join(dir!, name);
      const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
      writeFileSync(`${file}.br`, brotliCompressSync(readFileSync(file), { params }));
    }
  },
};

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/',
  // React Aria speaks thirty languages; the screens speak two.
  plugins: [
    react(),
    tailwindcss(),
    { ...optimizeLocales.vite({ locales: ['en-US', 'zh-CN'] }), enforce: 'pre' },
    precompress,
  ],
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
