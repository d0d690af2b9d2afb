// SPDX-License-Identifier: GPL-3.0-or-later
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { defineConfig } from 'vite';

/** Tells ninja which sources the page was made from (a make-style dependency file beside the output folder). */
function depfile() {
  let out = '';
  return {
    name: 'depfile',
    configResolved(config) {
      out = config.build.outDir;
    },
    generateBundle() {
      const sources = [...this.getModuleIds()].map((id) => id.split('?')[0]).filter((id) => id.startsWith('/'));
      const names = [...new Set(sources)].map((id) => id.replaceAll(' ', '\\ '));
      writeFileSync(join(dirname(out), `${basename(out)}.d`), `ui/${basename(out)}: ${names.join(' ')}\n`);
    },
  };
}

export default defineConfig({
  base: '/',
  plugins: process.env.MINGJING_DEPFILE ? [depfile()] : [],
  build: {
    target: 'es2021',
    // Preact and hls.js change far less often than the page does: a file of their own stays in browsers' caches.
    rollupOptions: { output: { manualChunks: (id) => (id.includes('node_modules') ? 'vendor' : undefined) } },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  server: { proxy: { '/api': process.env.MINGJING_API ?? 'http://127.0.0.1:8080' } },
  test: { environment: 'node', css: true, include: ['src/**/*.test.{ts,tsx}'] },
});
