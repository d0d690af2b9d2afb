// SPDX-License-Identifier: GPL-3.0-or-later
import { realpathSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

/**
 * For ninja: beside the output folder a stamp, newer than all sources, and a make-style file that names them.
 * Ninja calls from the top of the build folder, and knows the stamp as `stamp`.
 */
function tellNinja(stamp) {
  let folder = '';
  let sources = [];
  return {
    name: 'tell-ninja',
    configResolved(config) {
      folder = config.build.outDir;
    },
    generateBundle() {
      const files = [...this.getModuleIds()].map((id) => id.split('?')[0]).filter((id) => id.startsWith('/'));
      sources = [...new Set(files)].map((id) => id.replaceAll(' ', '\\ '));
    },
    closeBundle() {
      writeFileSync(`${folder}.d`, `${stamp}: ${sources.join(' ')}\n`);
      writeFileSync(`${folder}.stamp`, '');
    },
  };
}

export default defineConfig({
  // Links resolved: a checkout may be reached through one, and sources must lie below the root.
  root: realpathSync(fileURLToPath(new URL('.', import.meta.url))),
  base: '/',
  plugins: process.env.MINGJING_STAMP ? [tellNinja(process.env.MINGJING_STAMP)] : [],
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
