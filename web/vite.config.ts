// How the pages are built: hashed assets in dist/, nothing inlined, so that they work under a content security policy.
// In development the API is the one of a Causeway on its usual port.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // The first versions with light-dark(); older targets would rewrite it to something that needs a scheme of its own.
    target: ['chrome123', 'edge123', 'firefox120', 'safari17.5'],
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
});
